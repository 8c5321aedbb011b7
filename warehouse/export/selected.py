"""The transcripts that an export takes along, one after the other, each with its rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from typing import Any

import duckdb

from warehouse.errors import ExportError
from warehouse.export.progress import Told, nobody
from warehouse.export.selection import Selection
from warehouse.models import model

Row = tuple[Any, ...]
Facts = dict[str, Any]

_FETCH_ROWS = 1024
_ALL = "WITH selected AS (FROM memory.main.selected) "
_ONE = "WITH selected AS (SELECT 1 AS place, $transcript_id AS transcript_id) "


def current_transcripts(
    lake: duckdb.DuckDBPyConnection, rows: str, selection: Selection, told: Told = nobody
) -> Iterator[tuple[Facts, list[Row]]]:
    """Yield the current transcript of each selected episode, by podcast, publication, title and id.

    One sort gives all rows in order, so an archive of any size costs one pass, and one transcript is in memory at a time.

    Args:
        lake: The lake at the snapshot that is exported, open for nothing else: it gets a table ``memory.main.selected``.
        rows: The SQL model of the rows wanted: ``export.turns`` or ``export.sentences``.
        selection: Which episodes.
        told: Hears of the transcripts that are done with.

    Yields:
        The columns of ``export.selected`` by name, and the rows without ``place``.

    Raises:
        ExportError: The snapshot is older than the columns that are exported.
    """
    n_all = _select(lake, selection)
    # Two answers are read side by side, and a connection streams only one.
    with closing(lake.cursor()) as beside:
        listed = beside.sql("FROM memory.main.selected ORDER BY place")
        found = groupby(_fetched(lake.sql(_ALL + model(rows))), key=lambda row: row[0])
        place, group = next(found, (None, iter(())))
        for n_done, facts in enumerate(_fetched(listed), 1):
            own: list[Row] = []
            if place == facts[0]:
                own = [row[1:] for row in group]
                place, group = next(found, (None, iter(())))
            yield dict(zip(listed.columns, facts, strict=True)), own
            told("transcripts", n_done, n_all)


def rows_of(lake: duckdb.DuckDBPyConnection, rows: str, transcript_id: str) -> list[Row]:
    """Return the rows of one transcript, current or not, as ``current_transcripts`` does."""
    answer = lake.execute(_ONE + model(rows), {"transcript_id": transcript_id}).fetchall()
    return [row[1:] for row in answer]


def find_transcript(lake: duckdb.DuckDBPyConnection, key: str) -> str:
    """Return the id of the transcript that a person means.

    Args:
        lake: Any lake.
        key: Its id, the id of its episode, or the end of its path, with or without extension. Where an episode has several
            transcripts, its id and a path without extension stand for the current one.

    Raises:
        ExportError: No transcript is meant, or several may be.
    """
    found = lake.execute(model("export.found"), {"key": key}).fetchall()
    if not found:
        remedy = 'Give the id of a transcript or an episode, or the end of a path: podlake sql "FROM core.transcripts".'
        raise ExportError(f"there is no transcript {key!r}", remedy=remedy)
    if len(found) > 1:
        candidates = ", ".join(f"{path} ({transcript_id})" for transcript_id, path in found[:5])
        raise ExportError(
            f"{len(found)} transcripts may be meant by {key!r}", remedy=f"Name one: {candidates}."
        )
    return str(found[0][0])


def _select(lake: duckdb.DuckDBPyConnection, selection: Selection) -> int:
    """Make the table of what is exported; return its number of rows."""
    statement = f"CREATE OR REPLACE TABLE memory.main.selected AS {model('export.selected')}"
    try:
        lake.execute(statement, selection.parameters)
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        raise ExportError(
            "the tables at this snapshot are not yet those that documents are made from",
            remedy="Take a later one with --at, or podlake export parquet, which takes tables as they were.",
        ) from error
    ((n_rows,),) = lake.execute("SELECT count(*) FROM memory.main.selected").fetchall()
    return int(n_rows)


def _fetched(answer: duckdb.DuckDBPyRelation) -> Iterator[Row]:
    while rows := answer.fetchmany(_FETCH_ROWS):
        yield from rows
