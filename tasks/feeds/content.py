"""Decompress what a server sent, never to more than is allowed."""

from __future__ import annotations

import zlib

from warehouse.errors import FetchError, TooLargeError

_GZIP_OR_ZLIB = 47  # zlib's own number for: either header, largest window


def content_of(raw: bytes, encoding: str, max_bytes: int, where: str) -> bytes:
    """Return the bytes of a body that is plain or gzip.

    Raises:
        FetchError: It is damaged, or compressed in another way.
        TooLargeError: It expands to more than ``max_bytes``.
    """
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return raw
    if name not in {"gzip", "x-gzip", "deflate"}:
        raise FetchError(f"the server sent the encoding {name!r}, which was not asked for", where=where)
    stream = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        content = stream.decompress(raw, max_bytes + 1)
    except zlib.error as error:
        raise FetchError(f"its compressed body is damaged: {error}", where=where) from error
    if len(content) > max_bytes:
        raise TooLargeError(
            f"it expands to more than the {max_bytes:,} bytes that are allowed",
            where=where,
            remedy="If it can be trusted, raise max_document_bytes, or max_feed_bytes for a feed.",
        )
    if not stream.eof:
        raise FetchError("its compressed body is cut", where=where)
    return content
