from __future__ import annotations

import codecs
import gzip
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.decode import decode

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]
WEBVTT = "WEBVTT\n\n00:01.000 --> 00:02.000\n- Grüße aus Köln.\n"


@given(st.one_of(st.binary(), st.builds(str.encode, st.text(), st.sampled_from(["utf-8", "utf-8-sig"]))))
def test_the_encoding_gives_back_the_bytes(data: bytes) -> None:
    decoded = decode(data)
    if decoded.text is None or decoded.encoding is None:
        assert decoded.problem is not None
        assert decoded.problem[0] == "binary"
    else:
        assert decoded.text.encode(decoded.encoding) == data


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_text_is_read_in_the_encoding_it_was_written_in(encoding: str) -> None:
    data = WEBVTT.encode(encoding)
    decoded = decode(data)
    assert decoded.problem is None
    assert decoded.text is not None
    assert decoded.text.removeprefix("\ufeff") == WEBVTT
    assert decoded.encoding is not None
    assert decoded.text.encode(decoded.encoding) == data


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_a_byte_order_mark_stays_in_the_text_and_is_counted(mark: bytes) -> None:
    encoding = {3: "utf-8", 2: "utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be"}[len(mark)]
    decoded = decode(mark + "Hello".encode(encoding))
    assert (decoded.text, decoded.encoding, decoded.issues) == ("\ufeffHello", encoding, ["bom:1"])


@pytest.mark.parametrize(
    ("text", "issues"),
    [
        ("nothing odd, not even caf\u00e9 \u2019 \u00c3O", []),
        ("one \0 in a text that is long enough to be one", ["nul:1"]),
        ("lost \ufffd\ufffd", ["replacement-character:2"]),
        ("a\u200bb", ["zero-width-space:1"]),
        ("it\u2019s caf\u00e9".encode().decode("cp1252"), ["mojibake:2"]),
    ],
)
def test_what_is_odd_is_counted_and_kept(text: str, issues: list[str]) -> None:
    decoded = decode(text.encode())
    assert (decoded.text, decoded.issues, decoded.problem) == (text, issues, None)


def test_bytes_that_are_not_utf8_are_counted() -> None:
    assert decode("café und Köln".encode("cp1252")).issues == ["not-utf-8:2"]


@pytest.mark.parametrize("data", [b"", b" \r\n\t", codecs.BOM_UTF8, codecs.BOM_UTF16_LE + b"\n\0"])
def test_nothing_but_white_space_is_empty(data: bytes) -> None:
    problem = decode(data).problem
    assert problem is not None
    assert problem[0] == "empty"


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (b"ID3\x04\0\0\0\0\0\0", "MP3 (ID3)"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\0\0\0\x20ftypM4A ", "M4A"),
        (gzip.compress(b"text", mtime=0), "gzip"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (os.urandom(100_000), "control characters"),
        (bytes(1000), "control characters"),
        ("UTF-32".encode("utf-32"), "control characters"),
    ],
)
def test_binary_content_says_what_was_seen(data: bytes, seen: str) -> None:
    decoded = decode(data)
    assert decoded.text is None
    assert decoded.problem is not None
    assert decoded.problem[0] == "binary"
    assert seen in decoded.problem[1]


def test_a_text_that_only_names_a_binary_format_is_text() -> None:
    assert decode(b"ID3 tags and MP3 files, with Rar! and GIF").problem is None
