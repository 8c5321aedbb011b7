"""Keep ``core.vectors`` up to date: a vector of every passage of the current transcripts."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.changes import insert, make
from warehouse.contracts import VECTORS
from warehouse.lake import connect, transaction
from warehouse.models import model
from warehouse.search.model import MODEL, Embedder, embedder
from warehouse.settings import Settings

_ROUND = 1_000
"""Transcripts that land together; a run that is killed loses no more."""

_BATCH_ROWS = 500

_OUTDATED = f"""
DELETE FROM core.vectors WHERE model <> '{MODEL}' OR (transcript_id, fingerprint) NOT IN (
    SELECT (transcript_id, sentences_fingerprint) FROM current
)
"""  # noqa: S608  the name is a constant

_STILL_WANTED = """
SELECT made.*
FROM read_parquet($path) AS made
SEMI JOIN current ON made.transcript_id = current.transcript_id AND made.fingerprint = current.sentences_fingerprint
ANTI JOIN core.vectors AS landed
    ON made.transcript_id = landed.transcript_id AND made.fingerprint = landed.fingerprint
"""

_SCHEMA = pa.schema(
    [
        ("transcript_id", pa.string()),
        ("fingerprint", pa.string()),
        ("passage", pa.int32()),
        ("start_sentence", pa.int32()),
        ("end_sentence", pa.int32()),
        ("model", pa.string()),
        ("vector", pa.list_(pa.float32())),
    ]
)


def embed_passages(settings: Settings) -> int:
    """Make the vectors of what is new or changed, and forget those of what is gone.

    Vectors are made beside the publish lock, which is held only while they land.

    Returns:
        How many passages were turned into vectors.

    Raises:
        SettingsError: The extra that holds the model is not installed.
        LakeError: There is no lake, or another podlake made it.
        LakeLockedError: Another publisher held the lock for ``lock_timeout_s``.
    """
    made_by = embedder()
    n_passages = 0
    with closing(connect(settings, read_only=False, create=False)) as lake:
        while n_new := _round(lake, settings, made_by):
            n_passages += n_new
    return n_passages


def _round(lake: duckdb.DuckDBPyConnection, settings: Settings, made_by: Embedder) -> int:
    make(lake, "current", model("search.transcripts"))
    make(lake, "pending", model("search.pending"), {"model": MODEL, "n": _ROUND})
    with tempfile.TemporaryDirectory(prefix="podlake-") as folder:
        file = Path(folder) / "vectors.parquet"
        _write(lake, made_by, file)
        with transaction(lake, settings, "make vectors"):
            make(lake, "current", model("search.transcripts"))  # another process may have published meanwhile
            lake.execute(_OUTDATED)
            return insert(lake, VECTORS, _STILL_WANTED, {"path": str(file)})


def _write(lake: duckdb.DuckDBPyConnection, made_by: Embedder, file: Path) -> None:
    with pq.ParquetWriter(file, _SCHEMA) as writer:
        for batch in lake.sql(model("search.passages")).to_arrow_reader(_BATCH_ROWS):
            vectors = made_by.embed(batch.column("text").to_pylist())
            columns = {name: batch.column(name) for name in _SCHEMA.names if name in batch.schema.names}
            columns["model"] = pa.array([MODEL] * batch.num_rows)
            columns["vector"] = pa.array(list(vectors), pa.list_(pa.float32()))
            writer.write_table(pa.table(columns).select(_SCHEMA.names).cast(_SCHEMA))
