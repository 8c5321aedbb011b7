from __future__ import annotations

import time

import pytest

from tasks.parse.sniff import sniff

CUE = "00:01.000 --> 00:02.000\nHi.\n"
SPOKEN = "Hello there, my good friend.\n"


@pytest.mark.parametrize(
    ("text", "name", "format_"),
    [
        ("\ufeffWEBVTT\n\n" + CUE, "a.txt", "webvtt"),
        (CUE, "a.srt", "webvtt"),
        ("1\n" + CUE.replace(".", ","), "a.vtt", "srt"),
        ("1\n" + CUE, "a.vtt", "srt"),
        (SPOKEN, "a.md", "markdown"),
        (SPOKEN, "a.txt", "text"),
        ("\n" * 30_000 + SPOKEN, "a.txt", "text"),
        ("**Ann:** Hello there.\n\n**Bo:** Hello.\n", "a.txt", "markdown"),
        ("0:05 Hello there.\n0:09 Hello my friend.\n", "a.vtt", "timed-text"),
        ("[00:05.000 --> 00:09.000]  Hello\n[00:09.000 --> 00:11.000]  my friend.\n", "a.txt", "timed-text"),
        ("[Music] " + SPOKEN, "a.json", "text"),
        ('{"version": "1.0.0", "segments": [{"startTime": 0, "body": "Hi"}]}', "a.txt", "podcast-json"),
    ],
)
def test_content_decides_and_the_name_only_where_it_leaves_open(text: str, name: str, format_: str) -> None:
    sniffed = sniff(text, name, 0)
    assert (sniffed.format, sniffed.problem) == (format_, None)


@pytest.mark.parametrize(
    "text",
    [
        "<!---->" * 40 + "x",
        "a b c " + "\n" * 20_000 + "x",
        " " * 20_000 + "x y z",
        "a b " + "source-royalty-and-mad-kings-and-the-changelog-a8f79d16",
        "a b c " + "http://" * 2900 + " x",
    ]
    + [character * 1_000_000 for character in '[<({"\\#*-:1A&'],
)
def test_hostile_text_is_told_in_time(text: str) -> None:
    begin = time.process_time()
    sniff(text, "a.md", 0)
    assert time.process_time() - begin < 1
