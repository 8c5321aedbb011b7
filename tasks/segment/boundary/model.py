"""The boundary model: from bare words to the probability of each mark, turn and capital."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from threadpoolctl import threadpool_limits

from tasks.segment.boundary.features import Windows
from tasks.segment.boundary.layers import Floats, Tensors
from tasks.segment.boundary.network import Network, network_of
from tasks.segment.boundary.turns import TurnNetwork, Units, turn_network_of, units_of
from tasks.segment.boundary.vocabulary import Ids, Vocabulary
from tasks.segment.gold import NONE, PERIOD, QUESTION

VERSION = "boundary/2"
"""Name and version of the weights that ship; whatever they made carries it."""

_BATCH = 32
"""Windows that run at once: enough to keep the steps along the text cheap, few enough to stay near the cache."""
_MAY_END, _MAY_TURN = 0.25, 0.15
"""Low enough that .89 of the development episodes' turns start a unit, with a third more units than sentences."""
_DECIMALS = 3
"""Digits of a probability that mean something; the rest would only cost space."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """What the model says of each word.

    Attributes:
        marks: ``(words, 4)``: probabilities of no mark, comma, period and question mark behind the word.
        turn: Probability that another speaker begins behind the word.
        capital: Probability that the word is written with a capital, wherever it stands.
    """

    marks: Floats
    turn: Floats
    capital: Floats


@dataclass(frozen=True, slots=True)
class BoundaryModel:
    """Vocabulary and networks; ``load`` gives those that ship.

    The network over words reads documents whose sentence ends are not known. The network over units, which may be
    sentences, then reads all documents, and has the last word on turns.
    """

    vocabulary: Vocabulary
    network: Network
    turn_network: TurnNetwork
    windows: Windows = field(default_factory=Windows)

    def __call__(self, words: pl.DataFrame) -> Gaps:
        """Return what the model says of words.

        Args:
            words: In order; ``doc``, the bare ``word``, and where it is there ``known_mark``: the sentence mark behind the
                word, null where the source does not show any and the model is to say so.
        """
        ids = self.vocabulary.ids(words["word"])
        text = text_of(words)
        asked = np.repeat(~text.is_known, text.lengths)
        outputs = np.zeros((len(ids), self.network.out.bias.size), np.float32)
        with _one_thread():
            outputs[asked] = outputs_of(self.network, ids[asked], text.lengths[~text.is_known], self.windows)
            gaps = with_known(gaps_of(outputs), text)
            return replace(gaps, turn=self._turns(ids, text, gaps))

    def _turns(self, ids: Ids, text: Text, gaps: Gaps) -> Floats:
        """Return the probability of a turn behind each word: nought inside a unit."""
        turn = np.zeros(len(ids), np.float32)
        if not len(ids):
            return turn
        units = may_be_sentences(gaps, text)
        turn[units.first[1:] - 1] = self.turn_network(ids, units)[1:].round(_DECIMALS)
        return turn


@dataclass(frozen=True, slots=True)
class Text:
    """Documents that follow each other.

    Attributes:
        lengths: Words of each document.
        is_known: Whether the source shows all sentence ends of the document.
        marks: Mark behind each word, NaN where the model is to find it.
    """

    lengths: npt.NDArray[np.int64]
    is_known: npt.NDArray[np.bool_]
    marks: Floats


def outputs_of(network: Network, ids: Ids, lengths: npt.NDArray[np.int64], windows: Windows) -> Floats:
    """Return the network's outputs for the words of documents, ``(words, outputs)``."""
    cut, at = windows.cut(ids, lengths)
    nothing = np.empty((0, network.out.bias.size), np.float32)
    found = (network(cut[first : first + _BATCH]) for first in range(0, len(cut), _BATCH))
    return np.concatenate([nothing, *(outputs.reshape(-1, outputs.shape[2]) for outputs in found)])[at]


def gaps_of(outputs: Floats) -> Gaps:
    """Turn the outputs of the network over words into probabilities."""
    marks = np.exp(outputs[:, :4] - outputs[:, :4].max(axis=1, keepdims=True))
    marks /= marks.sum(axis=1, keepdims=True)
    return Gaps(marks.round(_DECIMALS), *(_probability(outputs[:, column]) for column in (4, 5)))


def with_known(gaps: Gaps, text: Text) -> Gaps:
    """Put what is known of words in the place of what the network over words said of them."""
    known = ~np.isnan(text.marks)
    marks, turn, capital = (part.copy() for part in (gaps.marks, gaps.turn, gaps.capital))
    marks[known] = np.eye(marks.shape[1], dtype=np.float32)[text.marks[known].astype(np.int64)]
    turn[text.marks == NONE] = 0
    capital[known] = 0
    return Gaps(marks, turn, capital)


def may_be_sentences(gaps: Gaps, text: Text) -> Units:
    """Cut words wherever a sentence ends or may end, or a turn may start."""
    p_end = gaps.marks[:, PERIOD] + gaps.marks[:, QUESTION]
    return units_of(
        is_last=_last(text.lengths),
        ends=(p_end >= _MAY_END) | (gaps.turn >= _MAY_TURN),
        asks=gaps.marks[:, QUESTION] / p_end.clip(0.01),
        p_end=p_end,
        p_turn=gaps.turn,
        is_known=np.repeat(text.is_known, text.lengths),
    )


def text_of(words: pl.DataFrame) -> Text:
    """Say what is known of words; takes what the model takes."""
    known = words["known_mark"] if "known_mark" in words.columns else pl.repeat(None, len(words), eager=True)
    rows = words.select("doc", known=known.cast(pl.Float32))
    documents = rows.group_by("doc", maintain_order=True).agg(
        n=pl.len(), all=pl.col("known").is_not_null().all()
    )
    return Text(
        documents["n"].to_numpy().astype(np.int64),
        documents["all"].to_numpy(),
        rows["known"].fill_null(np.nan).to_numpy(),
    )


def _last(lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    is_last = np.zeros(lengths.sum(), dtype=bool)
    is_last[np.cumsum(lengths) - 1] = True
    return is_last


def _one_thread() -> AbstractContextManager[Any]:
    """Keep the matrix products on their thread: batches already run beside each other, and idle threads would spin."""
    limits: AbstractContextManager[Any] = threadpool_limits(limits=1, user_api="blas")
    return limits


def _probability(output: Floats) -> Floats:
    probability: Floats = np.reciprocal(np.exp(-output) + np.float32(1))
    return probability.round(_DECIMALS)


@cache
def load() -> BoundaryModel:
    """Load the weights that ship with podlake; once a process."""
    packed = (files("tasks") / "segment" / "boundary" / "weights.npz").read_bytes()
    with np.load(BytesIO(packed)) as tensors:
        return model_of({name: tensors[name] for name in tensors.files})


def model_of(tensors: Tensors) -> BoundaryModel:
    """Build the model from its tensors, the vocabulary among them as lines of UTF-8."""
    vocabulary = vocabulary_in(tensors)
    turn_network = turn_network_of(tensors, vocabulary.buckets())
    return BoundaryModel(vocabulary, network_of(tensors), turn_network)


def vocabulary_in(tensors: Tensors) -> Vocabulary:
    """Read the vocabulary that stands among the tensors."""
    words, surfaces = (
        tuple(bytes(tensors[name]).decode().split("\n")) for name in ("vocabulary", "surfaces")
    )
    return Vocabulary(words, surfaces)
