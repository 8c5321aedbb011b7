"""Run the boundary network: tables of words and word groups, layers of gated averages in both directions, a head.

A layer mixes each word's vector once (one matrix product), then carries it along the text in both directions by
``h[t] = f[t] * h[t - 1] + (1 - f[t]) * c[t]`` (the minimal gated unit of Feng et al., "Were RNNs all we needed?", 2024):
gates depend on the input alone, so nearly all work is in matrix products over many words at once. Single precision on
one thread: at these sizes the matrix products of numpy run near the peak of a core, so no runtime is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.segment.boundary.features import group_ids

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Dense:
    """A matrix product with a bias: ``weight`` (inputs, outputs) and ``bias`` (outputs)."""

    weight: Floats
    bias: Floats

    def __call__(self, inputs: Floats) -> Floats:
        """Return the products of rows."""
        product: Floats = inputs @ self.weight
        product += self.bias
        return product


@dataclass(frozen=True, slots=True)
class Network:
    """The weights, ready to run.

    What a layer makes of a word are four vectors of ``half`` numbers: forget gates forwards and backwards, with their
    sign turned for the exponential, and candidates forwards and backwards.

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

        Matrix products run window by window: a row's sum may round otherwise in another place of the product, and what
        is said of a document must not depend on what runs beside it. Only the steps along the text run over all windows.

        Args:
            windows: ``(windows, words)``.

        Returns:
            ``(windows, words, outputs)``, not yet probabilities.
        """
        n_windows, n_words = windows.shape
        shape = (2, n_words, n_windows, self.words.shape[1] // 4)
        gates, carried, state = (np.empty(shape, np.float32) for _ in range(3))
        for number, ids in enumerate(windows):
            _open(self._mix_words(ids), gates[:, :, number], state[:, :, number])
        _carry(gates, state)
        for layer in self.layers:
            for number in range(n_windows):
                both = np.concatenate(state[:, :, number], axis=1)
                _open(layer(both), gates[:, :, number], carried[:, :, number])
            _carry(gates, carried)
            state += carried
        return np.stack(
            [self._head(np.concatenate(state[:, :, number], axis=1)) for number in range(n_windows)]
        )

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


def _open(mixed: Floats, gates: Floats, candidates: Floats) -> None:
    """Write the shares that are kept, and each candidate weighed by the share that it replaces, both by direction."""
    lost, kept = np.hsplit(mixed, 2)
    np.exp(lost, out=lost)
    kept *= lost
    lost += 1
    np.reciprocal(lost, out=lost)
    kept *= lost
    half = gates.shape[2]
    gates[0], gates[1] = lost[:, :half], lost[:, half:]
    candidates[0], candidates[1] = kept[:, :half], kept[:, half:]


def _carry(gates: Floats, carried: Floats) -> None:
    """Carry candidates along the text in place: the first direction forwards, the second backwards."""
    kept, state = (part.reshape(*part.shape[:2], -1) for part in (gates, carried))
    product = np.empty(kept.shape[2], np.float32)
    for keep, said in ((kept[0], state[0]), (kept[1, ::-1], state[1, ::-1])):
        for step in range(1, len(said)):
            np.multiply(keep[step], said[step - 1], out=product)
            said[step] += product


def network_of(tensors: Mapping[str, npt.NDArray[Any]]) -> Network:
    """Build the network from tensors as they are stored: tables in eight bits with a scale a row, the rest as it is."""
    vectors = _expanded(tensors, "words")
    first = _mixing(tensors, "first")
    n_layers = sum(name.startswith("layer") and name.endswith("weight") for name in tensors)
    hidden = _dense(tensors, "hidden")
    here, behind = np.vsplit(hidden.weight, 2)
    return Network(
        # What the first layer makes of a word alone is multiplied out once and for all.
        words=vectors @ first.weight[: vectors.shape[1]] + first.bias,
        groups=_expanded(tensors, "groups"),
        first=first.weight[vectors.shape[1] :].copy(),
        layers=tuple(_mixing(tensors, f"layer{number}") for number in range(n_layers)),
        hidden=Dense(np.hstack([here, behind]), np.append(hidden.bias, np.zeros_like(hidden.bias))),
        out=_dense(tensors, "out"),
    )


def _expanded(tensors: Mapping[str, npt.NDArray[Any]], name: str) -> Floats:
    scale = tensors[f"{name}.scale"].astype(np.float32)[:, None]
    expanded: Floats = tensors[name].astype(np.float32) * scale
    return expanded


def _dense(tensors: Mapping[str, npt.NDArray[Any]], name: str) -> Dense:
    return Dense(*(tensors[f"{name}.{part}"].astype(np.float32) for part in ("weight", "bias")))


def _mixing(tensors: Mapping[str, npt.NDArray[Any]], name: str) -> Dense:
    """Read a layer whose first half of columns are gates, and turn their sign."""
    mixing = _dense(tensors, name)
    sign = np.repeat(np.array([-1, 1], np.float32), len(mixing.bias) // 2)
    return Dense(mixing.weight * sign, mixing.bias * sign)
