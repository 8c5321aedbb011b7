"""The boundary model: from bare words to the probability of each mark, turn and capital."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from threadpoolctl import threadpool_limits

from tasks.segment.boundary.features import Windows
from tasks.segment.boundary.network import Floats, Network, network_of
from tasks.segment.boundary.vocabulary import Ids, Vocabulary

VERSION = "boundary/1"
"""Name and version of the weights that ship; whatever they made carries it."""

_BATCH = 32
"""Windows that run at once: enough to keep the steps along the text cheap, few enough to stay near the cache."""
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
    """Vocabulary and network; ``load`` gives those that ship."""

    vocabulary: Vocabulary
    network: Network
    windows: Windows = field(default_factory=Windows)

    def __call__(self, words: pl.DataFrame) -> Gaps:
        """Return what the model says of words.

        Args:
            words: In order; ``doc`` and the bare ``word``.
        """
        lengths = words.select(pl.col("doc").rle().struct.field("len")).to_series().to_numpy()
        windows, at = self.windows.cut(self.vocabulary.ids(words["word"]), lengths.astype(np.int64))
        with _one_thread():
            nothing = np.empty((0, self.network.out.bias.size), np.float32)
            outputs = np.concatenate([nothing, *self._outputs(windows)])
        return _gaps(outputs[at])

    def _outputs(self, windows: Ids) -> Iterator[Floats]:
        for first in range(0, len(windows), _BATCH):
            outputs = self.network(windows[first : first + _BATCH])
            yield outputs.reshape(-1, outputs.shape[2])


def _one_thread() -> AbstractContextManager[Any]:
    """Keep the matrix products on their thread: batches already run beside each other, and idle threads would spin."""
    limits: AbstractContextManager[Any] = threadpool_limits(limits=1, user_api="blas")
    return limits


def _gaps(outputs: Floats) -> Gaps:
    marks = np.exp(outputs[:, :4] - outputs[:, :4].max(axis=1, keepdims=True))
    marks /= marks.sum(axis=1, keepdims=True)
    return Gaps(marks.round(_DECIMALS), *(_probability(outputs[:, column]) for column in (4, 5)))


def _probability(output: Floats) -> Floats:
    probability: Floats = np.reciprocal(np.exp(-output) + np.float32(1))
    return probability.round(_DECIMALS)


@cache
def load() -> BoundaryModel:
    """Load the weights that ship with podlake; once a process."""
    packed = (files("tasks") / "segment" / "boundary" / "weights.npz").read_bytes()
    with np.load(BytesIO(packed)) as tensors:
        return model_of({name: tensors[name] for name in tensors.files})


def model_of(tensors: dict[str, npt.NDArray[Any]]) -> BoundaryModel:
    """Build the model from its tensors, the vocabulary among them as lines of UTF-8."""
    words, surfaces = (
        tuple(bytes(tensors.pop(name)).decode().split("\n")) for name in ("vocabulary", "surfaces")
    )
    return BoundaryModel(Vocabulary(words, surfaces), network_of(tensors))
