"""Ways into a lake from outside podlake: Python with DuckDB or polars, the DuckDB shell, BI tools."""

from __future__ import annotations

import shlex
from pathlib import Path

import duckdb
import polars as pl

from warehouse import lake as lakes
from warehouse.errors import LakeError, QueryError
from warehouse.lake import Moment, attachment
from warehouse.models import marts
from warehouse.settings import Settings, load


def open_lake(lake: str | Path | None = None, *, at: Moment | None = None) -> duckdb.DuckDBPyConnection:
    """Open a lake read-only; see ``warehouse.connect``."""
    return lakes.connect(load(lake=lake), at=at)


def table(name: str, lake: str | Path | None = None, *, at: Moment | None = None) -> pl.LazyFrame:
    """Return a table or a mart as a LazyFrame; see ``warehouse.table``."""
    connection = open_lake(lake, at=at)
    try:
        # Only a table is found by its name alone, a view is not.
        rows = connection.sql(f"FROM {name}") if name in marts() else connection.table(name)
        # DuckDB scans only the columns and rows that polars asks for, and knows which rows are deleted.
        return rows.pl(lazy=True)
    except duckdb.Error as error:
        connection.close()
        raise QueryError(f"there is no table {name!r}", remedy="Look at podlake doctor --schema.") from error


def ways_in(settings: Settings) -> dict[str, str]:
    """Return how other programs open the lake.

    Returns:
        ``shell`` starts the DuckDB shell, ``sql`` is what a BI tool runs first, ``python`` needs podlake.

    Raises:
        LakeError: There is no lake.
    """
    folder = settings.lake.resolve()
    if not (folder / "catalog.sqlite").exists():
        raise LakeError(
            "there is no lake here yet",
            where=str(folder),
            remedy="Run podlake ingest, or name one with --lake.",
        )
    parts = [f"{verb} {name}" for name in ("ducklake", "sqlite") for verb in ("INSTALL", "LOAD")]
    sql = "; ".join([*parts, attachment(folder, "READ_ONLY"), "USE lake"]) + ";"
    return {
        "shell": f"duckdb -cmd {shlex.quote(sql)}",
        "sql": sql,
        "python": f"import warehouse; lake = warehouse.connect({str(folder)!r})",
    }
