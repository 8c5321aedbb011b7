"""Read documents back from the lake, as discovering finds them in a source, to make their rows anew."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import duckdb

from tasks.document import Document
from warehouse.changes import make
from warehouse.models import model
from warehouse.settings import MEGABYTE
from warehouse.stale import Versions, parameters

_CHUNK_BYTES = 8 * MEGABYTE
"""Texts that are read from the lake at once; a larger one comes alone."""

Damaged = Callable[[str], None]
"""Is told the uri of a document whose text no longer gives its bytes."""


def stale_documents(
    lake: duckdb.DuckDBPyConnection, versions: Versions, damaged: Damaged, *, every: bool = False
) -> Iterator[Document]:
    """Yield the documents that are stale, with their bytes; of the texts, a few are read at a time.

    What is stale is listed when the first document is asked for, in the temporary table ``listed``, against which
    publishing on the same connection looks whether a document is still what was read.

    Args:
        lake: A connection that may write.
        versions: What makes rows today.
        damaged: Is told of documents that are left out, as they cannot be rebuilt.
        every: Yield all documents whose text the lake holds, stale or not.
    """
    make(lake, "stale", model("rebuild.stale"), parameters(versions, every=every))
    make(lake, "listed", model("rebuild.listed"), {"chunk_bytes": _CHUNK_BYTES})
    chunk = 0
    while place := lake.execute("SELECT run_id, batch FROM listed WHERE chunk = ?", [chunk]).fetchone():
        for row in _texts(lake, chunk, *place):
            content = _bytes_of(str(row.pop("text")), str(row.pop("encoding")))
            if content is None or hashlib.sha256(content).hexdigest() != row["sha256"]:
                damaged(str(row["uri"]))
            else:
                yield Document(**row, content=content)
        chunk += 1


def _texts(lake: duckdb.DuckDBPyConnection, chunk: int, run_id: str, batch: int) -> Iterator[dict[str, Any]]:
    """Return the documents of a chunk, by their columns' names."""
    answer = lake.execute(model("rebuild.texts"), {"chunk": chunk, "run_id": run_id, "batch": batch})
    names = [column[0] for column in answer.description]
    return (dict(zip(names, row, strict=True)) for row in answer.fetchall())


def _bytes_of(text: str, encoding: str) -> bytes | None:
    """Return the bytes that decoded to a text; None if the encoding does not have its characters."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return None
