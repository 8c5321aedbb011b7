"""The ledger: the latest revision of each document in ``raw.documents``, and which of them a run has seen."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import duckdb

from warehouse.lake import literal

_LATEST = """
    SELECT
        uri,
        document_id,
        stamp,
        sha256,
        status,
        CASE WHEN status = 'quarantined' THEN split_part(reason, ':', 1) ELSE '' END AS problem,
        epoch(ingested_at) AS ingested_at,
        vanished_at IS NOT NULL AS is_vanished,
        false AS is_seen
    FROM raw.documents AS document
    ANTI JOIN (SELECT document_id, revision - 1 AS revision FROM raw.documents WHERE revision > 1) AS older
        ON document.document_id = older.document_id AND document.revision = older.revision
    ORDER BY uri
"""
_TABLES = """
    CREATE TABLE IF NOT EXISTS documents (
        uri TEXT, document_id TEXT, stamp TEXT, sha256 TEXT, status TEXT, problem TEXT, ingested_at REAL, is_vanished, is_seen
    );
    CREATE INDEX by_uri ON documents (uri);
    CREATE INDEX by_id ON documents (document_id);
    CREATE TABLE claimed (document_id TEXT PRIMARY KEY, uri TEXT, sha256 TEXT) WITHOUT ROWID;
    CREATE TABLE moved (document_id TEXT PRIMARY KEY, uri TEXT, stamp TEXT, sha256 TEXT) WITHOUT ROWID;
"""
_LOOK_UP = """
    UPDATE documents SET is_seen = 1 WHERE {} IN (SELECT value FROM json_each(?))
    RETURNING document_id, uri, stamp, sha256, problem, ingested_at, status
"""
_HOLDER = """
    SELECT document_id, uri, '', sha256, '', 0.0 FROM claimed WHERE document_id = :id
    UNION ALL
    SELECT document_id, uri, stamp, sha256, problem, ingested_at FROM documents
    WHERE document_id = :id AND uri <> :uri AND status <> 'rejected'
    LIMIT 1
"""
_SEEN = "UPDATE documents SET is_seen = 1 WHERE document_id = ?"
_SPARE = "UPDATE documents SET is_seen = 1 WHERE uri >= ? AND uri < ?"
_VANISHED = "SELECT document_id FROM documents WHERE NOT (is_seen OR is_vanished) AND uri >= ? AND uri < ?"
_RETURNED = "SELECT document_id FROM documents WHERE is_seen AND is_vanished"
_DUPLICATES = "SELECT document_id FROM documents WHERE problem = 'duplicate'"

_RETRIED = frozenset({"archive-bomb", "bad-archive", "changed", "duplicate", "too-large", "unreadable"})
"""Reasons that lie outside a document, and may pass while its bytes stay as they are."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The latest revision of a document.

    Attributes:
        document_id: Its id.
        uri: Where it was found.
        stamp: Change token that it had there.
        sha256: Digest of its bytes; empty if they could not be read.
        problem: Reason code if it is held back whole; empty otherwise.
        ingested_at: When it landed, in seconds since 1970.
    """

    document_id: str
    uri: str
    stamp: str
    sha256: str
    problem: str = ""
    ingested_at: float = 0.0

    @property
    def is_settled(self) -> bool:
        """Whether equal bytes give an equal outcome."""
        return self.problem not in _RETRIED


class Moved(NamedTuple):
    """A document that lies elsewhere now, with the same bytes."""

    document_id: str
    uri: str
    stamp: str
    sha256: str


class Ledger:
    """The ledger as one run found it, in an index on disk: nothing of it stays in memory.

    What a concurrent run lands meanwhile is missing here; publishing looks again, under the lock.
    """

    def __init__(self, index: sqlite3.Connection) -> None:
        self._index = index
        index.executescript(_TABLES)

    def known(self, uris: Sequence[str]) -> dict[str, Entry]:
        """Return what the lake holds under uris, and remember it as seen.

        A document whose batch was rejected is not among it: it is tried again. Nor is what was held back as a duplicate, where
        the uri has been ingested otherwise since.
        """
        entries = sorted(self._look_up("uri", uris), key=lambda entry: entry.problem != "duplicate")
        return {entry.uri: entry for entry in entries}

    def known_by_id(self, document_ids: Sequence[str]) -> dict[str, Entry]:
        """Return what ``known`` does, by id."""
        return {entry.document_id: entry for entry in self._look_up("document_id", document_ids)}

    def claim(self, document_id: str, uri: str, sha256: str) -> Entry | None:
        """Take a document's id for this run; return who has it already: another place of this run, or of the lake.

        A place of the lake can be overruled with ``take``.
        """
        found = self._index.execute(_HOLDER, {"id": document_id, "uri": uri}).fetchone()
        if found:
            return Entry(*found)
        self.take(document_id, uri, sha256)
        return None

    def take(self, document_id: str, uri: str, sha256: str) -> None:
        """Take a document's id for this run; it is seen, wherever it lay before."""
        self._index.execute("INSERT INTO claimed VALUES (?, ?, ?)", [document_id, uri, sha256])
        self._index.execute(_SEEN, [document_id])

    def move(self, document: Moved) -> None:
        """Remember that a document lies elsewhere; it is seen."""
        self._index.execute("INSERT OR REPLACE INTO moved VALUES (?, ?, ?, ?)", document)
        self._index.execute(_SEEN, [document.document_id])

    def spare(self, uri: str) -> None:
        """Count as seen what lies at a uri and below: it could not be listed, which does not mean that it is gone."""
        self._index.executemany(_SPARE, _ranges(uri.rstrip("/")))

    def vanished(self, sources: Iterable[str]) -> Iterator[str]:
        """Yield the ids of documents in ``sources``, as uris, that were there before and were not seen."""
        for source in sources:
            for first, end in _ranges(source.rstrip("/")):
                yield from self._ids(_VANISHED, first, end)

    def returned(self) -> Iterator[str]:
        """Yield the ids of documents that had vanished and were seen again."""
        return self._ids(_RETURNED)

    def moved(self) -> list[Moved]:
        """Return the documents that lie elsewhere."""
        return [Moved(*row) for row in self._index.execute("SELECT * FROM moved")]

    def duplicates(self) -> Iterator[str]:
        """Yield the ids of what is held back as a duplicate."""
        return self._ids(_DUPLICATES)

    def _look_up(self, column: str, values: Sequence[str]) -> Iterator[Entry]:
        rows = self._index.execute(_LOOK_UP.format(column), [json.dumps(values)])
        return (Entry(*row) for *row, status in rows.fetchall() if status != "rejected")

    def _ids(self, select: str, *parameters: str) -> Iterator[str]:
        return (document_id for (document_id,) in self._index.execute(select, parameters))


def empty_ledger() -> Ledger:
    """Return the ledger of a lake without documents, in memory."""
    return Ledger(sqlite3.connect(":memory:", isolation_level=None))


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
        yield Ledger(index)
    finally:
        index.close()
