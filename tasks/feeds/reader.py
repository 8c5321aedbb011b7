"""A feed as a source: its new and changed transcripts, and at their end what the feed itself says.

The tags by which a feed is found unchanged are handed on only where all that it announced was taken: what a limit
left, or a server did not give, is found again by the next run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from tasks.document import Document, uri_of
from tasks.feeds.address import canonical
from tasks.feeds.feed import Item, Link
from tasks.feeds.fetch import Fetcher
from tasks.feeds.lists import addresses_in
from tasks.feeds.pages import Read, read_file, read_web
from tasks.feeds.rows import FeedRead, known_chapters
from tasks.feeds.transcripts import Tally, Transcripts
from tasks.identity import feed_id_of, podcast_id_of
from tasks.sources import SourceFile, shown
from warehouse.errors import PodlakeError
from warehouse.feeds import FeedBook, FeedState, Row
from warehouse.ledger import Ledger
from warehouse.settings import Settings

Found = Document | FeedRead
Failed = Callable[[str, PodlakeError], None]
"""Is told of a feed that could not be read, and why."""


@dataclass
class FeedReader:
    """Reads feeds for one run.

    Attributes:
        settings: Limits and manners.
        book: What the lake knows of feeds.
        ledger: What the lake knows of documents.
        unchanged: Is told how many transcripts the ledger holds as they are.
        failed: Is told of feeds that could not be read.
        warn: Is told what else went wrong.
    """

    settings: Settings
    book: FeedBook
    ledger: Ledger
    unchanged: Callable[[int], None]
    failed: Failed
    warn: Callable[[str], None]
    _met: set[str] = field(default_factory=set)

    @cached_property
    def fetcher(self) -> Fetcher:
        """What asks servers; made when the first one is asked."""
        return Fetcher(self.settings)

    def close(self) -> None:
        """Close all connections."""
        if "fetcher" in self.__dict__:
            self.fetcher.close()

    def web(self, address: str) -> Iterator[Found]:
        """Yield what a feed on the web has that is new."""
        try:
            asked = canonical(address)
        except PodlakeError as error:
            self.failed(shown(address), error)
            return
        yield from self._feed(
            asked, lambda known: read_web(self.fetcher, asked, known, self.settings.max_feed_bytes)
        )

    def file(self, file: SourceFile) -> Iterator[Found]:
        """Yield what a feed in a file has that is new."""
        limit = self.settings.max_feed_bytes
        yield from self._feed(uri_of(file.path), lambda known: read_file(file.path, file.stamp, known, limit))

    def listed(self, path: Path) -> Iterator[Found]:
        """Yield what the feeds of an OPML list have that is new."""
        try:
            with path.open("rb") as stream:
                addresses = addresses_in(stream.read(self.settings.max_feed_bytes), str(path))
        except (OSError, PodlakeError) as error:
            self.failed(str(path), error if isinstance(error, PodlakeError) else PodlakeError(str(error)))
            return
        for address in addresses:
            yield from self.web(address)

    def _feed(self, asked: str, read: Callable[[Row | None], Read | None]) -> Iterator[Found]:
        if asked in self._met:
            return
        self._met.add(asked)
        state = self.book.state(asked)
        try:
            found = read(state.row if state else None)
        except PodlakeError as error:
            self.failed(asked, error)
            yield from self._broken(state, error)
            return
        if found is None and state:
            yield from self._unchanged_feed(state)
        elif found:
            yield from self._changed_feed(asked, state, found)

    def _broken(self, state: FeedState | None, error: PodlakeError) -> Iterator[Found]:
        """Leave in the row of a feed why it cannot be read; what it is known to have stays."""
        if state:
            yield FeedRead(dict(state.row) | {"error": str(error)})

    def _unchanged_feed(self, state: FeedState) -> Iterator[Found]:
        """Ask for the recent transcripts of a feed that has not changed, as they may have."""
        items = [_item_of(row) for row in state.items.values() if row["withdrawn_at"] is None]
        podcast, tally = str(state.row["podcast"]), Tally()
        yield from self._transcripts().documents(podcast, items, tally)
        self.unchanged(tally.unchanged)
        if state.row["error"]:
            yield FeedRead(dict(state.row) | {"error": None})

    def _changed_feed(self, asked: str, state: FeedState | None, found: Read) -> Iterator[Found]:
        feed_id = str(state.row["feed_id"]) if state else feed_id_of(asked)
        podcast = str(state.row["podcast"]) if state else self._name(feed_id, asked, found)
        tally, transcripts = Tally(), self._transcripts()
        known: Mapping[str, Row] = state.items if state else {}
        taken = self._taken(found.feed.items, known)
        items = [known_chapters(known.get(item.guid), item) for item in taken]
        items = transcripts.with_chapters(items, tally)
        yield from transcripts.documents(podcast, items, tally)
        self.unchanged(tally.unchanged)
        if found.problem:
            self.failed(asked, found.problem)
        is_all = found.feed.is_whole and len(taken) == len(found.feed.items)
        is_complete = is_all and not (tally.failed or found.problem)
        yield FeedRead(
            {
                "feed_id": feed_id,
                "podcast_id": podcast_id_of(podcast),
                "podcast": podcast,
                "title": found.feed.title,
                "guid": found.feed.guid,
                "asked_url": state.row["asked_url"] if state else asked,
                "url": found.url,
                "etag": (found.mark.etag or None) if is_complete else None,
                "last_modified": (found.mark.last_modified or None) if is_complete else None,
                "sha256": found.sha256 if is_complete else None,
                "n_items": len(found.feed.items),
                "is_whole": found.feed.is_whole,
                "error": str(found.problem) if found.problem else None,
            },
            items,
        )

    def _taken(self, items: Sequence[Item], known: Mapping[str, Row]) -> list[Item]:
        """Return the items that this run takes: all known ones, and new ones up to the limit, in the feed's order."""
        left = len(items) if self.settings.limit is None else self.settings.limit
        taken = []
        for item in items:
            if item.guid not in known:
                if left == 0 or self._is_before(item.published_at):
                    continue
                left -= 1
            taken.append(item)
        return taken

    def _is_before(self, published_at: datetime | None) -> bool:
        since = self.settings.since
        return since is not None and published_at is not None and published_at.date() < since

    def _name(self, feed_id: str, asked: str, found: Read) -> str:
        """Return the name of a new feed's podcast: its title makes it the podcast of a folder of that name."""
        host = urlsplit(asked).hostname or Path(urlsplit(asked).path).stem
        name = self.settings.podcast or found.feed.title or host
        if self.settings.podcast:
            return name
        same, is_taken = self.book.name(feed_id, podcast_id_of(name), found.feed.guid)
        return same or (f"{name} ({found.feed.guid})" if is_taken else name)

    def _transcripts(self) -> Transcripts:
        return Transcripts(self.settings, self.fetcher, self.ledger, self.warn)


def _item_of(row: Row) -> Item:
    """Return what asking for an item's transcripts takes, from its row."""
    published_at = row["published_at"]
    return Item(
        guid=str(row["guid"]),
        title=str(row["title"] or ""),
        published_at=published_at.astimezone(UTC) if isinstance(published_at, datetime) else None,
        transcripts=tuple(Link(**link) for link in json.loads(str(row["transcripts"]))),
    )
