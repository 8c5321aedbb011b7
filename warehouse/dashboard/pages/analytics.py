"""The marts, each with a chart, its rows and its SQL."""

from __future__ import annotations

import re

from warehouse.contracts import TABLES
from warehouse.dashboard.asked import Asked
from warehouse.dashboard.charts import bars, columns
from warehouse.dashboard.formats import kind_of
from warehouse.dashboard.page import Chart, Code, Column, Link, Page, Row, Section, Table
from warehouse.dashboard.reader import Look, Records
from warehouse.errors import NotFoundError
from warehouse.models import Mart, marts, model

_MOST_BARS = 20
_MOST_ROWS = 50
_CHART = re.compile(r"(\w+)\((\w+)\) by (\w+)")
_PODCAST = "podcast_id"
_NAMED = {_PODCAST: ("/podcasts", "podcast"), "episode_id": ("/episodes", "episode")}
"""Ids that have a page, its path, and the name of the column that shows the title instead."""


def mart_list(_look: Look, _asked: Asked) -> Page:
    """List the marts."""
    rows = [
        {"name": mart.view, "description": mart.description, "grain": ", ".join(mart.grain)}
        for mart in marts().values()
    ]
    return Page(
        "Analytics",
        [
            Table(
                "marts",
                "Marts",
                [
                    Column("name", "Mart", "code", lambda row: Link(f"/analytics/{row['name']}")),
                    Column("description", "What it answers"),
                    Column("grain", "A row is unique by", "code"),
                ],
                sorted(rows, key=lambda row: row["name"]),
            )
        ],
        "SQL views that ship with podlake; podlake sql and any DuckDB client can ask them.",
    )


def mart(look: Look, asked: Asked) -> Page:
    """Show one mart."""
    name = f"mart.{asked.path['mart']}"
    if name not in marts():
        raise NotFoundError(f"there is no mart {asked.path['mart']!r}", remedy="Look at the list of marts.")
    found = marts()[name]
    sql = chart_sql(found)
    sections: list[Section] = [_chart(found, look.select(sql))]
    rows = look.select(f"SELECT * FROM {name} LIMIT {_MOST_ROWS}")  # noqa: S608  a mart's name
    sections += [
        _rows(found, _named(look, rows)),
        _dictionary(found),
        _lineage(found),
        Code("SQL of the chart", sql),
        Code(f"SQL of {name}", model(name).partition("*/")[2].strip()),
    ]
    return Page(name, sections, found.description, trail={"Analytics": Link("/analytics")})


def chart_sql(mart: Mart) -> str:
    """Return the SELECT behind a mart's chart, which its front matter names as ``sum(n_words) by speaker``."""
    said = _CHART.fullmatch(mart.chart)
    assert said, mart.name  # noqa: S101  a test looks at every file
    how, value, by = said.groups()
    order = "1 DESC" if by == "published_year" else "2 DESC, 1"
    if by == _PODCAST:
        return (
            f"SELECT title AS label, {how}({value})::DOUBLE AS value\nFROM {mart.name}\n"
            f"INNER JOIN core.podcasts USING (podcast_id)\nWHERE {value} IS NOT NULL\n"
            f"GROUP BY 1\nORDER BY {order}\nLIMIT {_MOST_BARS}"
        )
    return (
        f"SELECT {by}::VARCHAR AS label, {how}({value})::DOUBLE AS value\nFROM {mart.name}\n"
        f"WHERE {by} IS NOT NULL AND {value} IS NOT NULL\nGROUP BY 1\nORDER BY {order}\nLIMIT {_MOST_BARS}"
    )


def _chart(mart: Mart, found: Records) -> Chart:
    said = mart.chart.replace("(", " of ").replace(")", "").replace("_id", "").replace("_", " ")
    values = [(str(row["label"]), row["value"]) for row in found]
    if mart.chart.endswith("by published_year"):
        # The newest years come first, so that those are the ones left out that are long ago.
        drawn = columns([(label, value, "passed") for label, value in reversed(values)], said, kind="number")
    else:
        drawn = bars(values, said)
    return Chart(said.capitalize(), drawn, "" if values else "The lake has nothing for it yet.")


def _rows(mart: Mart, rows: Records) -> Table:
    return Table(
        "rows",
        "Rows",
        [_column(name) for name in mart.columns],
        rows,
        empty="No row yet.",
        note=f"The first {_MOST_ROWS}; podlake sql has all." if len(rows) == _MOST_ROWS else "",
    )


def _column(name: str) -> Column:
    if name in _NAMED:
        path, shown = _NAMED[name]
        return Column(shown, shown, to=lambda row: Link(f"{path}/{row[name]}"))
    return Column(name, name.replace("_", " "), kind_of(name))


def _named(look: Look, rows: Records) -> Records:
    """Add the titles of episodes and podcasts, which marts know by their ids alone."""
    named = [dict(row) for row in rows]
    for name, (_, shown) in _NAMED.items():
        ids = sorted({row[name] for row in rows if row.get(name)})
        if not ids:
            continue
        titles_of = f"SELECT {name} AS id, title FROM core.{shown}s WHERE list_contains($ids, {name})"  # noqa: S608  names of this module
        found = look.select(titles_of, ids=ids)
        titles = {row["id"]: row["title"] for row in found}
        for row in named:
            row[shown] = titles.get(row[name], row[name])
    return named


def _dictionary(mart: Mart) -> Table:
    rows = [{"column": name, "meaning": meaning} for name, meaning in mart.columns.items()]
    return Table(
        "columns", "Columns", [Column("column", "Column", "code"), Column("meaning", "Meaning")], rows
    )


def _lineage(mart: Mart) -> Table:
    return Table(
        "lineage",
        "Made from",
        [Column("name", "Table", "code", _source)],
        [{"name": name} for name in mart.depends_on],
    )


def _source(row: Row) -> Link | None:
    name = row["name"]
    if name in TABLES:
        return Link(f"/datasets/{name}")
    return Link(f"/analytics/{name.partition('.')[2]}") if name in marts() else None
