"""Words of a text stand where it has them, however its accents are encoded."""

from __future__ import annotations

from typing import Literal
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.search.analysis import spaced, tokens


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Zoë Ångström's café", ["Zoë", "Ångström", "s", "café"]),
        ("é", ["é"]),
        ("Thế giới, 한국어 각", ["Thế", "giới", "한국어", "각"]),
        ("GPTがんé型", ["GPT", "が", "ん", "é", "型"]),
    ],
)
def test_words_are_the_same_and_cover_their_accents(
    form: Literal["NFC", "NFD"], text: str, words: list[str]
) -> None:
    encoded = normalize(form, text)
    found = tokens(encoded)
    assert [encoded[one.start : one.end] for one in found] == [normalize(form, word) for word in words]
    assert [one.word for one in found] == [one.word for one in tokens(text)]


# Letters and marks that compose in other ways: several marks, Hangul, vowel signs, and what is only ever decomposed.
_ODD = st.text(
    "aeo \u0301\u0323\u0302\u1100\u1161\u11a8\uac00\u0958\u09c7\u09be\u212b\ufa10\u4e00が", max_size=12
)


@given(text=_ODD | st.text(max_size=20))
def test_words_of_any_text_stand_in_it_between_whole_letters(text: str) -> None:
    found = tokens(text)
    assert [one.word for one in found] == [one.word for one in tokens(normalize("NFC", text))]
    for one in found:
        assert 0 <= one.start < one.end <= len(text)
        assert spaced(text).startswith(spaced(text[: one.start]))
        assert spaced(text).endswith(spaced(text[one.end :]))
