"""How a text becomes the words that the index knows, in documents and in queries alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import tantivy

_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
"""Kana and Han: written without spaces, so each counts as a word, and several as a phrase."""

WORDS = "words"
"""Words in lower case without accents."""

STEMS = "stems"
"""The same words without their English endings; words of other languages keep most of theirs."""

WHOLE = "whole"
"""The whole text as one word, in lower case without accents."""

EXACT = "exact"
"""The whole text as it is."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text, and the half-open range of characters where it stands."""

    word: str
    stem: str
    start: int
    end: int


@cache
def analyzers() -> dict[str, tantivy.TextAnalyzer]:
    """Return the analyzers by name; an index must be told of them each time it is opened."""
    return {
        WORDS: _folded(tantivy.Tokenizer.simple()).build(),
        STEMS: _folded(tantivy.Tokenizer.simple()).filter(tantivy.Filter.stemmer("english")).build(),
        WHOLE: _folded(tantivy.Tokenizer.raw()).build(),
        EXACT: tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).build(),
    }


def _folded(tokenizer: tantivy.Tokenizer) -> tantivy.TextAnalyzerBuilder:
    lower = tantivy.TextAnalyzerBuilder(tokenizer).filter(tantivy.Filter.lowercase())
    return lower.filter(tantivy.Filter.ascii_fold())


def spaced(text: str) -> str:
    """Set the characters of languages that write no spaces apart; most texts stay as they are.

    tantivy's tokenizer by regular expression could do it, and makes an index twice as dear.
    """
    return text if text.isascii() else _IDEOGRAPH.sub(r" \g<0> ", text)


def fold(text: str) -> str:
    """Return a whole text as the index compares titles."""
    return "".join(analyzers()[WHOLE].analyze(_encodable(text)))


def tokens(text: str) -> list[Token]:
    """Return the words of a text, in order."""
    text = _encodable(text)
    apart = spaced(text)
    stems = analyzers()[STEMS].analyze(apart)
    found = analyzers()[WORDS].pre_tokenize(apart).tokens
    if apart is text:
        starts = [token.char_offset_from for token in found]
    else:
        starts = [_place_before(apart, token.char_offset_from) for token in found]
    return [
        Token(token.text, stem, start, start + token.char_offset_to - token.char_offset_from)
        for token, stem, start in zip(found, stems, starts, strict=True)
    ]


def _encodable(text: str) -> str:
    """Replace what is no character: arguments of a command may hold halves of them."""
    return text.encode("utf-8", "replace").decode()


def _place_before(apart: str, place: int) -> int:
    """Turn the place of a word in a spaced text into its place in the text itself."""
    n_before = len(_IDEOGRAPH.findall(apart, 0, place))
    return place - 2 * n_before - bool(_IDEOGRAPH.match(apart, place))
