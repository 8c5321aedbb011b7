"""The views of a lake: every file in ``warehouse/models/mart`` is one, and a writer keeps them as the files say."""

from __future__ import annotations

import duckdb

from warehouse.models import VIEWS, front_matter, model, views


def refresh_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Make those views that the lake lacks, or has with another SELECT; no snapshot appears where there are none."""
    names = views()
    stored = _selects(connection, "lake", VIEWS)
    for name in names:
        connection.execute(f"CREATE TEMP VIEW {name} AS {model(f'{VIEWS}.{name}')}")
    wanted = _selects(connection, "temp", "main")
    for name in names:
        connection.execute(f"DROP VIEW temp.{name}")
    changed = [f"{VIEWS}.{name}" for name in names if stored.get(name) != wanted[name]]
    if not changed:
        return
    connection.execute("BEGIN")
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {VIEWS}")
    for name in changed:
        connection.execute(f"CREATE OR REPLACE VIEW {name} AS {model(name)}")
        connection.execute(f"COMMENT ON VIEW {name} IS $${front_matter(name)['description']}$$")
    connection.execute("CALL lake.set_commit_message('podlake', 'make the views')")
    connection.execute("COMMIT")


def _selects(connection: duckdb.DuckDBPyConnection, database: str, schema: str) -> dict[str, str]:
    """Return the SELECT of each view, as DuckDB writes it: a file's own spaces and comments make no difference."""
    # Without parameters: the first that a process binds makes DuckDB import pandas, half a second of CPU.
    found = connection.execute(
        "SELECT database_name, schema_name, view_name, sql FROM duckdb_views() WHERE NOT internal"
    )
    return {
        name: sql.partition(" AS ")[2] for *home, name, sql in found.fetchall() if home == [database, schema]
    }
