"""Describe each gap between two sentences by what tells whether a topic starts behind it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.segment.topics import cues
from tasks.segment.topics.chains import WEIGHT, Chains, chains_of
from tasks.segment.topics.tokens import Ints, Tokens

Flags = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]

_VALLEY = 15
"""Sentences to each side in which the chains are compared with those across the gap: some 200 words."""
_QUESTIONS_WITHIN = 4
"""Sentences behind the gap among which questions are counted."""

SHAPE = (
    "links",
    "valley",
    "words_before",
    "words_left",
    "sentence_words",
    "turn",
    "turn_words",
    "last_turn_words",
    "next_turn_words",
    "into_turn",
    "turn_asks",
    "questions",
    "after_question",
)
TURNS = SHAPE[SHAPE.index("turn") :]
"""What needs turns and question marks."""
_NEAR, _WIDE = 25, 80
"""Words to each side of a gap in which the words that come up and those that are dropped are counted."""
NOVELTY = tuple(
    f"{what}_{side}_{width}"
    for what in ("first", "last")
    for width in (_NEAR, _WIDE)
    for side in ("behind", "before")
)
NAMES = (*SHAPE, *NOVELTY, *cues.NAMES)
"""Columns of ``gaps_of``, in order."""


def gaps_of(sentences: pl.DataFrame, tokens: Tokens) -> Values:
    """Return one row a sentence, one column a name of ``NAMES``: the gap before the sentence.

    Counts enter as logarithms of one more. What looks to other sentences looks to those of the same document.
    """
    doc = tokens.doc[tokens.first[:-1]]
    n_words = np.diff(tokens.first)
    asks = sentences["text"].str.contains(r"\?[\"'\u201d)\]]*$").to_numpy()
    turns = sentences.select(pl.struct("doc", "turn").rle_id()).to_series().to_numpy().astype(np.int64)
    chains = chains_of(tokens)
    links = np.log1p(chains.across[tokens.first[:-1]] / WEIGHT)
    shape = [links, _valley(links, doc), *_place(tokens, n_words), *_in_turns(turns, doc, n_words, asks)]
    shape += _novelty(chains, tokens)
    return np.concatenate([np.stack(shape, axis=1), cues.cues_of(tokens)], axis=1)


def _valley(links: Values, doc: Ints) -> Values:
    """Return how far each gap's links lie below the highest to the left and to the right."""
    left, right = links.copy(), links.copy()
    for step in range(1, _VALLEY + 1):
        same = doc[step:] == doc[:-step]
        np.maximum(left[step:], links[:-step], out=left[step:], where=same)
        np.maximum(right[:-step], links[step:], out=right[:-step], where=same)
    return left + right - 2 * links


def _novelty(chains: Chains, tokens: Tokens) -> list[Values]:
    """Return the share, by weight, of words said for the first or last time, as ``NOVELTY`` names them."""
    start = tokens.first[:-1]
    said = np.concatenate([[0], np.cumsum(chains.weight)])
    found = []
    for flagged in (chains.first, chains.last):
        total = np.concatenate([[0], np.cumsum(flagged)])
        for width in (_NEAR, _WIDE):
            end = np.minimum(start + width, tokens.doc_end)
            begin = np.maximum(start - width, tokens.doc_start)
            for low, high in ((start, end), (begin, start)):
                found.append((total[high] - total[low]) / (said[high] - said[low] + 2 * WEIGHT))
    return found


def _place(tokens: Tokens, n_words: Ints) -> tuple[Values, Values, Values]:
    """Return the words before and behind each gap in its document, and those of the sentence, as logarithms."""
    start = tokens.first[:-1]
    return np.log1p(start - tokens.doc_start), np.log1p(tokens.doc_end - start), np.log1p(n_words)


def _in_turns(turns: Ints, doc: Ints, n_words: Ints, asks: Flags) -> list[Values]:
    """Return the values from ``turn`` to ``after_question``; lengths of turns count where one starts."""
    starts = np.flatnonzero(np.diff(turns, prepend=-1))
    is_start = np.zeros(len(turns))
    is_start[starts] = 1.0
    length = np.log1p(np.add.reduceat(n_words, starts))
    has_question = np.logical_or.reduceat(asks, starts)
    of = doc[starts]
    same = of[1:] == of[:-1]
    last, following = np.zeros_like(length), np.zeros_like(length)
    last[1:][same], following[:-1][same] = length[:-1][same], length[1:][same]
    into = np.log1p(np.arange(len(turns)) - starts[turns])
    behind = np.zeros(len(turns))
    after = np.zeros(len(turns))
    for step in range(_QUESTIONS_WITHIN):
        stop = len(turns) - step
        behind[:stop] += asks[step:] & (doc[step:] == doc[:stop])
    after[1:] = asks[:-1] & (doc[1:] == doc[:-1])
    at_start = [length, last, following, has_question]
    return [
        is_start,
        *(values[turns] * is_start for values in at_start[:3]),
        into,
        has_question[turns] * is_start,
        behind,
        after,
    ]
