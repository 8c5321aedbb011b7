"""Run the network over words: tables of words and word groups, layers of gated averages, a head."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.segment.boundary.features import group_ids
from tasks.segment.boundary.layers import (
    Dense,
    Floats,
    Tensors,
    carried,
    deepened,
    dense_of,
    mixing_of,
    mixings_of,
    table_of,
    windows_of,
)


@dataclass(frozen=True, slots=True)
class Network:
    """The weights, ready to run.

    Attributes:
        words: First layer's part of each word, its bias included, ``(words, 4 * half)``.
        groups: Vectors of hashed word groups, ``(2 ** bits, width)``.
        first: First layer's part of the groups, ``(groups * width, 4 * half)``.
        layers: The layers after the first.
        hidden: First layer of the head: half of its columns look at a word's vector, half at the vector of the next.
        out: Second layer of the head; its columns are the outputs.
    """

    words: Floats
    groups: Floats
    first: Floats
    layers: tuple[Dense, ...]
    hidden: Dense
    out: Dense

    def __call__(self, windows: npt.NDArray[np.int32]) -> Floats:
        """Return the outputs for windows of word numbers.

        Args:
            windows: ``(windows, words)``.

        Returns:
            ``(windows, words, outputs)``, not yet probabilities.
        """
        n_windows, n_words = windows.shape
        shape = (n_words, n_windows, self.words.shape[1] // 4)
        state = deepened(carried(map(self._mix_words, windows), shape), self.layers)
        return np.stack([self._head(vectors) for vectors in windows_of(state)])

    def _mix_words(self, ids: npt.NDArray[np.int32]) -> Floats:
        """Return what the first layer makes of a window's words."""
        bits = int(self.groups.shape[0]).bit_length() - 1
        groups = self.groups.take(group_ids(ids, bits), axis=0).reshape(len(ids), -1)
        mixed: Floats = groups @ self.first
        mixed += self.words.take(ids, axis=0)
        return mixed

    def _head(self, state: Floats) -> Floats:
        """Read the outputs off each word's vector and that of the word behind it."""
        here, behind = np.hsplit(self.hidden(state), 2)
        here[:-1] += behind[1:]
        np.maximum(here, 0, out=here)
        return self.out(here)


def network_of(tensors: Tensors) -> Network:
    """Build the network from tensors as they are stored: tables in eight bits with a scale a row, the rest as it is."""
    vectors = table_of(tensors, "words")
    first = mixing_of(tensors, "first")
    hidden = dense_of(tensors, "hidden")
    here, behind = np.vsplit(hidden.weight, 2)
    return Network(
        # What the first layer makes of a word alone is multiplied out once and for all.
        words=vectors @ first.weight[: vectors.shape[1]] + first.bias,
        groups=table_of(tensors, "groups"),
        first=first.weight[vectors.shape[1] :].copy(),
        layers=mixings_of(tensors, "layer"),
        hidden=Dense(np.hstack([here, behind]), np.append(hidden.bias, np.zeros_like(hidden.bias))),
        out=dense_of(tensors, "out"),
    )
