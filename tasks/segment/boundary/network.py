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
    """Matrix products with a bias: ``weight`` (directions, inputs, outputs) and ``bias`` (directions, 1, outputs)."""

    weight: Floats
    bias: Floats

    def __call__(self, inputs: Floats) -> Floats:
        """Return the products of rows, ``(directions, rows, outputs)``."""
        product: Floats = np.matmul(inputs, self.weight)
        product += self.bias
        return product


@dataclass(frozen=True, slots=True)
class Mixing:
    """What a layer makes of each word, forwards and backwards: forget gates, with their sign turned, and candidates."""

    gates: Dense
    candidates: Dense


@dataclass(frozen=True, slots=True)
class Network:
    """The weights, ready to run.

    Attributes:
        words: First layer's part of each word, biases included: gates and candidates, ``(directions, words, half)``.
        groups: Vectors of hashed word groups, ``(2 ** bits, width)``.
        first: First layer's part of the groups.
        layers: The layers after the first.
        hidden: First layer of the head, over the two directions of a word's vector, then those of the next word's.
        out: Second layer of the head; its columns are the outputs.
    """

    words: tuple[Floats, Floats]
    groups: Floats
    first: Mixing
    layers: tuple[Mixing, ...]
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
        shape = (2, n_words, n_windows, self.first.gates.weight.shape[2])
        gates, carried, state = (np.empty(shape, np.float32) for _ in range(3))
        for number, ids in enumerate(windows):
            gates[:, :, number], state[:, :, number] = _opened(*self._mix_words(ids))
        _carry(gates, state)
        for layer in self.layers:
            for number in range(n_windows):
                both = np.concatenate(state[:, :, number], axis=1)
                gates[:, :, number], carried[:, :, number] = _opened(
                    layer.gates(both), layer.candidates(both)
                )
            _carry(gates, carried)
            state += carried
        return np.stack([self._head(state[:, :, number]) for number in range(n_windows)])

    def _mix_words(self, ids: npt.NDArray[np.int32]) -> tuple[Floats, Floats]:
        """Return gates and candidates of a window's words in the first layer."""
        bits = int(self.groups.shape[0]).bit_length() - 1
        groups = self.groups.take(group_ids(ids, bits), axis=0).reshape(len(ids), -1)
        gates, candidates = (
            np.matmul(groups, self.first.gates.weight),
            np.matmul(groups, self.first.candidates.weight),
        )
        gates += self.words[0].take(ids, axis=1)
        candidates += self.words[1].take(ids, axis=1)
        return gates, candidates

    def _head(self, state: Floats) -> Floats:
        """Read the outputs off each word's vector and that of the word behind it."""
        four = np.zeros((4, *state.shape[1:]), np.float32)
        four[:2] = state
        four[2:, :-1] = state[:, 1:]
        hidden = np.matmul(four, self.hidden.weight).sum(axis=0, keepdims=True)
        hidden += self.hidden.bias
        np.maximum(hidden, 0, out=hidden)
        outputs: Floats = self.out(hidden)[0]
        return outputs


def _opened(gates: Floats, candidates: Floats) -> tuple[Floats, Floats]:
    """Turn negated gates into the shares that are kept, and weigh each candidate by the share that it replaces."""
    np.exp(gates, out=gates)
    candidates *= gates
    gates += 1
    np.reciprocal(gates, out=gates)
    candidates *= gates
    return gates, candidates


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
    words = _expanded(tensors, "words")
    width = words.shape[1]
    first = _mixing(tensors, "first")
    n_layers = sum(name.startswith("layer") and name.endswith("weight") for name in tensors)
    hidden = _dense(tensors, "hidden")
    return Network(
        # What the first layer makes of a word alone is multiplied out once and for all.
        words=(
            words @ first.gates.weight[:, :width] + first.gates.bias,
            words @ first.candidates.weight[:, :width] + first.candidates.bias,
        ),
        groups=_expanded(tensors, "groups"),
        first=Mixing(
            *(Dense(dense.weight[:, width:].copy(), dense.bias) for dense in (first.gates, first.candidates))
        ),
        layers=tuple(_mixing(tensors, f"layer{number}") for number in range(n_layers)),
        hidden=Dense(hidden.weight.reshape(4, -1, hidden.weight.shape[2]), hidden.bias),
        out=_dense(tensors, "out"),
    )


def _expanded(tensors: Mapping[str, npt.NDArray[Any]], name: str) -> Floats:
    scale = tensors[f"{name}.scale"].astype(np.float32)[:, None]
    expanded: Floats = tensors[name].astype(np.float32) * scale
    return expanded


def _dense(tensors: Mapping[str, npt.NDArray[Any]], name: str) -> Dense:
    weight, bias = (tensors[f"{name}.{part}"].astype(np.float32) for part in ("weight", "bias"))
    return Dense(weight[None], bias[None, None])


def _mixing(tensors: Mapping[str, npt.NDArray[Any]], name: str) -> Mixing:
    """Split a layer's columns: gates of both directions, whose sign is turned for the exponential, then candidates."""
    both = _dense(tensors, name)
    gates_forth, gates_back, forth, back = (
        Dense(weight, bias)
        for weight, bias in zip(np.split(both.weight, 4, axis=2), np.split(both.bias, 4, axis=2), strict=True)
    )
    return Mixing(_stacked(gates_forth, gates_back, -1), _stacked(forth, back, 1))


def _stacked(forth: Dense, back: Dense, sign: int) -> Dense:
    return Dense(
        np.concatenate([forth.weight, back.weight]) * np.float32(sign),
        np.concatenate([forth.bias, back.bias]) * np.float32(sign),
    )
