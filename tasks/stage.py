"""Stage a batch: read its documents, transform them, write a Parquet file for each table that has rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from tasks import clock
from tasks.batch import Batch, batches
from tasks.clock import Costs
from tasks.discover import read
from tasks.transform import Source, Tables, transform
from warehouse.contracts import STAGED
from warehouse.settings import MEGABYTE

_CHUNK_BYTES = 4 * MEGABYTE
"""Documents are transformed so many bytes at a time: what polars needs in between is some 20 times as large."""


@dataclass(frozen=True, slots=True)
class Staged:
    """What passes from staging to audit: a folder and counts, never frames."""

    batch: int
    folder: Path
    n_documents: int
    n_bytes: int
    costs: Costs


def stage_batch(batch: Batch, run_id: str, root: str | Path) -> Staged:
    """Transform a batch into ``<root>/<batch>/<table>.parquet``; runs in a thread or a process alike."""
    now = datetime.now(UTC)
    parts = []
    for chunk in batches(batch.documents, _CHUNK_BYTES):
        with clock.stage("read"):
            sources = [Source(*read(document)) for document in chunk.documents]
        parts.append(transform(sources, run_id=run_id, batch=batch.index, at=now, timed=clock.stage))
    folder = Path(root) / f"{batch.index:06d}"
    with clock.stage("stage"):
        folder.mkdir(parents=True, exist_ok=True)
        write_tables({name: pl.concat(part[name] for part in parts) for name in parts[0]}, folder)
    n_bytes = sum(document.n_bytes for document in batch.documents)
    return Staged(batch.index, folder, len(batch.documents), n_bytes, clock.drain())


def write_tables(tables: Tables, folder: Path) -> None:
    """Write each table as it is; one without rows has no file."""
    for name, frame in tables.items():
        path = folder / f"{name}.parquet"
        if frame.height:
            # Staged files live for seconds: compressing them well costs more than it saves.
            frame.write_parquet(path, compression="lz4", statistics=False)
        else:
            path.unlink(missing_ok=True)


def read_tables(folder: Path) -> Tables:
    """Read the staged tables back; one without a file has no rows."""
    tables = {}
    for table in STAGED:
        path = folder / f"{table.full_name}.parquet"
        tables[table.full_name] = pl.read_parquet(path) if path.exists() else table.empty()
    return tables
