"""Tell feeds and lists of feeds (OPML) from other files by content, and read the lists."""

from __future__ import annotations

import io
import re
from typing import Literal

from lxml import etree

from tasks.sources import is_address
from warehouse.errors import FetchError

Kind = Literal["feed", "list"]

# Atomic, as what is read once is not to be read in any other way: a comment may not run on over the next ones.
_PROLOGUE = (
    rb"\A(?:\xef\xbb\xbf)?\s*"
    rb"(?>(?:<\?(?>.*?\?>)\s*|<!--(?>.*?-->)\s*|<!DOCTYPE[^>\[]*+(?:\[.*?\]\s*)?>\s*)*)"
)
_ROOT = re.compile(_PROLOGUE + rb"<(rss|opml|(?:\w+:)?feed|rdf:RDF)[\s>]", re.DOTALL)
_HEAD_BYTES = 64 << 10
_RDF_FEED = b"purl.org/rss/1.0"


def kind_of(head: bytes) -> Kind | None:
    """Return what a file is by its first bytes; None if it is neither a feed nor a list of feeds.

    Example:
        >>> kind_of(b'<?xml version="1.0"?><rss version="2.0"><channel>')
        'feed'
    """
    root = _ROOT.match(head[:_HEAD_BYTES])
    if root is None or (root[1] == b"rdf:RDF" and _RDF_FEED not in head):
        return None
    return "list" if root[1] == b"opml" else "feed"


def addresses_in(data: bytes, where: str) -> list[str]:
    """Return the addresses of the feeds in an OPML list as they stand there, each once, in order.

    Raises:
        FetchError: The list names no feed.
    """
    # iterparse drops what it cannot read and expands no entity, as for feeds.
    outlines = etree.iterparse(
        io.BytesIO(data.lstrip()), events=("start",), recover=True, resolve_entities=False, no_network=True
    )
    found: dict[str, None] = {}
    try:
        for _, element in outlines:
            url = (element.get("xmlUrl") or element.get("xmlurl") or "").strip()
            if is_address(url):
                found.setdefault(url)
    except etree.XMLSyntaxError as error:
        if not found:
            raise FetchError(f"the list cannot be read: {error}", where=where) from error
    if not found:
        raise FetchError(
            "the list names no feed", where=where, remedy="Export it again; feeds stand in xmlUrl attributes."
        )
    return list(found)
