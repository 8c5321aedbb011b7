"""The tables and marts: what they hold, how fresh and how good it is, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from warehouse.contracts import TABLES
from warehouse.contracts import Table as Contract
from warehouse.dashboard.asked import Asked
from warehouse.dashboard.charts import columns, meter, strip
from warehouse.dashboard.formats import kind_of, plain
from warehouse.dashboard.page import Chart, Column, Fact, Facts, Link, Page, Section, Table
from warehouse.dashboard.pages.checks import table as checks_table
from warehouse.dashboard.pages.overview import strip_days
from warehouse.dashboard.reader import Look, Records
from warehouse.errors import NotFoundError
from warehouse.masking import masked
from warehouse.models import marts

_DAYS = 60
_PROFILED = 5_000
_SAMPLED = 10
_LONGEST = 80
_WHOLE_SOURCES = ("raw.documents", "text")
"""They are megabytes each: a page shows none of them."""


def dataset_list(look: Look, _asked: Asked) -> Page:
    """List the tables of the lake."""
    sizes = {row["table_name"]: row for row in look.rows("sizes")}
    rows = [
        {
            "table": name,
            "description": contract.description,
            "n_rows": _count(look, contract),
            "n_files": sizes.get(name, {}).get("n_files", 0),
            "n_bytes": sizes.get(name, {}).get("n_bytes", 0),
        }
        for name, contract in TABLES.items()
    ]
    return Page(
        "Datasets",
        [
            Table(
                "datasets",
                "Tables",
                [
                    Column("table", "Table", "code", lambda row: Link(f"/datasets/{row['table']}")),
                    Column("description", "What a row is"),
                    Column("n_rows", "Rows", "count"),
                    Column("n_files", "Files", "count"),
                    Column("n_bytes", "Size", "bytes"),
                ],
                rows,
            )
        ],
    )


def dataset(look: Look, asked: Asked) -> Page:
    """Tell of one table."""
    name = asked.path["table"]
    if name not in TABLES:
        raise NotFoundError(f"there is no table {name!r}", remedy="Look at the list of datasets.")
    contract = TABLES[name]
    days = look.rows("days", since=asked.today - timedelta(days=_DAYS - 1), table_name=name)
    checks = look.rows("checks", table_name=name)
    sections: list[Section] = [_figures(look, contract, days)]
    if days:
        sections += _over_time(days, asked)
    if checks:
        sections.append(checks_table("checks", "Its checks", checks))
    sections += [
        _schema(look, contract),
        _changes(look, contract),
        _lineage(contract),
        _sample(look, contract),
    ]
    status = checks[0]["status"] if checks else None
    return Page(name, sections, contract.description, status, {"Datasets": Link("/datasets")})


def _count(look: Look, contract: Contract) -> int:
    return int(look.select(f"SELECT count(*) AS n FROM {contract.full_name}")[0]["n"])  # noqa: S608  a contract's name


def _figures(look: Look, contract: Contract, days: Records) -> Facts:
    sizes = {row["table_name"]: row for row in look.rows("sizes")}
    own = sizes.get(contract.full_name, {"n_files": 0, "n_bytes": 0})
    return Facts(
        "What is there",
        [
            Fact("Rows", _count(look, contract), "count"),
            Fact("Files", own["n_files"], "count"),
            Fact("Size", own["n_bytes"], "bytes"),
            Fact("A row is unique by", ", ".join(contract.key), "code"),
            Fact("Last checked", days[-1]["day"] if days else None, note=f"in {_DAYS} days" if days else ""),
        ],
    )


def _over_time(days: Records, asked: Asked) -> list[Section]:
    known = {row["day"]: row for row in days}
    drawn = []
    for number in range(_DAYS):
        day = asked.today - timedelta(days=_DAYS - 1 - number)
        row = known.get(day)
        drawn.append((day.isoformat(), row["n_rows"] if row else None, row["status"] if row else "none"))
    return [
        Chart(
            "Freshness", strip(strip_days(days), asked.today, _DAYS), f"A mark a day, {_DAYS} days to today."
        ),
        Chart("Volume", columns(drawn, f"Rows read on each of the last {_DAYS} days"), "Rows read a day."),
        Table(
            "days",
            "Day by day",
            [
                Column("day", "Day"),
                Column("n_rows", "Rows read", "count"),
                Column("status", "Checks", "status"),
            ],
            days[::-1],
        ),
    ]


def _schema(look: Look, contract: Contract) -> Table:
    """Describe the columns, with what stands in the first rows of each."""
    wanted = ", ".join(f'"{name}"' for name in _shown(contract))
    profile = {
        row["column_name"]: row
        for row in look.select(
            f"SUMMARIZE SELECT {wanted} FROM {contract.full_name} LIMIT {_PROFILED}"  # noqa: S608  a contract's names
        )
    }
    rows = [_described(contract, column.name, profile.get(column.name, {})) for column in contract.columns]
    return Table(
        "schema",
        "Columns",
        [
            Column("column", "Column", "code"),
            Column("type", "Type", "code"),
            Column("description", "Meaning"),
            Column("filled", "Filled", "bar"),
            Column("distinct", "Distinct", "count"),
            Column("lowest", "Lowest"),
            Column("highest", "Highest"),
        ],
        rows,
        note=f"Profiled over the first {_PROFILED:,} rows as they are stored.",
    )


def _shown(contract: Contract) -> list[str]:
    return [column.name for column in contract.columns if (contract.full_name, column.name) != _WHOLE_SOURCES]


def _described(contract: Contract, name: str, profile: dict[str, Any]) -> dict[str, Any]:
    column = next(column for column in contract.columns if column.name == name)
    nulls = profile.get("null_percentage")
    filled = None if nulls is None or not profile.get("count") else 1 - float(nulls) / 100
    return {
        "column": name,
        "type": column.sql_type + ("" if column.nullable else " NOT NULL"),
        "description": column.description + (f" [{column.unit}]" if column.unit else ""),
        "filled": meter(filled) if filled is not None else None,
        "filled_share": filled,
        "distinct": profile.get("approx_unique"),
        "lowest": _short(profile.get("min")),
        "highest": _short(profile.get("max")),
    }


def _changes(look: Look, contract: Contract) -> Table:
    found = look.rows("columns", schema_name=contract.schema, table_name=contract.name)
    return Table(
        "changes",
        "Changes of the columns",
        [
            Column("column_name", "Column", "code"),
            Column("column_type", "Type", "code"),
            Column("begin_snapshot", "Since snapshot", "count"),
            Column("begin_at", "Since (UTC)", "moment"),
            Column("end_snapshot", "Until snapshot", "count"),
            Column("end_at", "Until (UTC)", "moment"),
        ],
        [row for row in found if row["is_change"]],
        empty="Its columns are those that it was made with.",
    )


def _lineage(contract: Contract) -> Table:
    readers = [
        (name, mart.description) for name, mart in marts().items() if contract.full_name in mart.depends_on
    ]
    children = [
        (name, other.description) for name, other in TABLES.items() if other.parent == contract.full_name
    ]
    above = [(contract.parent, TABLES[contract.parent].description)] if contract.parent else []
    rows = [
        *_related("hangs on", above),
        *_related("has rows hanging on it in", children),
        *_related("is read by", readers),
    ]
    return Table(
        "lineage",
        "Lineage",
        [
            Column("relation", "This table"),
            Column("name", "Table", "code", _dataset_link),
            Column("description", "Which is"),
        ],
        rows,
        empty="Nothing hangs on it, and no mart reads it.",
    )


def _dataset_link(row: Any) -> Link:
    name = row["name"]
    return Link(f"/datasets/{name}" if name in TABLES else f"/analytics/{name.partition('.')[2]}")


def _related(relation: str, others: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"relation": relation, "name": name, "description": description} for name, description in others]


def _sample(look: Look, contract: Contract) -> Table:
    names = _shown(contract)
    listed = ", ".join(f'"{name}"' for name in names)
    found = look.select(f"SELECT {listed} FROM {contract.full_name} LIMIT {_SAMPLED}")  # noqa: S608  a contract's names
    rows = [{name: _short(value) for name, value in row.items()} for row in found]
    return Table(
        "sample",
        "Sample",
        [Column(name, name, kind_of(name)) for name in names],
        rows,
        empty="The table is empty.",
        note="E-mail addresses and phone numbers are masked.",
    )


def _short(value: object) -> object:
    """Mask and shorten texts; leave other values."""
    if not isinstance(value, str | list):
        return value
    text = masked(plain(value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
