"""Stage a batch: read its documents, transform them, write a Parquet file for each table that has rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import polars as pl
import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from tasks import clock
from tasks.batch import Batch, batches
from tasks.clock import Costs
from tasks.document import read
from tasks.profile.measure import measurable, measure
from tasks.transform import Source, Tables, defective, transform
from warehouse.contracts import MEASURES, STAGED
from warehouse.settings import MEGABYTE, TURN_THRESHOLD

_CHUNK_BYTES = 2 * MEGABYTE
"""Documents are transformed so many bytes at a time: what polars needs in between is some 20 times as large."""

Transformed = Callable[[Sequence[Source]], Tables]
"""Gives the tables of sources."""


@dataclass(frozen=True, slots=True)
class Staged:
    """What passes from staging to audit: a folder and counts, never frames."""

    batch: int
    folder: Path
    n_documents: int
    n_bytes: int
    costs: Costs


def stage_batch(
    batch: Batch, run_id: str, root: str | Path, turn_threshold: float = TURN_THRESHOLD
) -> Staged:
    """Transform a batch into ``<root>/<batch>/<table>.parquet``, and measure it; runs in a thread or a process alike."""
    folder = Path(root) / f"{batch.index:06d}"
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    transformed = partial(
        transform,
        run_id=run_id,
        batch=batch.index,
        at=now,
        timed=clock.stage,
        turn_threshold=turn_threshold,
    )
    spoken: list[Tables] = []
    with TableWriter(folder) as writer:
        for chunk in batches(batch.documents, _CHUNK_BYTES):
            with clock.stage("read"):
                sources = [Source(*read(document)) for document in chunk.documents]
            for tables in _isolated(sources, transformed):
                with clock.stage("stage"):
                    writer.write(tables)
                spoken.append(measurable(tables))
        with clock.stage("profile"):
            writer.write({MEASURES.full_name: measure(spoken)})
        for feed in batch.feeds:
            writer.write(feed.tables(now))
    n_bytes = sum(document.n_bytes for document in batch.documents)
    return Staged(batch.index, folder, len(batch.documents), n_bytes, clock.drain())


def _isolated(sources: Sequence[Source], transformed: Transformed) -> Iterator[Tables]:
    """Transform sources together; where that raises, half by half, down to the one at fault, which is held back."""
    try:
        tables = transformed(sources)
    except Exception as error:  # whatever a document makes podlake raise must not hold up the others
        if len(sources) == 1 and sources[0].data is None:
            raise
        seen = f"{type(error).__name__}: {error}"
    else:
        yield tables
        return
    half = len(sources) // 2
    for part in (sources[:half], sources[half:]) if half else ([defective(sources[0], seen)],):
        yield from _isolated(part, transformed)


class TableWriter(ExitStack):
    """Writes tables piece by piece, a Parquet file each; a table without rows has no file."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._writers: dict[str, ParquetWriter] = {}

    def write(self, tables: Tables) -> None:
        """Append rows to each table's file, which is whole once the writer is closed."""
        for name, frame in tables.items():
            if frame.height:
                rows = frame.to_arrow()
                self._writer(name, rows.schema).write_table(rows)

    def _writer(self, name: str, schema: pa.Schema) -> ParquetWriter:
        if name not in self._writers:
            path = self._folder / f"{name}.parquet"
            # Staged files live for seconds: compressing them well costs more than it saves.
            writer = ParquetWriter(path, schema, compression="lz4", write_statistics=False)
            self._writers[name] = self.enter_context(writer)
        return self._writers[name]


def rewrite_tables(tables: Tables, folder: Path) -> None:
    """Write each table anew; one without rows loses its file."""
    for name in tables:
        (folder / f"{name}.parquet").unlink(missing_ok=True)
    with TableWriter(folder) as writer:
        writer.write(tables)


def read_tables(folder: Path) -> Tables:
    """Read the staged tables back; one without a file has no rows."""
    tables = {}
    for table in STAGED:
        path = folder / f"{table.full_name}.parquet"
        tables[table.full_name] = pl.read_parquet(path, glob=False) if path.exists() else table.empty()
    return tables
