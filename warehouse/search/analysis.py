"""How a text becomes the words that the index knows, in documents and in queries alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from unicodedata import category, normalize

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


def composed(text: str) -> str:
    """Return a text with each accent in its letter (NFC); where it stands apart, as macOS writes it, it would end a word."""
    return normalize("NFC", text)


def spaced(text: str) -> str:
    """Compose a text, and set the characters of languages that write no spaces apart; most texts stay as they are.

    tantivy's tokenizer by regular expression could do it, and makes an index twice as dear.
    """
    return text if text.isascii() else _IDEOGRAPH.sub(r" \g<0> ", composed(text))


def fold(text: str) -> str:
    """Return a whole text as the index compares titles."""
    return "".join(analyzers()[WHOLE].analyze(composed(_encodable(text))))


def tokens(text: str) -> list[Token]:
    """Return the words of a text, in order."""
    text = _encodable(text)
    apart = spaced(text)
    stems = analyzers()[STEMS].analyze(apart)
    found = [
        (token.text, token.char_offset_from, token.char_offset_to)
        for token in analyzers()[WORDS].pre_tokenize(apart).tokens
    ]
    if apart is not text:
        origins = _origins(text)
        found = [(word, origins[start][0], origins[end - 1][1]) for word, start, end in found]
    return [Token(word, stem, start, end) for (word, start, end), stem in zip(found, stems, strict=True)]


def _encodable(text: str) -> str:
    """Replace what is no character: arguments of a command may hold halves of them."""
    return text.encode("utf-8", "replace").decode()


def _origins(text: str) -> list[tuple[int, int]]:
    """Return for each character of a spaced text the range of the text itself that it is made of."""
    begins = [place for place, character in enumerate(text) if not place or not _belongs_before(character)]
    origins: list[tuple[int, int]] = []
    for begin, end in pairwise([*begins, len(text)]):
        origins += [(begin, end)] * len(spaced(text[begin:end]))
    return origins


def _belongs_before(character: str) -> bool:
    """Say whether a character may be composed with the one before it: marks, and vowels and finals of Hangul."""
    return category(character).startswith("M") or "\u1160" <= character <= "\u11ff"
