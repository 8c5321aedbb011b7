"""Turn bytes into text so that the text's encoding gives back exactly the same bytes.

So nothing is repaired here: a byte order mark stays in the text as U+FEFF, and what is odd is counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

Encoding = Literal["utf-8", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]

_HEAD = 1 << 16

# Share of control characters: 27 of 256 in compressed or random bytes, none in text but for stray NULs.
_MAX_CONTROL_SHARE = 0.05
_CONTROLS = bytes(byte for byte in [*range(32), 127] if byte not in b"\t\n\v\f\r\b\x1b")

# Share of NULs among every second byte that shows UTF-16 without a mark: all of it in plain English.
_UTF16_SHARE = 0.5

_UTF16_MARKS: dict[bytes, Encoding] = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}

_MAGIC = (
    (rb"ID3[\x02-\x04]", "an MP3 (ID3)"),
    (rb"\xff[\xfb\xf3\xf2]", "an MP3"),
    (rb"OggS\0", "Ogg audio"),
    (rb"fLaC\0", "FLAC audio"),
    (rb"RIFF....(?:WAVE|AVI )", "a WAV or AVI (RIFF)"),
    (rb"\0\0\0.ftyp", "an MP4 or M4A (ftyp)"),
    (rb"\x1aE\xdf\xa3", "Matroska or WebM"),
    (rb"%PDF-\d", "a PDF"),
    (rb"PK\x03\x04", "a zipped document, such as Word or EPUB (PK)"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (OLE)"),
    (rb"\x1f\x8b\x08", "a gzip-compressed file"),
    (rb"BZh[1-9]1AY&SY", "a bzip2-compressed file"),
    (rb"\xfd7zXZ\0", "an xz-compressed file"),
    (rb"\x28\xb5\x2f\xfd", "a zstd-compressed file"),
    (rb"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (rb"Rar!\x1a\x07", "a RAR archive"),
    (rb"\x89PNG\r\n", "a PNG image"),
    (rb"\xff\xd8\xff", "a JPEG image"),
    (rb"GIF8[79]a", "a GIF image"),
    (rb"SQLite format 3\0", "an SQLite database"),
    (rb"PAR1", "a Parquet file"),
    (rb"\x7fELF", "a program (ELF)"),
)
_KNOWN = re.compile(b"|".join(b"(%s)" % magic for magic, _ in _MAGIC), re.DOTALL)

# UTF-8 that was once read as cp1252: e acute shows as A tilde and a copyright sign, a curly quote as three signs
# that begin with a circumflex and a euro sign, a no-break space as A circumflex and itself.
_MOJIBAKE = re.compile(
    "\u00c3[\u00a0-\u00bf\u201e\u2013\u0153\u0178\u2030]"
    "|\u00e2\u20ac[\u009d\u2122\u0153\u02dc\u201c\u201d\u00a6\u00a2]"
    "|\u00c2[\u00a0-\u00bf]"
)
_MOJIBAKE_HINTS = ("\u00c3", "\u00e2\u20ac", "\u00c2")

_COUNTED = {"nul": "\0", "bom": "\ufeff", "replacement-character": "\ufffd", "zero-width-space": "\u200b"}


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of some bytes.

    Attributes:
        text: The text, nothing altered; None if the bytes are no text.
        encoding: What turns the text back into the bytes; None if they are no text.
        issues: What is odd without being fatal, as ``code:count``.
        problem: Reason code and detail if there is nothing to parse.
    """

    text: str | None
    encoding: Encoding | None
    issues: list[str] = field(default_factory=list)
    problem: tuple[str, str] | None = None


def decode(data: bytes) -> Decoded:
    r"""Return the text of some bytes, such that ``text.encode(encoding) == data``.

    UTF-16 is taken where a mark or the NULs of every second byte show it, then strict UTF-8, then cp1252, then
    latin-1, which takes anything. So one bad byte makes a UTF-8 text mojibake, which the issues then count.

    Example:
        >>> decode(b"caf\xe9").encoding
        'cp1252'
    """
    head = data[:_HEAD]
    if known := _KNOWN.match(head):
        return _binary(f"looks like {_MAGIC[(known.lastindex or 1) - 1][1]}")
    encoding = _utf16(head)
    text = _strict(data, encoding) if encoding else None
    if encoding is None or text is None:
        n_controls = len(head) - len(head.translate(None, _CONTROLS))
        if n_controls > _MAX_CONTROL_SHARE * len(head):
            return _binary(f"{n_controls:,} of the first {len(head):,} bytes are control characters")
        text, encoding = _bytewise(data)
    if not text.strip("\ufeff\u200b\0 \t\r\n\f\v\xa0"):
        return Decoded(text, encoding, _issues(data, text, encoding), ("empty", _emptiness(data)))
    return Decoded(text, encoding, _issues(data, text, encoding))


def _binary(seen: str) -> Decoded:
    return Decoded(None, None, problem=("binary", seen))


def _utf16(head: bytes) -> Encoding | None:
    """Return which UTF-16 the bytes show by a mark, or by NULs in every second byte only."""
    if marked := _UTF16_MARKS.get(head[:2]):
        return marked
    n_pairs = len(head) // 2
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > _UTF16_SHARE * n_pairs and even <= _MAX_CONTROL_SHARE * n_pairs:
        return "utf-16-le"
    if even > _UTF16_SHARE * n_pairs and odd <= _MAX_CONTROL_SHARE * n_pairs:
        return "utf-16-be"
    return None


def _strict(data: bytes, encoding: Encoding) -> str | None:
    """Return the text, or None if the bytes do not fit or give NULs instead of text."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if text.count("\0") > _MAX_CONTROL_SHARE * len(text) else text


def _bytewise(data: bytes) -> tuple[str, Encoding]:
    """Return the text in the first encoding that takes every byte."""
    encodings: tuple[Encoding, ...] = ("utf-8", "cp1252")
    for encoding in encodings:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def _issues(data: bytes, text: str, encoding: Encoding) -> list[str]:
    """Count what is odd in the text."""
    counts = (
        {"nul": text.count("\0")} if text.isascii() else {code: text.count(c) for code, c in _COUNTED.items()}
    )
    if not text.isascii() and any(hint in text for hint in _MOJIBAKE_HINTS):
        counts["mojibake"] = len(_MOJIBAKE.findall(text))
    if encoding in {"cp1252", "latin-1"}:
        counts["not-utf-8"] = len(data) - len(data.decode("ascii", "ignore"))
    return [f"{code}:{count}" for code, count in counts.items() if count]


def _emptiness(data: bytes) -> str:
    return f"{len(data):,} bytes of white space" if data else "0 bytes"
