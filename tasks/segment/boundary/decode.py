"""Decide on marks, turns and capitals from what the boundary model says of each word.

Each gap is decided by itself. The networks have read the text both ways before they answer, so what usually helps had
nothing left to add on the development episodes: a prior on the length of sentences (semi-Markov, F1 +.000), and keeping
only the most probable of turns that lie close together (F1 -.02: "yeah" is a turn of its own).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.segment.boundary.model import Gaps
from tasks.segment.gold import COMMA, NONE, PERIOD, QUESTION
from warehouse.settings import TURN_THRESHOLD

Flags = npt.NDArray[np.bool_]

_END_THRESHOLD = 0.38
"""Chosen, as the one below, for the best F1 on the development episodes."""
_MARK_THRESHOLD = 0.4
_CAPITAL_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Decoded:
    """What is decided for each word, in order.

    Attributes:
        mark: Mark behind the word, as gold numbers them.
        p_end: Probability that a sentence ends behind the word.
        turn: Whether another speaker begins with the word.
        p_turn: Probability of that; 0 for the first word of a document.
        starts: Whether a sentence starts with the word.
        capital: Whether the word is written with a capital wherever it stands.
    """

    mark: npt.NDArray[np.uint8]
    p_end: npt.NDArray[np.float64]
    turn: Flags
    p_turn: npt.NDArray[np.float64]
    starts: Flags
    capital: Flags


def decode(gaps: Gaps, doc: pl.Series, turn_threshold: float = TURN_THRESHOLD) -> Decoded:
    """Decide for all words of documents that follow each other.

    A turn ends a sentence, and so does the end of a document.

    Args:
        gaps: What the model says.
        doc: Document of each word.
        turn_threshold: Probability below which no turn is asserted.
    """
    new = np.ones(len(doc) + 1, dtype=bool)
    new[1:-1] = (doc != doc.shift(1)).to_numpy()[1:]
    first, last = new[:-1], new[1:]
    p_turn = np.where(last, 0.0, gaps.turn.astype(np.float64))
    turns = (p_turn > 0) & (p_turn >= turn_threshold)
    p_end = np.maximum(gaps.marks[:, PERIOD] + gaps.marks[:, QUESTION], np.where(turns, p_turn, 0.0))
    p_end = np.where(last, 1.0, p_end).clip(0.0, 1.0)
    ends = (p_end >= _END_THRESHOLD) | turns
    asks = gaps.marks[:, QUESTION] > gaps.marks[:, PERIOD]
    pauses = 1 - gaps.marks[:, NONE] >= _MARK_THRESHOLD
    mark = np.where(ends, np.where(asks, QUESTION, PERIOD), np.where(pauses, COMMA, NONE))
    return Decoded(
        mark.astype(np.uint8),
        p_end,
        np.where(first, False, np.roll(turns, 1)),
        np.where(first, 0.0, np.roll(p_turn, 1)),
        first | np.roll(ends, 1),
        gaps.capital >= _CAPITAL_THRESHOLD,
    )
