"""Group documents by bytes, so that a batch costs the same time and memory whatever it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tasks.document import Document
from tasks.feeds.rows import FeedRead

MAX_DOCUMENTS = 10_000
"""Bound for documents that bring no bytes: their rows take memory too."""

MAX_FEED_ROWS = 10_000
"""Bound for feeds and their items, which may bring no documents; a feed of more items is not divided."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents that are transformed, audited and published together.

    Attributes:
        index: Position in the run, from 0.
        documents: In the order of discovery.
        feeds: The feeds whose last document is among them, or was in a batch before.
    """

    index: int
    documents: tuple[Document, ...]
    feeds: tuple[FeedRead, ...] = ()

    @property
    def n_bytes(self) -> int:
        """Bytes that will be parsed."""
        return sum(_n_parsed(document) for document in self.documents)


def batches(found: Iterable[Document | FeedRead], max_bytes: int) -> Iterator[Batch]:
    """Yield batches of at most ``max_bytes`` in order; a larger document is a batch of its own.

    Documents are taken one ahead of the batch. Those with a problem count no bytes, as they are not parsed. What a
    feed says of itself stands in the batch of the document before it; a batch ends behind ``MAX_FEED_ROWS`` rows of
    feeds.
    """
    index = n_bytes = n_rows = 0
    group: list[Document] = []
    feeds: list[FeedRead] = []
    for one in found:
        n_more = 0 if isinstance(one, FeedRead) else _n_parsed(one)
        is_full = n_bytes + n_more > max_bytes or len(group) == MAX_DOCUMENTS
        if n_rows >= MAX_FEED_ROWS or (group and is_full and isinstance(one, Document)):
            yield Batch(index, tuple(group), tuple(feeds))
            index, n_bytes, n_rows, group, feeds = index + 1, 0, 0, [], []
        if isinstance(one, FeedRead):
            feeds.append(one)
            n_rows += 1 + len(one.items)
        else:
            group.append(one)
            n_bytes += n_more
    if group or feeds:
        yield Batch(index, tuple(group), tuple(feeds))


def _n_parsed(document: Document) -> int:
    return 0 if document.problem else document.n_bytes
