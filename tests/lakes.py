"""Small staged batches, and what a lake holds after publishing them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import duckdb
import polars as pl

from tasks.publish import Run, StagedBatch
from warehouse.contracts import (
    DOCUMENTS,
    QUARANTINE,
    RESULTS,
    SENTENCES,
    TABLES,
    TRANSCRIPTS,
    TURNS,
    Column,
    Table,
)

_FILLERS: dict[pl.DataType, object] = {pl.String(): "x", pl.List(pl.String()): [], pl.Boolean(): False}
_OF_THE_RUN = {
    "run_id",
    "batch",
    "ingested_at",
    "updated_at",
    "started_at",
    "published_at",
    "stages",
    "quarantined_at",
}


@dataclass(frozen=True)
class Source:
    """One document, one sentence and turn a word."""

    path: str
    text: str = "one two three"
    status: str = "published"
    title: str | None = None
    has_speakers: bool = False
    podcast: str = "Show"
    folder: str = "archive"
    revision: int = 1

    @property
    def document_id(self) -> str:
        return _id(self.podcast, self.path)

    @property
    def episode_id(self) -> str:
        return _id(self.podcast, PurePosixPath(self.path).stem)

    @property
    def uri(self) -> str:
        return f"file:///{self.folder}/{self.path}"


def run_of(run_id: str = "run-1") -> Run:
    return Run(run_id, datetime(2026, 1, 1, tzinfo=UTC), ("file:///archive",), "0.1.0")


def stage(
    folder: Path,
    sources: Sequence[Source],
    *,
    batch: int = 0,
    run_id: str = "run-1",
    rejection: str | None = None,
) -> StagedBatch:
    """Write the batch as the flow stages it."""
    spoken = [source for source in sources if source.status == "published"]
    rows: dict[Table, list[dict[str, object]]] = {
        DOCUMENTS: [_document(source, run_id, batch) for source in sources],
        TRANSCRIPTS: [_transcript(source) for source in spoken],
        **{
            table: [row for source in spoken for row in _words(source, table)] for table in (TURNS, SENTENCES)
        },
        RESULTS: [{"run_id": run_id, "batch": batch, "rule": "has_rows", "status": "passed"}],
        QUARANTINE: [
            {"run_id": run_id, "batch": batch, "document_id": source.document_id, "rule": "unsupported"}
            for source in sources
            if source.status == "quarantined"
        ],
    }
    folder.mkdir(parents=True, exist_ok=True)
    staged = StagedBatch(batch, folder, 0, rejection)
    for table, values in rows.items():
        if values:
            frame(table, values).write_parquet(staged.file(table))
    return staged


def frame(table: Table, rows: Sequence[dict[str, object]]) -> pl.DataFrame:
    """Make a frame of the contract; columns that a row leaves out get a filler."""
    whole = [{column.name: row.get(column.name, _filler(column)) for column in table.columns} for row in rows]
    return pl.DataFrame(whole, schema=table.polars_schema)


def contents(lake: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of the raw and core tables, without what differs from run to run."""
    found = {}
    for name, table in TABLES.items():
        if table.schema != "quality":
            columns = [column.name for column in table.columns if column.name not in _OF_THE_RUN]
            rows = lake.execute(f"SELECT {', '.join(columns)} FROM {name}").fetchall()
            found[name] = sorted(rows, key=repr)
    return found


def count(lake: duckdb.DuckDBPyConnection, what: str) -> int:
    row = lake.execute(f"SELECT count(*) FROM {what}").fetchone()
    return int(row[0]) if row else 0


def snapshots(lake: duckdb.DuckDBPyConnection) -> int:
    return count(lake, "lake.snapshots()")


def _document(source: Source, run_id: str, batch: int) -> dict[str, object]:
    return {
        "document_id": source.document_id,
        "revision": source.revision,
        "podcast_id": _id(source.podcast),
        "episode_id": source.episode_id,
        "podcast": source.podcast,
        "path": source.path,
        "uri": source.uri,
        "stamp": f"{len(source.text)}:1",
        "sha256": hashlib.sha256(source.text.encode()).hexdigest(),
        "n_bytes": len(source.text),
        "text": source.text,
        "encoding": "utf-8",
        "title": source.title,
        "status": source.status,
        "run_id": run_id,
        "batch": batch,
    }


def _transcript(source: Source) -> dict[str, object]:
    return {
        "transcript_id": source.document_id,
        "episode_id": source.episode_id,
        "podcast_id": _id(source.podcast),
        "has_speakers": source.has_speakers,
        "is_current": True,
        "n_words": len(source.text.split()),
    }


def _words(source: Source, table: Table) -> list[dict[str, object]]:
    place = {"transcript_id": source.document_id, "episode_id": source.episode_id}
    return [
        place | {table.name.removesuffix("s"): position, "turn": position, "text": word}
        for position, word in enumerate(source.text.split())
    ]


def _filler(column: Column) -> object:
    if column.nullable:
        return None
    if isinstance(column.dtype, pl.Datetime):
        return datetime(2026, 1, 1, tzinfo=UTC)
    return _FILLERS.get(column.dtype, 1)


def _id(*parts: str) -> str:
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:12]
