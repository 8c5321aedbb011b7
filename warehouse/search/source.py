"""What the lake holds that the index should: its newest snapshot, its transcripts, their sentences."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.changes import make
from warehouse.errors import LakeError
from warehouse.lake import connect
from warehouse.models import model
from warehouse.settings import Settings

_BATCH_ROWS = 10_000

_NEWEST = "SELECT snapshot_id, snapshot_time FROM ducklake_snapshot ORDER BY snapshot_id DESC LIMIT 1"
_LAKE_ID = (
    "SELECT table_uuid FROM ducklake_table WHERE table_name = 'transcripts' ORDER BY begin_snapshot LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot of a lake: its id, when it was made, and an id that no other lake has."""

    snapshot_id: int
    as_of: datetime
    lake_id: str


def newest_snapshot(settings: Settings) -> Snapshot:
    """Return the last snapshot, straight from the catalog: a search cannot wait for DuckDB, which takes 0.1 s.

    Raises:
        LakeError: There is no lake.
    """
    catalog = settings.lake.resolve() / "catalog.sqlite"
    try:
        with closing(sqlite3.connect(f"{catalog.as_uri()}?mode=ro", uri=True)) as connection:
            snapshot_id, taken_at = connection.execute(_NEWEST).fetchone()
            (lake_id,) = connection.execute(_LAKE_ID).fetchone()
    except (sqlite3.Error, TypeError) as error:  # None where the catalog has no such row yet
        raise LakeError(
            "there is no lake here that could be searched",
            where=str(catalog.parent),
            remedy="Run podlake ingest first, or name one with --lake.",
        ) from error
    return Snapshot(snapshot_id, datetime.fromisoformat(taken_at), lake_id)


class Source:
    """The lake at one snapshot, and what an index that knows some of it lacks."""

    def __init__(self, lake: duckdb.DuckDBPyConnection, known: Mapping[str, str]) -> None:
        """Compare the lake with the fingerprints by transcript that the index knows."""
        self._lake = lake
        names, prints = list(known), list(known.values())
        lake.register(
            "known",
            pa.table(
                {"transcript_id": pa.array(names, pa.string()), "fingerprint": pa.array(prints, pa.string())}
            ),
        )
        make(lake, "current", model("search.transcripts"))
        make(lake, "wanted", "FROM current ANTI JOIN known USING (transcript_id, fingerprint)")

    def snapshot(self, lake_id: str) -> Snapshot:
        """Return the snapshot that is read."""
        found = self._lake.execute(
            "SELECT id, snapshot_time FROM lake.current_snapshot() "
            "JOIN ducklake_snapshots('lake') AS snapshots ON snapshots.snapshot_id = id"
        ).fetchone()
        snapshot_id, as_of = found or (0, datetime.now(UTC))
        return Snapshot(snapshot_id, as_of, lake_id)

    def outdated(self) -> list[str]:
        """Return the known transcripts that are gone or another one now."""
        gone = "FROM known ANTI JOIN current USING (transcript_id, fingerprint) SELECT transcript_id"
        return [name for (name,) in self._lake.execute(gone).fetchall()]

    def transcripts(self) -> Iterator[tuple[str, str]]:
        """Yield the id of each wanted transcript, and as JSON what a hit shows of it."""
        answer = self._lake.execute("FROM wanted")
        names = [column[0] for column in answer.description]
        while row := answer.fetchone():
            yield row[0], json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)

    def sentences(self) -> Iterator[tuple[Any, ...]]:
        """Yield the sentences of the wanted transcripts, as ``search.sentences`` gives them."""
        for batch in self._lake.sql(model("search.sentences")).to_arrow_reader(_BATCH_ROWS):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


@contextmanager
def source_of(settings: Settings, known: Mapping[str, str]) -> Iterator[Source]:
    """Read the lake as of one snapshot, without holding up who publishes.

    Raises:
        LakeError: There is no lake, or another podlake made it.
    """
    with closing(connect(settings)) as lake:
        lake.execute("BEGIN")
        yield Source(lake, known)
