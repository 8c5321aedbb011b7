"""Look into lakes, and compare them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import closing
from itertools import zip_longest
from typing import Any

from warehouse.contracts import QUARANTINE, TABLES
from warehouse.lake import connect
from warehouse.settings import Settings

Row = tuple[Any, ...]

CORE = tuple(name for name, table in TABLES.items() if table.schema == "core")
LANDED = (*CORE, "raw.documents", QUARANTINE.full_name)

_OF_THE_RUN = {"run_id", "batch", "ingested_at", "quarantined_at"}
"""Columns in which two runs over the same documents differ."""


def select(settings: Settings, sql: str, *parameters: object) -> list[Row]:
    """Return the rows of an answer."""
    with closing(connect(settings)) as lake:
        return lake.execute(sql, parameters).fetchall()


def value(settings: Settings, sql: str, *parameters: object) -> Any:
    """Return the only value of an answer."""
    ((only,),) = select(settings, sql, *parameters)
    return only


def n_snapshots(settings: Settings) -> int:
    return int(value(settings, "SELECT count(*) FROM ducklake_snapshots('lake')"))


def contents(
    settings: Settings, tables: Sequence[str] = LANDED, leave_out: Collection[str] = ()
) -> dict[str, list[Row]]:
    """Return the sorted rows of the tables, without what depends on the run and what is left out."""
    found = {}
    with closing(connect(settings)) as lake:
        for name in tables:
            columns = ", ".join(
                c.name for c in TABLES[name].columns if c.name not in {*_OF_THE_RUN, *leave_out}
            )
            statement = f"SELECT {columns} FROM {name} ORDER BY ALL"
            found[name] = lake.execute(statement).fetchall()
    return found


def differences(found: dict[str, list[Row]], expected: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Return the first unequal rows of each table; a failure that shows all of them takes forever."""
    assert found.keys() == expected.keys()
    unequal = {}
    for table, rows in found.items():
        pairs = zip_longest(rows, expected[table])
        if first := next((pair for pair in pairs if pair[0] != pair[1]), None):
            unequal[table] = list(first)
    return unequal
