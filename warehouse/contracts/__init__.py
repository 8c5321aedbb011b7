"""Every table of the lake, declared once, a module a schema.

DDL, polars schemas, the structural expectations and the data dictionary derive from these
declarations; nothing else in podlake writes a column list.
"""

from __future__ import annotations

from collections.abc import Iterator

from warehouse.contracts.core import (
    EPISODES,
    PODCASTS,
    SEGMENTS,
    SENTENCES,
    SOUNDS,
    TRANSCRIPTS,
    TURNS,
    VECTORS,
)
from warehouse.contracts.mart import TERM_COUNTS
from warehouse.contracts.profile import MEASURES, PROFILE
from warehouse.contracts.quality import BATCHES, INCIDENTS, QUARANTINE, RESULTS, RUNS
from warehouse.contracts.raw import DOCUMENTS, FEEDS, ITEMS
from warehouse.contracts.table import Column, Table

__all__ = [
    "BATCHES",
    "DOCUMENTS",
    "EPISODES",
    "FEEDS",
    "INCIDENTS",
    "ITEMS",
    "MEASURES",
    "PODCASTS",
    "PROFILE",
    "QUARANTINE",
    "RESULTS",
    "RUNS",
    "SCHEMA_VERSION",
    "SEGMENTS",
    "SENTENCES",
    "SOUNDS",
    "STAGED",
    "TABLES",
    "TERM_COUNTS",
    "TRANSCRIPTS",
    "TURNS",
    "VECTORS",
    "Column",
    "Table",
    "descendants",
]

SCHEMA_VERSION = 4

TABLES: dict[str, Table] = {
    table.full_name: table
    for table in (
        DOCUMENTS,
        FEEDS,
        ITEMS,
        PODCASTS,
        EPISODES,
        TRANSCRIPTS,
        TURNS,
        SENTENCES,
        SEGMENTS,
        SOUNDS,
        VECTORS,
        TERM_COUNTS,
        RUNS,
        BATCHES,
        RESULTS,
        QUARANTINE,
        MEASURES,
        PROFILE,
        INCIDENTS,
    )
}

STAGED: tuple[Table, ...] = (DOCUMENTS, TRANSCRIPTS, TURNS, SENTENCES, SEGMENTS, SOUNDS)
"""Tables that the transform makes and a batch stages, parents before children."""


def descendants(table: Table) -> Iterator[Table]:
    """Yield the staged tables whose rows hang on rows of ``table``, nearest first."""
    for child in STAGED:
        if child.parent == table.full_name:
            yield child
            yield from descendants(child)
