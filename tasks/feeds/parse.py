"""Read RSS 2.0 and Atom with the iTunes, Podcasting 2.0, Podlove and content namespaces, however broken.

lxml in one pass, an item at a time: feedparser and podcastparser keep one transcript an item. Entities of a document's
own are not expanded and nothing is loaded, so a feed can neither read files nor blow up.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.etree import _Element

from tasks.feeds.feed import Chapter, Feed, Item, Link
from tasks.feeds.values import moment, number, seconds, size, words
from warehouse.errors import FetchError

_NAMESPACES = (
    ("itunes.com/dtds/podcast", "itunes"),
    ("podcastindex.org/namespace", "podcast"),
    ("podcast-namespace", "podcast"),  # the address of its first draft
    ("podlove.org/simple-chapters", "psc"),
    ("w3.org/2005/atom", "atom"),
    ("purl.org/rss/1.0/modules/content", "content"),
    ("purl.org/dc/elements", "dc"),
)
"""Parts of the namespaces' names, which feeds spell in many ways, and the prefix that they are known by here."""

_ITEMS = frozenset({"item", "entry", "atom:entry"})
_PARENTS = frozenset({"channel", "rss", "feed", "atom:feed", "rdf:RDF", "RDF"})
_END = re.compile(
    rb"</\s*(?:[\w-]+:)?(?:rss|feed|rdf)\s*>\s*(?>(?:<!--(?>.*?-->)\s*)*)\Z", re.IGNORECASE | re.DOTALL
)
_TAIL_BYTES = 4096
_OLDER_PAGES = ("next", "prev-archive")
_WEB = ("http://", "https://")

_Elements = Sequence[tuple[str, _Element]]


def parse(data: bytes, base: str = "") -> Feed:
    """Return what a document says.

    Args:
        data: The document.
        base: Where it was read, for addresses that are relative.

    Raises:
        FetchError: It is no feed.
    """
    facts: list[tuple[str, _Element]] = []
    items: list[Item] = []
    is_feed = False
    for tag, element in _elements(data):
        is_feed = is_feed or element.getparent() is not None or tag in _PARENTS
        if tag in _ITEMS:
            item = _item(_children(element), base)
            items += [item] if item else []
            element.clear()
        else:
            facts.append((tag, element))
    if not is_feed:
        raise FetchError("it is no feed", where=base, remedy="Give the address of an RSS or Atom feed.")
    return Feed(
        title=words(_first(facts, "title", "atom:title")),
        guid=words(_first(facts, "podcast:guid")),
        new_url=_web(_first(facts, "itunes:new-feed-url"), base),
        next_url=_older(facts, base),
        items=tuple(items),
        is_whole=bool(_END.search(data[-_TAIL_BYTES:])),
    )


def _elements(data: bytes) -> Iterator[tuple[str, _Element]]:
    """Yield what stands directly in a channel, once it is closed, and the outermost element at the end.

    Where a broken item has swallowed the next one, both are yielded.
    """
    events = etree.iterparse(
        io.BytesIO(data.lstrip()),
        events=("end",),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,  # a show note may be long; the whole document is bounded already
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for _, element in events:
            parent, tag = element.getparent(), _name(element)
            above = "" if parent is None else _name(parent)
            if parent is None or above in _PARENTS or (above in _ITEMS and tag in _ITEMS):
                yield tag, element
    except etree.XMLSyntaxError:
        return  # nothing after this can be read


def _name(element: _Element) -> str:
    """Return an element's name with the prefix of its namespace; one without declared namespace has it already."""
    namespace, _, local = str(element.tag).rpartition("}")
    lower = namespace.lower()
    prefix = next((prefix for part, prefix in _NAMESPACES if part in lower), "")
    return f"{prefix}:{local}" if prefix else local


def _children(element: _Element) -> _Elements:
    return [(_name(child), child) for child in element]


def _item(parts: _Elements, base: str) -> Item | None:
    """Return an item; None for one that says nothing that tells it from others."""
    title = words(_first(parts, "title", "itunes:title", "atom:title"))
    audio = next((element for name, element in parts if name == "enclosure"), None)
    audio_url = _web(audio.get("url"), base) if audio is not None else None
    link = _web(_first(parts, "link"), base) or _atom_link(parts, ("alternate", ""), base)
    guid = words(_first(parts, "guid", "atom:id", "id")) or audio_url or link or title
    if guid is None:
        return None
    return Item(
        guid=guid,
        title=title,
        published_at=moment(_first(parts, "pubDate", "atom:published", "dc:date", "atom:updated")),
        season=number(_first(parts, "itunes:season", "podcast:season")),
        number=number(_first(parts, "itunes:episode", "podcast:episode")),
        duration_s=seconds(_first(parts, "itunes:duration")),
        persons=tuple(dict.fromkeys(_texts(parts, "podcast:person"))),
        link=link,
        audio_url=audio_url or _atom_link(parts, ("enclosure",), base),
        audio_type=words(audio.get("type")) if audio is not None else None,
        audio_bytes=size(audio.get("length")) if audio is not None else None,
        transcripts=_transcripts(parts, base),
        chapters=(chapters := _chapters(parts)),
        has_own_chapters=bool(chapters),
        chapters_url=_attribute(parts, "podcast:chapters", "url", base),
    )


def _transcripts(parts: _Elements, base: str) -> tuple[Link, ...]:
    """Return all transcripts, each address once."""
    found: dict[str, Link] = {}
    for name, element in parts:
        url = _web(element.get("url"), base) if name == "podcast:transcript" else None
        if url:
            facts = (words(element.get(key)) or "" for key in ("type", "language", "rel"))
            found.setdefault(url, Link(url, *facts))
    return tuple(found.values())


def _chapters(parts: _Elements) -> tuple[Chapter, ...]:
    chapters = [
        Chapter(seconds(chapter.get("start")) or 0.0, words(chapter.get("title")) or "")
        for name, element in parts
        if name == "psc:chapters"
        for inner, chapter in _children(element)
        if inner == "psc:chapter" and chapter.get("start")
    ]
    return tuple(sorted(chapters, key=lambda chapter: chapter.start_s))


def _texts(parts: _Elements, *names: str) -> Iterator[str]:
    for name in names:
        for found, element in parts:
            if found == name and (text := words("".join(map(str, element.itertext())))):
                yield text


def _first(parts: _Elements, *names: str) -> str | None:
    return next(_texts(parts, *names), None)


def _attribute(parts: _Elements, tag: str, key: str, base: str) -> str | None:
    return next(
        (url for name, element in parts if name == tag and (url := _web(element.get(key), base))), None
    )


def _atom_link(parts: _Elements, relations: Sequence[str], base: str) -> str | None:
    return _where(parts, lambda element: (element.get("rel") or "").strip() in relations, base)


def _older(parts: _Elements, base: str) -> str | None:
    """Return the page with older items; a feed that is paged and archived is read by its pages."""
    found = (_atom_link(parts, (relation,), base) for relation in _OLDER_PAGES)
    return next((url for url in found if url), None)


def _where(parts: _Elements, wanted: Callable[[_Element], bool], base: str) -> str | None:
    links = (element for name, element in parts if name in {"atom:link", "link"} and wanted(element))
    return next((url for element in links if (url := _web(element.get("href"), base))), None)


def _web(url: str | None, base: str) -> str | None:
    """Return an address of the web, made absolute; None for any other."""
    try:
        found = urljoin(base, (url or "").strip()) if (url or "").strip() else ""
        urlsplit(found)  # without a base nobody has read it yet
    except ValueError:
        return None
    return found if found.lower().startswith(_WEB) else None
