"""What is stale: rows of the lake that the transform or the model of today would make otherwise."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict, dataclass

import duckdb

from warehouse.lake import connect
from warehouse.models import model
from warehouse.settings import Settings

_COUNT = """
    SELECT count(*) AS n_documents, count(*) FILTER (has_rows) AS n_transcripts, coalesce(sum(n_bytes), 0)::BIGINT AS n_bytes
    FROM
"""


@dataclass(frozen=True, slots=True)
class Versions:
    """What makes rows today.

    Attributes:
        transform: Version of parsing, cleaning and segmenting.
        models: Names, with their versions, of the models that may restore what a source lacks.
    """

    transform: str
    models: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Stale:
    """How much is stale: documents that can be rebuilt, those of them with a transcript, and their bytes."""

    documents: int
    transcripts: int
    bytes: int

    def as_dict(self) -> dict[str, int]:
        """Return the counts for JSON."""
        return asdict(self)


def count_stale(lake: duckdb.DuckDBPyConnection, versions: Versions, *, every: bool = False) -> Stale:
    """Count what is stale in an open lake.

    Documents without text (binary, too large, unreadable) cannot be rebuilt and do not count; those that were
    held back do, as a newer transform may read them.

    Args:
        lake: The lake.
        versions: What makes rows today.
        every: Count all that can be rebuilt, stale or not.
    """
    row = lake.execute(f"{_COUNT} ({model('rebuild.stale')})", parameters(versions, every=every)).fetchone()
    return Stale(*row) if row else Stale(0, 0, 0)


def stale_of(settings: Settings, versions: Versions, *, every: bool = False, read_only: bool = True) -> Stale:
    """Count what is stale in a lake; unless it is only read, its tables are first brought up to date.

    Raises:
        LakeError: There is no lake, or another podlake made it.
    """
    with closing(connect(settings, read_only=read_only, create=False)) as lake:
        return count_stale(lake, versions, every=every)


def parameters(versions: Versions, *, every: bool) -> dict[str, object]:
    """Return what the model of stale rows is told."""
    return {"transform": versions.transform, "models": sorted(versions.models), "every": every}
