"""Fetch what items announce: transcripts that the ledger does not hold, those that may have changed, and chapters."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TypeVar

from tasks.document import Document, Problem
from tasks.feeds.feed import Item
from tasks.feeds.fetch import Fetched, Fetcher, Mark
from tasks.feeds.rows import chapters_in
from tasks.identity import identify_item
from warehouse.errors import PodlakeError, TooLargeError
from warehouse.ledger import Entry, Ledger
from warehouse.settings import Settings

_Ask = TypeVar("_Ask")

_NEW = Entry("", "", "", "")
_ASKED_TOGETHER = 256
_AHEAD = 2
"""Downloads that wait for each one that is being taken: more would hold more in memory."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A transcript to ask for, and what the ledger says of it: its mark and digest, empty for a new one."""

    item: Item
    url: str
    mark: Mark = field(default_factory=Mark)
    sha256: str = ""


@dataclass(slots=True)
class Tally:
    """What became of the documents that a feed announced."""

    unchanged: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Transcripts:
    """Fetches for one run."""

    settings: Settings
    fetcher: Fetcher
    ledger: Ledger
    warn: Callable[[str], None]

    def documents(self, podcast: str, items: Iterable[Item], tally: Tally) -> Iterator[Document]:
        """Yield the new and changed transcripts of items; what cannot be had is a document with a problem.

        A transcript that the ledger holds is asked for again only within ``recheck_days`` of its publication, or, where it was
        held back, of that; it stays as it is where it then cannot be had.
        """
        wanted = self._wanted(
            podcast, ((item, link.url) for item in items for link in item.transcripts), tally
        )
        for ask, answer in self._fetched(wanted, lambda one: self._fetch(one.url, one.mark)):
            document = self._document(podcast, ask, answer, tally)
            if document and not self.ledger.claim(document.document_id, document.uri, document.sha256):
                yield document

    def with_chapters(self, items: Sequence[Item], tally: Tally) -> list[Item]:
        """Return the items with the chapters that they only point at; what cannot be had is missing."""
        asked = [item for item in items if item.chapters_url and not item.chapters]
        found = {}
        for item, answer in self._fetched(
            iter(asked), lambda one: self._fetch(one.chapters_url or "", Mark())
        ):
            try:
                if isinstance(answer, PodlakeError):
                    raise answer
                found[item.guid] = replace(item, chapters=chapters_in(answer.content or b""))
            except PodlakeError as error:
                tally.failed += 1
                self.warn(f"the chapters of {item.title or item.guid!r} cannot be had: {error}")
            except ValueError as error:
                self.warn(
                    f"the chapters of {item.title or item.guid!r} cannot be read ({item.chapters_url}): {error}"
                )
        return [found.get(item.guid, item) for item in items]

    def _wanted(self, podcast: str, links: Iterable[tuple[Item, str]], tally: Tally) -> Iterator[_Wanted]:
        """Yield what must be asked for."""
        since = datetime.now(UTC) - timedelta(days=self.settings.recheck_days)
        rest = iter(links)
        while chunk := list(islice(rest, _ASKED_TOGETHER)):
            ids = [identify_item(podcast, item.guid, url).document_id for item, url in chunk]
            known = self.ledger.known_by_id(ids)
            for (item, url), document_id in zip(chunk, ids, strict=True):
                entry = known.get(document_id, _NEW)
                if not entry.sha256:
                    yield _Wanted(item, url)
                elif _is_open(item, entry, since):
                    yield _Wanted(item, url, _mark(entry.stamp), entry.sha256)
                else:
                    tally.unchanged += 1

    def _fetch(self, url: str, mark: Mark) -> Fetched | PodlakeError:
        try:
            return self.fetcher.fetch(url, self.settings.max_document_bytes, mark)
        except PodlakeError as error:
            return error

    def _fetched(
        self, asks: Iterator[_Ask], fetch: Callable[[_Ask], Fetched | PodlakeError]
    ) -> Iterator[tuple[_Ask, Fetched | PodlakeError]]:
        """Fetch a few beside each other, and yield them in order."""
        workers = self.settings.requests_per_host
        pending: deque[tuple[_Ask, Future[Fetched | PodlakeError]]] = deque()
        with ThreadPoolExecutor(workers) as pool:
            try:
                while True:
                    more = islice(asks, _AHEAD * workers - len(pending))
                    pending.extend((ask, pool.submit(fetch, ask)) for ask in more)
                    if not pending:
                        return
                    ask, answer = pending.popleft()
                    yield ask, answer.result()
            finally:
                pool.shutdown(cancel_futures=True)

    def _document(
        self, podcast: str, ask: _Wanted, answer: Fetched | PodlakeError, tally: Tally
    ) -> Document | None:
        """Return a document that is new, changed or cannot be had; None for one that is as it was."""
        if isinstance(answer, PodlakeError):
            return self._failed(podcast, ask, answer, tally)
        content = answer.content
        sha256 = ask.sha256 if content is None else hashlib.sha256(content).hexdigest()
        if content is None or sha256 == ask.sha256:
            tally.unchanged += 1
            return None
        return replace(
            _bare(podcast, ask),
            stamp=_stamp(answer.mark),
            sha256=sha256,
            n_bytes=len(content),
            content=content,
        )

    def _failed(self, podcast: str, ask: _Wanted, error: PodlakeError, tally: Tally) -> Document | None:
        is_too_large = isinstance(error, TooLargeError)
        if ask.sha256:
            self.warn(f"{ask.url} stays as it is, for it cannot be had now: {error.what}")
            tally.unchanged += 1
            return None
        tally.failed += not is_too_large
        problem: Problem = (
            "too-large" if is_too_large else "unreachable",
            f"{error} It is tried again next time.",
        )
        return replace(_bare(podcast, ask), problem=problem)


def _is_open(item: Item, entry: Entry, since: datetime) -> bool:
    """Say whether a transcript may be another one by now, or a sound one where it is held back."""
    is_recent = item.published_at is not None and item.published_at >= since
    return is_recent or (bool(entry.problem) and entry.ingested_at >= since.timestamp())


def _bare(podcast: str, ask: _Wanted) -> Document:
    """Return who a transcript is, without its bytes."""
    identity = identify_item(podcast, ask.item.guid, ask.url)
    return Document(
        document_id=identity.document_id,
        podcast_id=identity.podcast_id,
        episode_id=identity.episode_id,
        podcast=identity.podcast,
        path=identity.path,
        uri=ask.url,
        stamp="",
        sha256="",
        n_bytes=0,
    )


def _stamp(mark: Mark) -> str:
    """Return a mark as the ledger keeps it."""
    return json.dumps([mark.etag, mark.last_modified])


def _mark(stamp: str) -> Mark:
    return Mark(*json.loads(stamp)) if stamp.startswith("[") else Mark()
