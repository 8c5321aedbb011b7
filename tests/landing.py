"""Land documents in a lake as a run does, without its flow and its audit."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from tasks.document import Document
from tasks.identity import identify
from tasks.publish import StagedBatch, publish
from tasks.stage import rewrite_tables
from tasks.transform import Source, transform
from tests.lakes import run_of
from warehouse.lake import connect
from warehouse.settings import Settings

SAMPLE = Path(__file__).parent / "data" / "sample"


def sample_documents() -> dict[str, bytes]:
    """Return the sample archive's documents by podcast and path."""
    files = (file for file in sorted(SAMPLE.rglob("*")) if file.is_file())
    return {file.relative_to(SAMPLE).as_posix(): file.read_bytes() for file in files}


def land(settings: Settings, documents: Mapping[str, bytes], run_id: str = "run-1") -> None:
    """Publish documents, given by podcast and path, as one batch."""
    tables = transform([_source(place, data) for place, data in documents.items()], run_id=run_id)
    with tempfile.TemporaryDirectory() as folder, closing(connect(settings, read_only=False)) as lake:
        rewrite_tables(tables, Path(folder))
        publish(lake, settings, run_of(run_id), StagedBatch(0, Path(folder)))


def _source(place: str, data: bytes) -> Source:
    who = identify("archive", place.split("/"))
    sha256 = hashlib.sha256(data).hexdigest()
    document = Document(
        document_id=who.document_id,
        podcast_id=who.podcast_id,
        episode_id=who.episode_id,
        podcast=who.podcast,
        path=who.path,
        uri=f"file:///archive/{place}",
        stamp=sha256,
        sha256=sha256,
        n_bytes=len(data),
    )
    return Source(document, data)
