"""A ledger that holds given documents, without a lake."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from tasks.document import Document
from warehouse.ledger import Entry, Ledger


class Remembered(Ledger):
    """What a lake remembers of earlier runs.

    Attributes:
        asked: How many uris each question was about.
        unchanged: How many documents it was told to be as they were.
    """

    def __init__(self, documents: Sequence[Document] = ()) -> None:
        index = sqlite3.connect(":memory:", isolation_level=None)
        super().__init__(index)
        rows = [
            (one.uri, one.document_id, one.stamp, one.sha256, status, problem)
            for one in documents
            for status, problem in [("quarantined", one.problem[0]) if one.problem else ("published", "")]
        ]
        index.executemany("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0)", rows)
        self.asked: list[int] = []
        self.unchanged = 0

    def known(self, uris: Sequence[str]) -> dict[str, Entry]:
        self.asked.append(len(uris))
        return super().known(uris)

    def count(self, n_documents: int) -> None:
        self.unchanged += n_documents
