"""Lexical chains: how strongly the words on both sides of a gap hang together.

A chain links each word to its last occurrence before; a topic is where many links end and few cross (Hearst 1997,
"TextTiling"; Galley et al. 2003, "Discourse segmentation of multi-party conversation", who weigh chains likewise).
Words that a document uses all the time link everything to everything, in any language: they are left out by their
count in the document, so that no stop list and no background corpus is needed, and rarer words weigh more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.segment.topics.tokens import Ints, Tokens

LONGEST_LINK = 300
"""Words between two occurrences that still belong to one topic: half the mean length of a chapter in the gold."""
FORGOTTEN = 500
"""A word that is not said again in so many words is done with."""
_COMMONEST = 150
"""A word that makes up more than one in so many of a document's words is common in it."""
_FEWEST_LETTERS = 3
WEIGHT = 1024
"""Of a link between the only two occurrences of a word, times the root of two. Weights are whole numbers, so that their
sums do not depend on what else is in the batch."""
_POSITION_BITS = 26
"""Words that a batch may hold, as a power of two; the rest of 64 bits is left to the word's hash."""


@dataclass(frozen=True, slots=True)
class Chains:
    """What the chains say of each word of a batch.

    Attributes:
        across: Weight of the links that cross the gap before the word.
        weight: Weight of the word itself; 0 where it is common in its document.
        first: The same where the word occurs for the first time in its document.
        last: The same where it does not occur again within ``FORGOTTEN`` words.
    """

    across: Ints
    weight: Ints
    first: Ints
    last: Ints


def chains_of(tokens: Tokens) -> Chains:
    """Link the words of each document to their last occurrence before."""
    place, starts = by_word(tokens, _FEWEST_LETTERS)
    doc = tokens.doc[place]
    weight = _weights(np.flatnonzero(starts), doc, np.bincount(tokens.doc))
    gap = np.diff(place)
    n_words = len(tokens.hashes)
    across = np.zeros(n_words + 2, dtype=np.int64)
    linked = np.flatnonzero(~starts[1:] & (gap < LONGEST_LINK))
    np.add.at(across, place[linked] + 1, weight[linked])
    np.subtract.at(across, place[linked + 1] + 1, weight[linked])
    ends = np.ones(len(place), dtype=bool)
    ends[:-1] = starts[1:] | (gap > FORGOTTEN)
    spread = np.zeros((3, n_words), dtype=np.int64)
    for row, where in zip(spread, (np.ones_like(ends), starts, ends), strict=True):
        row[place[where]] = weight[where]
    return Chains(np.cumsum(across)[:n_words], *spread)


def by_word(tokens: Tokens, fewest_letters: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Return the places of all long enough words, and where a new word or document starts among them.

    They are sorted so that a document's occurrences of a word stand together, in order.
    """
    bits = np.uint64(_POSITION_BITS)
    long = np.flatnonzero(tokens.n_bytes >= fewest_letters)
    ordered = np.sort((tokens.hashes[long] >> bits << bits) | long.astype(np.uint64))
    place = (ordered & np.uint64((1 << _POSITION_BITS) - 1)).astype(np.int64)
    doc, word = tokens.doc[place], ordered >> bits
    starts = np.ones(len(place), dtype=bool)
    starts[1:] = (word[1:] != word[:-1]) | (doc[1:] != doc[:-1])
    return place, starts


def _weights(starts: Ints, doc: Ints, doc_words: Ints) -> Ints:
    """Return the weight of each occurrence: less the more there are, and none where the word is common."""
    count = np.diff(np.append(starts, len(doc)))
    rare = count <= doc_words[doc[starts]] // _COMMONEST
    return np.repeat(np.where(rare, WEIGHT / np.sqrt(count), 0).astype(np.int64), count)
