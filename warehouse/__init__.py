"""The lake, for Python: ``warehouse.connect()`` for SQL, ``warehouse.table("core.sentences")`` for polars."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if (
    TYPE_CHECKING
):  # every command imports this package, and help must answer before DuckDB and polars could load
    import duckdb
    import polars as pl


def connect(lake: str | Path | None = None, *, at: int | datetime | None = None) -> duckdb.DuckDBPyConnection:
    """Open a lake read-only, with its tables and marts by name.

    Example:
        >>> import warehouse
        >>> lake = warehouse.connect("lake")  # doctest: +SKIP
        >>> lake.sql("FROM mart.talk_time LIMIT 3").show()  # doctest: +SKIP

    Args:
        lake: Folder of the lake; ``PODLAKE_LAKE``, ``podlake.toml`` or ``./lake`` where none is given.
        at: A snapshot's id, or a time, whose state of the lake is wanted; the last one where none is given.

    Raises:
        LakeError: There is no lake, no such snapshot, or another podlake made it.
    """
    from warehouse.access import open_lake  # noqa: PLC0415  see above

    return open_lake(lake, at=at)


def table(name: str, lake: str | Path | None = None, *, at: int | datetime | None = None) -> pl.LazyFrame:
    """Return a table or a mart as a polars LazyFrame, read through DuckDB: deleted rows stay deleted.

    Only the columns and rows that the query needs are read.

    Example:
        >>> import warehouse
        >>> turns = warehouse.table("core.turns", "lake")  # doctest: +SKIP
        >>> turns.group_by("speaker").len().collect()  # doctest: +SKIP

    Args:
        name: Schema and name, such as ``core.sentences`` or ``mart.talk_time``.
        lake: As for ``connect``.
        at: As for ``connect``.

    Raises:
        LakeError: As for ``connect``.
        QueryError: The lake has no such table.
    """
    from warehouse.access import table as read  # noqa: PLC0415  see above

    return read(name, lake, at=at)
