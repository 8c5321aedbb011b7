"""Find speaker changes among units: sentences, or what may be one.

Whether somebody else goes on is told by how a sentence begins, how the one before it ended, how long both are, and what
was said some sentences away: a network that takes a sentence at a step sees all that, at a twelfth of the steps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.segment.boundary.features import Windows
from tasks.segment.boundary.layers import (
    Dense,
    Floats,
    Tensors,
    deepened,
    dense_of,
    mixings_of,
    table_of,
    windows_of,
)
from tasks.segment.boundary.vocabulary import PAD, Ids

N_FIRST, N_LAST = 5, 3
"""Words at a unit's start and end that are known by their place."""
N_BAG = 24
"""Words of a unit that are known without their place; longer units are seldom more than their start."""
N_FACTS = 5
_NO_HINT = -1.0
"""Hint of a document's first unit, which starts no turn."""
_LIMIT = 0.001

_WINDOWS = Windows(n_words=128, margin=8)
"""In units. With margins of 16 F1 on the development episodes is the same."""
_BATCH = 16


@dataclass(frozen=True, slots=True)
class Units:
    """Units of documents that follow each other.

    Attributes:
        first: Position of each unit's first word.
        n_words: Words of each unit.
        is_new: Whether a document begins with the unit.
        facts: ``(units, N_FACTS)``: log length; whether it asks; whether its ends are the source's; how far the network
            over words takes its start for a turn (a logit); how far it takes its end for one of a sentence.
    """

    first: npt.NDArray[np.int64]
    n_words: npt.NDArray[np.int64]
    is_new: npt.NDArray[np.bool_]
    facts: Floats

    def places(self, ids: Ids) -> Ids:
        """Return the words at each unit's start and, from its last backwards, at its end: ``(units, N_FIRST + N_LAST)``."""
        nth = np.concatenate([np.arange(N_FIRST), np.arange(N_LAST)])
        at = self.first[:, None] + nth
        at[:, N_FIRST:] = (self.first + self.n_words - 1)[:, None] - nth[N_FIRST:]
        return np.where(nth < self.n_words[:, None], ids.take(at.clip(0, len(ids) - 1)), PAD).astype(np.int32)

    def bag(self, ids: Ids) -> Ids:
        """Return the first ``N_BAG`` words of each unit."""
        nth = np.arange(N_BAG)
        at = (self.first[:, None] + nth).clip(0, len(ids) - 1)
        return np.where(nth < self.n_words[:, None], ids.take(at), PAD).astype(np.int32)


def units_of(
    *,
    is_last: npt.NDArray[np.bool_],
    ends: npt.NDArray[np.bool_],
    asks: Floats,
    p_end: Floats,
    p_turn: Floats,
    is_known: npt.NDArray[np.bool_],
) -> Units:
    """Cut words into units; all arguments have a value a word.

    Args:
        is_last: Whether it is the last of its document.
        ends: Whether a unit ends behind it.
        asks: How far the sentence mark behind it is a question mark, 0 to 1.
        p_end: Probability that a sentence ends behind it.
        p_turn: What the network over words says of a turn behind it.
        is_known: Whether the source shows where its document's sentences end: ``p_end`` and ``p_turn`` are not looked at.
    """
    last = np.flatnonzero(ends | is_last)
    first = np.concatenate([[0], last[:-1] + 1])
    n_words = last - first + 1
    is_new = np.concatenate([[True], is_last[last[:-1]]])
    odds = p_turn[last[:-1]].clip(_LIMIT, 1 - _LIMIT)
    hint = np.where(is_new, _NO_HINT, np.concatenate([[_NO_HINT], np.log(odds / (1 - odds)) / 4]))
    known = is_known[first]
    facts = [
        np.log1p(n_words) / 3,
        asks[last],
        known,
        np.where(known, 0, hint),
        np.where(known, 1, p_end[last]),
    ]
    return Units(first, n_words, is_new, np.stack(facts, axis=1).astype(np.float32))


@dataclass(frozen=True, slots=True)
class TurnNetwork:
    """The weights, ready to run.

    Attributes:
        words: Vectors of the frequent words and of the buckets of all others, ``(numbers, width)``.
        numbers: Number in that table of each number of the vocabulary.
        first: Layer over the words by place, the facts and the bag.
        layers: Layers of gated averages along the units.
        hidden: First layer of the head, over the vectors of the unit before and of the unit.
        out: Second layer of the head.
    """

    words: Floats
    numbers: Ids
    first: Dense
    layers: tuple[Dense, ...]
    hidden: Dense
    out: Dense

    def __call__(self, ids: Ids, units: Units) -> Floats:
        """Return the probability that another speaker begins with each unit; 0 for the first of a document."""
        new = np.flatnonzero(units.is_new)
        lengths = np.diff(np.append(new, len(units.first)))
        # Unit 0 of the tables is the silence around a document.
        windows, at = _WINDOWS.cut(np.arange(1, len(units.first) + 1, dtype=np.int32), lengths)
        numbers = self.numbers.take(ids)
        inputs = self._inputs(units.places(numbers), units.bag(numbers), units.facts)
        chunks = [windows[start : start + _BATCH] for start in range(0, len(windows), _BATCH)]
        odds = np.concatenate([self._odds(inputs, chunk).ravel() for chunk in chunks])[at]
        return np.where(units.is_new, np.float32(0), np.reciprocal(np.exp(-odds) + np.float32(1)))

    def _inputs(self, places: Ids, bag: Ids, facts: Floats) -> Floats:
        """Return what the network is told of each unit, behind a row of nothing for silence."""
        vectors = self.words.take(places, axis=0).reshape(len(places), -1)
        summed = np.zeros((len(bag), self.words.shape[1]), np.float32)
        for column in bag.T:
            summed += self.words.take(column, axis=0)
        n_words = (bag != PAD).sum(axis=1, keepdims=True)
        told = np.concatenate([vectors, facts, summed / np.sqrt(1 + n_words, dtype=np.float32)], axis=1)
        return np.concatenate([np.zeros((1, told.shape[1]), np.float32), told])

    def _odds(self, inputs: Floats, windows: Ids) -> Floats:
        """Return the logits for windows of units, ``(windows, units)``."""
        begun = (np.maximum(self.first(inputs.take(window, axis=0)), 0) for window in windows)
        state = np.stack([np.stack(np.hsplit(vectors, 2)) for vectors in begun], axis=2)
        return np.stack([self._head(vectors) for vectors in windows_of(deepened(state, self.layers))])

    def _head(self, state: Floats) -> Floats:
        before = np.concatenate([np.zeros_like(state[:1]), state[:-1]])
        odds: Floats = self.out(np.maximum(self.hidden(np.concatenate([before, state], axis=1)), 0))
        return odds[:, 0]


def turn_network_of(tensors: Tensors, buckets: Ids) -> TurnNetwork:
    """Build the network from tensors as they are stored, named ``turns.*``.

    Args:
        tensors: As ``train_turns.py`` writes them.
        buckets: Bucket of each number of the vocabulary: words that are not in the smaller table stand there.
    """
    words = table_of(tensors, "turns.words")
    own = np.arange(len(buckets), dtype=np.int32)
    return TurnNetwork(
        words=words,
        numbers=np.where(own < len(words), own, buckets).astype(np.int32),
        first=dense_of(tensors, "turns.first"),
        layers=mixings_of(tensors, "turns.layer"),
        hidden=dense_of(tensors, "turns.hidden"),
        out=dense_of(tensors, "turns.out"),
    )
