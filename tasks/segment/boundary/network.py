"""Run the boundary network: tables of words and word groups, layers of gated averages in both directions, a head.

A layer mixes each word's vector once (one matrix product), then carries it along the text in both directions by
``h[t] = f[t] * h[t - 1] + (1 - f[t]) * c[t]`` (the minimal gated unit of Feng et al., "Were RNNs all we needed?", 2024):
gates depend on the input alone, so nearly all work is in matrix products over many words at once. Single precision on
one thread: at these sizes the matrix products of numpy run near the peak of a core, so no runtime is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.segment.boundary.features import group_ids

Floats = npt.NDArray[np.float32]


_BLOCK = 1024
"""Rows that are mixed at a time: their vectors stay in a core's second-level cache."""


@dataclass(frozen=True, slots=True)
class Dense:
    """A matrix product with a bias: ``weight`` (inputs, outputs) and ``bias`` (outputs)."""

    weight: Floats
    bias: Floats

    def __call__(self, inputs: Floats, out: Floats) -> None:
        """Write the product of rows into ``out``."""
        np.matmul(inputs, self.weight, out=out)
        out += self.bias


@dataclass(frozen=True, slots=True)
class Mixing:
    """What a layer makes of each word: its forget gates, with their sign turned, and its candidates."""

    gates: Dense
    candidates: Dense


@dataclass(frozen=True, slots=True)
class Network:
    """The weights, ready to run.

    Attributes:
        words: First layer's part of each word, biases included: gates, then candidates.
        groups: Vectors of hashed word groups, ``(2 ** bits, width)``.
        first: First layer's part of the groups.
        layers: The layers after the first.
        hidden: First layer of the head, over a word's vector and the next one's.
        out: Second layer of the head; its columns are the outputs.
    """

    words: Mixing
    groups: Floats
    first: Mixing
    layers: tuple[Mixing, ...]
    hidden: Dense
    out: Dense

    def __call__(self, windows: npt.NDArray[np.int32]) -> Floats:
        """Return the outputs for windows of word numbers.

        Args:
            windows: ``(words, windows)``: time runs along the first axis.

        Returns:
            ``(words, windows, outputs)``, not yet probabilities.
        """
        n_windows, n_rows, width = windows.shape[1], windows.size, self.first.gates.weight.shape[1]
        gates, carried, state = (np.empty((n_rows, width), np.float32) for _ in range(3))
        self._mix_words(windows, gates, state)
        _carry(gates, state, n_windows)
        for layer in self.layers:
            for rows in _blocks(n_rows):
                layer.gates(state[rows], gates[rows])
                layer.candidates(state[rows], carried[rows])
                _open(gates[rows], carried[rows])
            _carry(gates, carried, n_windows)
            state += carried
        return self._head(state, n_windows).reshape(*windows.shape, -1)

    def _mix_words(self, windows: npt.NDArray[np.int32], gates: Floats, candidates: Floats) -> None:
        ids = windows.ravel()
        bits = int(self.groups.shape[0]).bit_length() - 1
        found = group_ids(windows, bits).reshape(len(ids), -1)
        for rows in _blocks(len(ids)):
            groups = self.groups.take(found[rows], axis=0).reshape(-1, self.first.gates.weight.shape[0])
            for dense, table, mixed in (
                (self.first.gates, self.words.gates.weight, gates[rows]),
                (self.first.candidates, self.words.candidates.weight, candidates[rows]),
            ):
                np.matmul(groups, dense.weight, out=mixed)
                np.add(mixed, table.take(ids[rows], axis=0), out=mixed)
            _open(gates[rows], candidates[rows])

    def _head(self, state: Floats, n_windows: int) -> Floats:
        """Read the outputs off each word's vector and that of the word behind it."""
        width = state.shape[1]
        outputs = np.empty((len(state), len(self.out.bias)), np.float32)
        for rows in _blocks(len(state)):
            pairs = np.zeros((rows.stop - rows.start, 2 * width), np.float32)
            pairs[:, :width] = state[rows]
            behind = state[rows.start + n_windows : rows.stop + n_windows]
            pairs[: len(behind), width:] = behind
            hidden = np.empty((len(pairs), len(self.hidden.bias)), np.float32)
            self.hidden(pairs, hidden)
            np.maximum(hidden, 0, out=hidden)
            self.out(hidden, outputs[rows])
        return outputs


def _blocks(n_rows: int) -> Iterator[slice]:
    return (slice(start, min(start + _BLOCK, n_rows)) for start in range(0, n_rows, _BLOCK))


def _open(gates: Floats, candidates: Floats) -> None:
    """Turn negated gates into shares that are kept, and weigh each candidate by the share that it replaces."""
    np.exp(gates, out=gates)
    candidates *= gates
    gates += 1
    np.reciprocal(gates, out=gates)
    candidates *= gates


def _carry(gates: Floats, carried: Floats, n_windows: int) -> None:
    """Carry candidates along the text: the first half of the columns forwards, the second half backwards."""
    half = gates.shape[1] // 2
    shape = (-1, n_windows, gates.shape[1])
    kept, state = gates.reshape(shape), carried.reshape(shape)
    product = np.empty((n_windows, half), np.float32)
    for along, columns in ((slice(None), slice(half)), (slice(None, None, -1), slice(half, None))):
        keep, said = kept[along, :, columns], state[along, :, columns]
        for step in range(1, len(said)):
            np.multiply(keep[step], said[step - 1], out=product)
            said[step] += product


def network_of(tensors: Mapping[str, npt.NDArray[Any]]) -> Network:
    """Build the network from tensors as they are stored: tables in eight bits with a scale a row, the rest as it is."""
    words = _expanded(tensors, "words")
    width = words.shape[1]
    first = _mixing(tensors, "first")
    n_layers = sum(name.startswith("layer") and name.endswith("weight") for name in tensors)
    return Network(
        words=Mixing(*(_folded(words, dense) for dense in (first.gates, first.candidates))),
        groups=_expanded(tensors, "groups"),
        first=Mixing(
            *(
                Dense(np.ascontiguousarray(dense.weight[width:]), dense.bias)
                for dense in (first.gates, first.candidates)
            )
        ),
        layers=tuple(_mixing(tensors, f"layer{number}") for number in range(n_layers)),
        hidden=_dense(tensors, "hidden"),
        out=_dense(tensors, "out"),
    )


def _folded(words: Floats, dense: Dense) -> Dense:
    """Multiply the words' vectors out once and for all."""
    return Dense(words @ dense.weight[: words.shape[1]] + dense.bias, dense.bias)


def _expanded(tensors: Mapping[str, npt.NDArray[Any]], name: str) -> Floats:
    scale = tensors[f"{name}.scale"].astype(np.float32)[:, None]
    expanded: Floats = tensors[name].astype(np.float32) * scale
    return expanded


def _dense(tensors: Mapping[str, npt.NDArray[Any]], name: str) -> Dense:
    return Dense(*(tensors[f"{name}.{part}"].astype(np.float32) for part in ("weight", "bias")))


def _mixing(tensors: Mapping[str, npt.NDArray[Any]], name: str) -> Mixing:
    """Split a layer's columns into gates, whose sign is turned for the exponential, and candidates."""
    both = _dense(tensors, name)
    half = len(both.bias) // 2
    gates = Dense(np.ascontiguousarray(-both.weight[:, :half]), -both.bias[:half])
    return Mixing(gates, Dense(np.ascontiguousarray(both.weight[:, half:]), both.bias[half:]))
