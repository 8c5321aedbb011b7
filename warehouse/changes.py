"""Statements that change the lake inside a transaction, none where nothing would change."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from warehouse.contracts import Table

Parameters = Mapping[str, object]


def make(
    lake: duckdb.DuckDBPyConnection, name: str, select: str, parameters: Parameters | None = None
) -> None:
    """Keep an answer as a temporary table of this connection."""
    lake.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {select}", parameters)


def insert(
    lake: duckdb.DuckDBPyConnection, table: Table, select: str, parameters: Parameters | None = None
) -> int:
    """Add the rows of an answer to a table, column by name; return how many."""
    return changed(lake, f"INSERT INTO {table.full_name} BY NAME {select}", parameters)


def delete(lake: duckdb.DuckDBPyConnection, table: Table, key: str, doomed: str) -> None:
    """Delete the rows whose key ``doomed`` selects; mostly none, and planning a DELETE already lists all files."""
    if exist(lake, doomed):
        statement = f"DELETE FROM {table.full_name} WHERE {key} IN ({doomed})"  # noqa: S608  contracts name both
        lake.execute(statement)


def changed(lake: duckdb.DuckDBPyConnection, statement: str, parameters: Parameters | None) -> int:
    """Return how many rows a statement changed."""
    row = lake.execute(statement, parameters).fetchone()
    return int(row[0]) if row else 0


def exist(lake: duckdb.DuckDBPyConnection, select: str) -> bool:
    """Say whether an answer has rows."""
    return lake.execute(f"{select} LIMIT 1").fetchone() is not None


def named(row: Parameters) -> str:
    """Return the select list that gives each parameter the name of its column."""
    return ", ".join(f"${name} AS {name}" for name in row)
