"""Decompress what a server sent, never to more than is allowed."""

from __future__ import annotations

import zlib

from warehouse.errors import FetchError, TooLargeError

_GZIP_OR_ZLIB = 47  # zlib's own number for: either header, largest window
_GZIP = b"\x1f\x8b"
_PIECE_BYTES = 16 << 10
"""zlib copies what stands behind a member in its piece: small pieces keep bodies of countless members cheap."""


def content_of(raw: bytes, encoding: str, max_bytes: int, where: str) -> bytes:
    """Return the bytes of a body that is plain or gzip, of one member or several.

    What follows the last member is ignored, as by ``gzip``: padding or garbage.

    Raises:
        FetchError: It is damaged, cut, or compressed in another way.
        TooLargeError: It expands to more than ``max_bytes``.
    """
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return raw
    if name not in {"gzip", "x-gzip", "deflate"}:
        raise FetchError(f"the server sent the encoding {name!r}, which was not asked for", where=where)
    content, end = bytearray(), 0
    try:
        while len(content) <= max_bytes and (not end or raw.startswith(_GZIP, end)):
            end = _add_member(content, raw, end, max_bytes + 1)
    except zlib.error as error:
        raise FetchError(f"its compressed body is damaged: {error}", where=where) from error
    except EOFError as error:
        raise FetchError("its compressed body is cut", where=where) from error
    if len(content) > max_bytes:
        raise TooLargeError(
            f"it expands to more than the {max_bytes:,} bytes that are allowed",
            where=where,
            remedy="If it can be trusted, raise max_document_bytes, or max_feed_bytes for a feed.",
        )
    return bytes(content)


def _add_member(content: bytearray, raw: bytes, start: int, most: int) -> int:
    """Add what the member at ``start`` holds, until there are ``most`` bytes in all; return where reading ended.

    Raises:
        zlib.error: The member is damaged.
        EOFError: It is cut.
    """
    stream = zlib.decompressobj(_GZIP_OR_ZLIB)
    for at in range(start, len(raw), _PIECE_BYTES):
        content += stream.decompress(raw[at : at + _PIECE_BYTES], most - len(content))
        if stream.eof or len(content) == most:
            return min(at + _PIECE_BYTES, len(raw)) - len(stream.unused_data)
    raise EOFError
