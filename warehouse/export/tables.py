"""Tables and marts as Parquet, a folder each, ordered by key."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from warehouse.contracts import DOCUMENTS, TABLES
from warehouse.errors import ExportError
from warehouse.export.folder import Folder
from warehouse.export.parts import ParquetParts
from warehouse.export.progress import Told, nobody
from warehouse.export.selection import Selection
from warehouse.models import marts

CORE = tuple(name for name, table in TABLES.items() if table.schema == "core")
"""What is taken along where no table is named."""

_GROUP_ROWS = 100_000
_GROUP_DOCUMENTS = 500
"""Their texts are 60 kB each, not 100 bytes; a row group is held in memory."""

_CONDITIONS = {
    "podcasts": {
        "podcast_id": "podcast_id IN (SELECT podcast_id FROM core.podcasts WHERE title IN $podcasts OR podcast_id IN $podcasts)",
        "episode_id": "episode_id IN (SELECT episode_id FROM core.episodes JOIN core.podcasts USING (podcast_id)"
        " WHERE podcasts.title IN $podcasts OR podcast_id IN $podcasts)",
    },
    "years": {
        "episode_id": "episode_id IN (SELECT episode_id FROM core.episodes WHERE published_year IN $years)",
        "podcast_id": "podcast_id IN (SELECT podcast_id FROM core.episodes WHERE published_year IN $years)",
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
    key = ", ".join(f'"{column}"' for column in key_of(name))
    try:
        columns = lake.sql(f"FROM {name}").columns
    except duckdb.CatalogException as error:
        raise ExportError(
            f"the lake had no table {name!r} at this snapshot", remedy="Take a later one with --at."
        ) from error
    where = _where(name, columns, selection)
    parameters = {which: value for which, value in selection.parameters.items() if value}
    n_all = _count(lake, f"{name}{where}", parameters) if name in TABLES else 0
    # Threads add up floats in any order, and the last digits of a mart's sums with it.
    lake.execute("RESET threads" if name in TABLES else "SET threads = 1")
    rows = lake.sql(f"SELECT * FROM {name}{where} ORDER BY {key}", params=parameters)  # noqa: S608  the same
    batches = rows.to_arrow_reader(_GROUP_DOCUMENTS if name == DOCUMENTS.full_name else _GROUP_ROWS)
    n_done = 0
    with ParquetParts(folder, str(Path(name) / "part"), batches.schema) as parts:
        for batch in batches:
            parts.write(batch)
            n_done += batch.num_rows
            told(name, n_done, max(n_all, n_done))


def _count(lake: duckdb.DuckDBPyConnection, what: str, parameters: dict[str, object]) -> int:
    """Count rows of a table; to count those of a mart is to compute it twice."""
    ((n_rows,),) = lake.execute(f"SELECT count(*) FROM {what}", parameters).fetchall()  # noqa: S608  names are checked
    return int(n_rows)


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
