from __future__ import annotations

import polars as pl
import pytest

from tasks.segment.boundary.vocabulary import N_BUCKETS, Vocabulary, vocabulary_of

KNOWN = Vocabulary(("the", "api", "0000", "i", "iphone"), ("", "API", "", "I", "iPhone"))


def test_known_words_have_their_number_and_digits_are_noughts() -> None:
    assert KNOWN.ids(pl.Series(["the", "2017", "1999", "api"])).tolist() == [
        N_BUCKETS + n for n in (1, 3, 3, 2)
    ]


def test_unknown_words_share_a_bucket_by_their_ending() -> None:
    walking, talking, walked = KNOWN.ids(pl.Series(["walking", "talking", "walked"])).tolist()
    assert walking == talking != walked
    assert all(1 <= number <= N_BUCKETS for number in (walking, walked))
    assert KNOWN.buckets()[: N_BUCKETS + 1].tolist() == list(range(N_BUCKETS + 1))


@pytest.mark.parametrize(
    ("word", "capital", "starts", "surface"),
    [
        ("api", True, False, "API"),
        ("iphone", True, True, "iPhone"),
        ("oslo", True, False, "Oslo"),
        ("the", False, True, "The"),
        ("the", False, False, "the"),
        ("\u00dfa", True, True, "\u00dfa"),
        ("\u0131b", True, False, "\u0131b"),
    ],
)
def test_words_are_spelt(word: str, capital: bool, starts: bool, surface: str) -> None:
    words = pl.DataFrame({"word": [word], "capital": [capital], "starts": [starts]})
    assert KNOWN.spell(words).to_list() == [surface]


def test_a_vocabulary_holds_the_most_frequent_words_as_they_are_spelt_inside_sentences() -> None:
    rows = [
        ("so", "So", True),
        ("so", "so", False),
        ("api", "API", False),
        ("7", "7", False),
        ("8", "8", False),
    ]
    words = pl.DataFrame(rows * 2 + [("rare", "rare", False)], ["word", "surface", "initial"], orient="row")
    found = vocabulary_of(words, 3)
    assert found.words == ("0", "so", "api")
    assert found.surfaces == ("", "", "API")
