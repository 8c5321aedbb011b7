from __future__ import annotations

from collections.abc import Iterator, Sequence

from hypothesis import given
from hypothesis import strategies as st

from tasks.batch import MAX_DOCUMENTS, MAX_FEED_ROWS, batches
from tasks.document import Document
from tasks.feeds.feed import Item
from tasks.feeds.rows import FeedRead


def document(n_bytes: int, *, problem: bool = False) -> Document:
    return Document(
        document_id="d",
        podcast_id="p",
        episode_id="e",
        podcast="p",
        path="d.vtt",
        uri="file:///d.vtt",
        stamp="",
        sha256="",
        n_bytes=n_bytes,
        problem=("too-large", "") if problem else None,
    )


def feed(n_items: int) -> FeedRead:
    return FeedRead({"n_items": n_items}, [Item(str(number)) for number in range(n_items)])


@given(st.lists(st.builds(document, st.integers(0, 50), problem=st.booleans())), st.integers(1, 100))
def test_batches_keep_order_lose_nothing_and_hold_their_limit(
    documents: Sequence[Document], limit: int
) -> None:
    grouped = list(batches(documents, limit))
    assert [one for batch in grouped for one in batch.documents] == list(documents)
    assert [batch.index for batch in grouped] == list(range(len(grouped)))
    assert all(
        batch.n_bytes <= limit or len(batch.documents) == 1 or _one_heavy(batch.documents)
        for batch in grouped
    )


def _one_heavy(documents: Sequence[Document]) -> bool:
    return sum(1 for one in documents if not one.problem and one.n_bytes) == 1


def test_documents_that_are_not_parsed_count_no_bytes_but_are_bounded() -> None:
    grouped = list(batches((document(1 << 30, problem=True) for _ in range(MAX_DOCUMENTS + 1)), 10))
    assert [len(batch.documents) for batch in grouped] == [MAX_DOCUMENTS, 1]


def test_feeds_without_documents_land_as_they_come() -> None:
    taken = 0

    def endless() -> Iterator[FeedRead]:
        nonlocal taken
        while True:
            taken += 1
            yield feed(MAX_FEED_ROWS // 4 - 1)

    grouped = batches(endless(), 10)
    assert [len(next(grouped).feeds) for _ in range(3)] == [4, 4, 4]
    assert taken == 13


def test_a_feed_stands_with_its_last_document_or_after_it() -> None:
    # It says what the next run need not ask for: it must not land before what it announced.
    large, small = feed(MAX_FEED_ROWS), feed(1)
    grouped = list(batches([document(6), document(6), large, document(6), small, small], 10))
    assert [len(batch.documents) for batch in grouped] == [1, 1, 1]
    assert [batch.feeds for batch in grouped] == [(), (large,), (small, small)]
    assert [batch.index for batch in grouped] == [0, 1, 2]


def test_batches_take_documents_only_as_they_are_asked_for() -> None:
    taken = 0

    def endless() -> Iterator[Document]:
        nonlocal taken
        while True:
            taken += 1
            yield document(4)

    next(batches(endless(), 10))
    assert taken == 3
