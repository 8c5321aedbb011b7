from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tasks.clean import collapse_rolling, take_sounds
from tasks.parse.pieces import FILL, pieces

_BITS = [
    "[",
    "]",
    "(",
    ")",
    "Music",
    "laughs",
    "the",
    " ",
    "\\",
    "00:05",
    "-->",
    "??",
    "\u266a",
    FILL,
    "a",
    ".",
    "\u0130",
]


def frame(*texts: str) -> pl.DataFrame:
    rows = pl.DataFrame({"text": texts}, schema={"text": pl.String}).with_row_index("cue")
    return pieces(rows.with_columns(doc=0, start_char=0, start_s=pl.col("cue")))


def taken(text: str) -> tuple[str, list[str]]:
    cleaned, sounds = take_sounds(frame(text))
    return " ".join(cleaned["text"].item().replace(FILL, "").split()), sounds["label"].to_list()


@pytest.mark.parametrize(
    ("text", "words", "labels"),
    [
        ("[Music]", "", ["music"]),
        ("Yes \\[laughs\\] indeed.", "Yes indeed.", ["laughs"]),
        ("(laughing) No (both laughing)", "No", ["laughing", "both laughing"]),
        ("\u266a la la \u266a", "la la", ["\u266a", "\u266a"]),
        ("like [ __ ] and [??]", "like and", ["__", "??"]),
        ("[Andrew]", "", ["andrew"]),
        ("so [00:12] on [00:01.000 --> 00:02.000]", "so on", []),
        ("it allows [you] to [wrote on the post] it", "it allows [you] to [wrote on the post] it", []),
        (
            "match on [1, _, 3] (which sounds like laughter to me)",
            "match on [1, _, 3] (which sounds like laughter to me)",
            [],
        ),
        ("nothing [ ] here (sic)", "nothing [ ] here (sic)", []),
    ],
)
def test_sound_tags_become_data_and_words_stay(text: str, words: str, labels: list[str]) -> None:
    assert taken(text) == (words, labels)


def test_a_sound_knows_its_place() -> None:
    _, sounds = take_sounds(
        frame("Hi.", "Yes [laughs].").with_columns(start_char=pl.Series([10, 20], dtype=pl.Int32))
    )
    assert sounds.rows() == [(0, 24, 32, 1.0, "laughs")]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.sampled_from(_BITS), max_size=12).map("".join), max_size=5))
def test_taking_sounds_keeps_lengths_and_finds_nothing_the_second_time(texts: list[str]) -> None:
    once, _ = take_sounds(frame(*texts))
    twice, sounds = take_sounds(once)
    assert list(map(len, once["text"])) == list(map(len, texts))
    assert sounds.is_empty()
    assert_frame_equal(once, twice)


def test_rolling_captions_collapse_to_what_was_said() -> None:
    rolling = frame("one", "one", "one", "two", "two" + FILL, "two", "three", "three")
    assert collapse_rolling(rolling, rolling["doc"])["text"].to_list() == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("said", "captions"),
    [(frame("no", "no", "yes", "so", "and"), [0]), (frame("la", "la", "la", "la"), [])],
    ids=["seldom", "no captions"],
)
def test_what_was_said_twice_stays_said_twice(said: pl.DataFrame, captions: list[int]) -> None:
    assert_frame_equal(collapse_rolling(said, pl.Series(captions, dtype=pl.UInt32)), said)
