"""Tables and marts as Parquet, a folder each, ordered by key, or as they landed where rows hold whole documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from warehouse.contracts import TABLES, VECTORS
from warehouse.errors import ExportError
from warehouse.export.folder import Folder
from warehouse.export.parts import ParquetParts
from warehouse.export.progress import Told, nobody
from warehouse.export.selection import Selection
from warehouse.models import marts
from warehouse.settings import MEGABYTE

CORE = tuple(name for name, table in TABLES.items() if table.schema == "core" and table is not VECTORS)
"""What is taken along where no table is named; vectors are bulky, and made from the rest at any time."""

_GROUP_ROWS = 100_000
_GROUP_BYTES = 32 * MEGABYTE
"""A row group is held in memory; it has as many rows as have about so many bytes of text."""
_SORTED_BYTES = 1000
"""Rows of more text on average keep the order in which they landed. DuckDB's sort holds 2,048 rows of each of its runs in
memory: in half a gigabyte, rows of 1 kB could be sorted whatever their number, 1.2 GB of rows of 10 kB could not."""

_CONDITIONS = {
    "podcasts": {
        "podcast_id": "podcast_id IN (SELECT podcast_id FROM core.podcasts WHERE title IN getvariable('podcasts') OR podcast_id IN getvariable('podcasts'))",
        "episode_id": "episode_id IN (SELECT episode_id FROM core.episodes JOIN core.podcasts USING (podcast_id)"
        " WHERE podcasts.title IN getvariable('podcasts') OR podcast_id IN getvariable('podcasts'))",
    },
    "years": {
        "episode_id": "episode_id IN (SELECT episode_id FROM core.episodes WHERE published_year IN getvariable('years'))",
        "podcast_id": "podcast_id IN (SELECT podcast_id FROM core.episodes WHERE published_year IN getvariable('years'))",
    },
}
"""For each part of a selection, the columns by which a table can be cut down to it, the best first."""


def write_tables(
    lake: duckdb.DuckDBPyConnection,
    folder: Folder,
    tables: Sequence[str],
    selection: Selection,
    told: Told = nobody,
) -> None:
    """Write each table to its own folder.

    Args:
        lake: The lake at the snapshot that is exported.
        folder: Where to.
        tables: Names of tables and marts.
        selection: Which episodes; where it leaves something out, a table must know its episode or podcast.
        told: Hears of the rows that are written.

    Raises:
        ExportError: There is no such table, or it cannot be cut down to the selection.
    """
    for which, value in selection.parameters.items():
        # A variable, for an answer to bound parameters would come whole before its first row.
        lake.execute(f"SET VARIABLE {which} = $value", {"value": value})
    for name in tables:
        _write(lake, folder, name, selection, told)


def key_of(name: str) -> tuple[str, ...]:
    """Return the columns that make a row of a table or mart unique.

    Raises:
        ExportError: There is no such table.
    """
    if name in TABLES:
        return TABLES[name].key
    known = marts()
    if name not in known:
        raise ExportError(f"there is no table {name!r}", remedy=f"Tables: {', '.join([*TABLES, *known])}.")
    return known[name].grain


def _write(
    lake: duckdb.DuckDBPyConnection, folder: Folder, name: str, selection: Selection, told: Told
) -> None:
    try:
        table = lake.sql(f"FROM {name}")
    except duckdb.CatalogException as error:
        raise ExportError(
            f"the lake had no table {name!r} at this snapshot", remedy="Take a later one with --at."
        ) from error
    source = f"{name}{_where(name, table.columns, selection)}"
    n_rows, n_bytes = _size(lake, table, source) if name in TABLES else (0, 0)
    key = ", ".join(f'"{column}"' for column in key_of(name))
    order = f" ORDER BY {key}" if n_bytes <= n_rows * _SORTED_BYTES else ""
    rows = lake.sql(f"SELECT * FROM {source}{order}")  # noqa: S608  names are checked
    most = _GROUP_BYTES * n_rows // n_bytes + 1 if n_bytes else _GROUP_ROWS
    batches = rows.to_arrow_reader(min(_GROUP_ROWS, most))
    n_done = 0
    with ParquetParts(folder, str(Path(name) / "part"), batches.schema) as parts:
        for batch in batches:
            parts.write(batch)
            n_done += batch.num_rows
            told(name, n_done, max(n_rows, n_done))


def _size(lake: duckdb.DuckDBPyConnection, table: duckdb.DuckDBPyRelation, source: str) -> tuple[int, int]:
    """Return how many rows there are, and bytes of text; to ask this of a mart would be to compute it twice."""
    columns = zip(table.columns, table.types, strict=True)
    texts = " + ".join(f'coalesce(strlen("{name}"), 0)' for name, kind in columns if kind == "VARCHAR")
    statement = f"SELECT count(*), coalesce(sum({texts or '0'}), 0) FROM {source}"  # noqa: S608  names are checked
    ((n_rows, n_bytes),) = lake.execute(statement).fetchall()
    return int(n_rows), int(n_bytes)


def _where(name: str, columns: Sequence[str], selection: Selection) -> str:
    conditions = []
    for which in (which for which, value in selection.parameters.items() if value):
        fitting = [sql for column, sql in _CONDITIONS[which].items() if column in columns]
        if not fitting:
            raise ExportError(
                f"{name} cannot be cut down to podcasts and years: its rows belong to none",
                remedy="Export it without --podcast and --year.",
            )
        conditions.append(fitting[0])
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""
