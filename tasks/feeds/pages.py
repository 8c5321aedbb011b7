"""Read all pages of a feed, from the web or from a file, unless nothing has changed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tasks.feeds.address import canonical
from tasks.feeds.feed import Feed, Item
from tasks.feeds.fetch import Fetched, Fetcher, Mark
from tasks.feeds.parse import parse
from warehouse.errors import PodlakeError, TooLargeError, UnreachableError

_MOST_PAGES = 1_000
"""Of a feed whose pages lead on without end."""

Warn = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Read:
    """A feed as all its pages give it.

    Attributes:
        feed: The facts of its first page with the items of all pages, each guid once.
        url: Where to ask for it from now on.
        mark: What the server marked the first page with.
        sha256: Digest of the first page.
        problem: Why a further page could not be read; its items are missing then.
    """

    feed: Feed
    url: str
    mark: Mark
    sha256: str
    problem: PodlakeError | None = None


def read_web(
    fetcher: Fetcher, address: str, known: Mapping[str, object] | None, max_bytes: int
) -> Read | None:
    """Return the feed at an address, or None if it is as the lake knows it.

    Args:
        fetcher: Asks for the pages.
        address: Where the feed was first asked for.
        known: Its row in ``raw.feeds``.
        max_bytes: Size of a page after which its download stops.

    Raises:
        FetchError: The address is refused, gone, or holds no feed.
        UnreachableError: It does not answer now.
    """
    fetched = _first_page(fetcher, address, known, max_bytes)
    if fetched.content is None:
        return None
    sha256 = hashlib.sha256(fetched.content).hexdigest()
    if known and known["sha256"] == sha256:
        return None
    feed = parse(fetched.content, fetched.url)
    whole, problem = _with_older_pages(fetcher, feed, fetched.url, max_bytes)
    moved = _moved_to(feed, fetched.url) or fetched.moved_to or str((known or {}).get("url") or address)
    return Read(whole, moved, fetched.mark, sha256, problem)


def read_file(path: Path, stamp: str, known: Mapping[str, object] | None, max_bytes: int) -> Read | None:
    """Return the feed in a file, or None if it is as the lake knows it.

    Raises:
        FetchError: It is larger than allowed, or no feed.
        UnreachableError: It cannot be read now.
    """
    if known and known["etag"] == stamp:
        return None
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise UnreachableError(f"the file cannot be read: {error.strerror}", where=str(path)) from error
    if len(data) > max_bytes:
        raise TooLargeError(
            f"it holds more than the {max_bytes:,} bytes that are allowed",
            where=str(path),
            remedy="If it can be trusted, raise max_feed_bytes.",
        )
    feed = parse(data, "")
    # A file is one page: those that it leads to are another feed's business, and it cannot say what was withdrawn.
    whole = replace(feed, items=_distinct(feed.items), is_whole=feed.is_whole and not feed.next_url)
    return Read(whole, path.as_uri(), Mark(etag=stamp), hashlib.sha256(data).hexdigest())


def _first_page(
    fetcher: Fetcher, address: str, known: Mapping[str, object] | None, max_bytes: int
) -> Fetched:
    """Ask where the feed is now; where a new address is dead, ask at the first one again."""
    if known is None:
        return fetcher.fetch(address, max_bytes)
    mark = Mark(str(known["etag"] or ""), str(known["last_modified"] or ""))
    try:
        return fetcher.fetch(str(known["url"]), max_bytes, mark)
    except PodlakeError:
        if known["url"] == known["asked_url"]:
            raise
        return fetcher.fetch(str(known["asked_url"]), max_bytes)


def _with_older_pages(
    fetcher: Fetcher, feed: Feed, url: str, max_bytes: int
) -> tuple[Feed, PodlakeError | None]:
    """Add the items of the pages that the feed leads to (RFC 5005)."""
    items, met, page, problem = list(feed.items), {canonical(url)}, feed, None
    is_whole = feed.is_whole
    while page.next_url and len(met) < _MOST_PAGES:
        try:
            following = canonical(page.next_url)
            if following in met:
                break
            met.add(following)
            fetched = fetcher.fetch(following, max_bytes)
            page = parse(fetched.content or b"", fetched.url)
        except PodlakeError as error:
            problem, is_whole = error, False
            break
        items += page.items
        is_whole = is_whole and page.is_whole
    return replace(feed, items=_distinct(items), is_whole=is_whole and len(met) < _MOST_PAGES), problem


def _distinct(items: list[Item] | tuple[Item, ...]) -> tuple[Item, ...]:
    """Return each item once: the first, where pages overlap.

    A guid that items with different audio share tells none of them apart: their audio's address does.
    """
    audio = {(item.guid, item.audio_url) for item in items if item.audio_url}
    shared = {guid for guid, n in Counter(guid for guid, _ in audio).items() if n > 1}
    named = (
        replace(item, guid=item.audio_url) if item.guid in shared and item.audio_url else item
        for item in items
    )
    found: dict[str, Item] = {}
    for item in named:
        found.setdefault(item.guid, item)
    return tuple(found.values())


def _moved_to(feed: Feed, url: str) -> str | None:
    """Return the address that the feed says it has moved to, unless it is this one or none."""
    try:
        new = canonical(feed.new_url) if feed.new_url else None
    except PodlakeError:
        return None
    return None if new == canonical(url) else new
