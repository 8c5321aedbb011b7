"""The views of a lake: every file in ``warehouse/models/mart`` is one, and a writer keeps them as the files say."""

from __future__ import annotations

from contextlib import closing

import duckdb

from warehouse.contracts import TABLES
from warehouse.models import VIEWS, Mart, mart, model, views


def refresh_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Make those views that the lake lacks, or has with another SELECT; no snapshot appears where there are none."""
    stored = _selects(connection, "lake")
    connection.execute("BEGIN")
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {VIEWS}")
    make_views(connection)
    wanted = _selects(connection, "lake")
    if wanted == stored:
        connection.execute("ROLLBACK")
        return
    for name in views():
        if stored.get(name) != wanted[name]:
            connection.execute(f"COMMENT ON VIEW {VIEWS}.{name} IS $${mart(name).description}$$")
    connection.execute("CALL lake.set_commit_message('podlake', 'make the views')")
    connection.execute("COMMIT")


def make_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every view, each behind those that it reads."""
    for name in views():
        connection.execute(f"CREATE OR REPLACE VIEW {VIEWS}.{name} AS {model(f'{VIEWS}.{name}')}")


def column_types() -> dict[str, dict[str, str]]:
    """Return the SQL types of each view's columns, by the view's full name; no lake is needed to tell."""
    with closing(duckdb.connect()) as empty:
        for schema in dict.fromkeys((*(table.schema for table in TABLES.values()), VIEWS)):
            empty.execute(f"CREATE SCHEMA {schema}")
        for table in TABLES.values():
            empty.execute(table.ddl)
        make_views(empty)
        return {f"{VIEWS}.{name}": _types(empty, mart(name)) for name in views()}


def _types(connection: duckdb.DuckDBPyConnection, of: Mart) -> dict[str, str]:
    return {row[0]: row[1] for row in connection.execute(f"DESCRIBE {of.name}").fetchall()}


def _selects(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, str]:
    """Return the SELECT of each view, as DuckDB writes it: a file's own spaces and comments make no difference."""
    # Without parameters: the first that a process binds makes DuckDB import pandas, half a second of CPU.
    found = connection.execute(
        "SELECT database_name, schema_name, view_name, sql FROM duckdb_views() WHERE NOT internal"
    )
    return {
        name: sql.partition(" AS ")[2] for *home, name, sql in found.fetchall() if home == [database, VIEWS]
    }
