"""The ledger: the latest revision of each document in ``raw.documents``, and which of them a run has seen."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse.lake import literal

_LATEST = """
    SELECT uri, document_id, stamp, sha256, status, vanished_at IS NOT NULL AS is_vanished, false AS is_seen
    FROM raw.documents AS document
    ANTI JOIN (SELECT document_id, revision - 1 AS revision FROM raw.documents WHERE revision > 1) AS older
        ON document.document_id = older.document_id AND document.revision = older.revision
    ORDER BY uri
"""
_LOOK_UP = """
    UPDATE documents SET is_seen = 1 WHERE uri IN (SELECT value FROM json_each(?))
    RETURNING uri, stamp, sha256, status
"""
_VANISHED = "SELECT document_id FROM documents WHERE NOT (is_seen OR is_vanished) AND uri >= ? AND uri < ?"
_RETURNED = "SELECT document_id FROM documents WHERE is_seen AND is_vanished"


_CLAIM = "INSERT OR IGNORE INTO claimed VALUES (?)"


class Ledger:
    """The ledger as one run found it, in an index on disk: nothing of it stays in memory.

    What a concurrent run lands meanwhile is missing here; publishing looks again, under the lock.
    """

    def __init__(self, index: sqlite3.Connection) -> None:
        self._index = index

    def known(self, uris: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Return stamp and SHA-256 of the uris that need no new look, and remember all of them as seen.

        A document whose batch was rejected is not among them: it is tried again.
        """
        rows = self._index.execute(_LOOK_UP, [json.dumps(uris)])
        return {uri: (stamp, sha256) for uri, stamp, sha256, status in rows if status != "rejected"}

    def claim(self, document_id: str) -> bool:
        """Take a document's id for this run; say whether it was still free."""
        return self._index.execute(_CLAIM, [document_id]).rowcount == 1

    def vanished(self, sources: Iterable[str]) -> Iterator[str]:
        """Yield the ids of documents in ``sources``, as uris, that were there before and were not seen."""
        for source in sources:
            for first, end in _ranges(source.rstrip("/")):
                yield from self._ids(_VANISHED, first, end)

    def returned(self) -> Iterator[str]:
        """Yield the ids of documents that had vanished and were seen again."""
        return self._ids(_RETURNED)

    def _ids(self, select: str, *parameters: str) -> Iterator[str]:
        return (document_id for (document_id,) in self._index.execute(select, parameters))


def _ranges(source: str) -> tuple[tuple[str, str], ...]:
    """Return where the uris of a source lie in sorted order: of itself, below a folder, inside an archive."""
    return (source, f"{source}\0"), (f"{source}/", f"{source}0"), (f"{source}!/", f"{source}!0")


@contextmanager
def open_ledger(lake: duckdb.DuckDBPyConnection, folder: Path) -> Iterator[Ledger]:
    """Index the ledger of ``lake`` in ``folder``, the staging folder of the run."""
    path = folder / "ledger.sqlite"
    lake.execute(f"ATTACH {literal(str(path))} AS ledger (TYPE sqlite)")
    lake.execute(f"CREATE TABLE ledger.documents AS {_LATEST}")
    lake.execute("DETACH ledger")
    index = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    try:
        # The index lives no longer than the run, so it need not survive a crash.
        index.execute("PRAGMA journal_mode = OFF")
        index.execute("PRAGMA synchronous = OFF")
        index.execute("CREATE INDEX by_uri ON documents (uri)")
        index.execute("CREATE TABLE claimed (document_id TEXT PRIMARY KEY) WITHOUT ROWID")
        yield Ledger(index)
    finally:
        index.close()
