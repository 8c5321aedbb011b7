"""Layers that both networks are made of: matrix products, and gated averages along the text in both directions.

A layer mixes each vector once (one matrix product), then carries it along the text in both directions by
``h[t] = f[t] * h[t - 1] + (1 - f[t]) * c[t]`` (the minimal gated unit of Feng et al., "Were RNNs all we needed?", 2024):
gates depend on the input alone, so nearly all work is in matrix products over many vectors at once. Single precision on
one thread: at these sizes the matrix products of numpy run near the peak of a core, so no runtime is needed.

Matrix products run window by window: a row's sum may round otherwise in another place of the product, and what is said
of a document must not depend on what runs beside it. Only the steps along the text run over all windows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Tensors = Mapping[str, npt.NDArray[Any]]


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


def carried(mixed: Iterable[Floats], shape: tuple[int, int, int]) -> Floats:
    """Return the gated averages of windows.

    Args:
        mixed: What a layer made of each window, ``(vectors, 4 * half)``, and may be written over: forget gates forwards
            and backwards, with their sign turned for the exponential, and candidates forwards and backwards.
        shape: Vectors in a window, windows, ``half``.

    Returns:
        ``(2, vectors, windows, half)``, forwards and backwards.
    """
    gates, state = (np.empty((2, *shape), np.float32) for _ in range(2))
    for number, window in enumerate(mixed):
        _open(window, gates[:, :, number], state[:, :, number])
    _carry(gates, state)
    return state


def deepened(state: Floats, layers: Sequence[Callable[[Floats], Floats]]) -> Floats:
    """Add to a state, in place, what each layer makes of it; shaped as ``carried`` returns it."""
    for layer in layers:
        state += carried((layer(both) for both in windows_of(state)), state.shape[1:])
    return state


def windows_of(state: Floats) -> Iterable[Floats]:
    """Yield the vectors of each window, both directions side by side: ``(vectors, 2 * half)``."""
    return (np.concatenate(state[:, :, number], axis=1) for number in range(state.shape[2]))


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


def table_of(tensors: Tensors, name: str) -> Floats:
    """Read a table that is stored in eight bits with a scale a row."""
    scale = tensors[f"{name}.scale"].astype(np.float32)[:, None]
    expanded: Floats = tensors[name].astype(np.float32) * scale
    return expanded


def dense_of(tensors: Tensors, name: str) -> Dense:
    """Read a matrix product."""
    return Dense(*(tensors[f"{name}.{part}"].astype(np.float32) for part in ("weight", "bias")))


def mixing_of(tensors: Tensors, name: str) -> Dense:
    """Read a layer whose first half of columns are gates, and turn their sign."""
    mixing = dense_of(tensors, name)
    sign = np.repeat(np.array([-1, 1], np.float32), len(mixing.bias) // 2)
    return Dense(mixing.weight * sign, mixing.bias * sign)


def mixings_of(tensors: Tensors, prefix: str) -> tuple[Dense, ...]:
    """Read the layers ``<prefix>0``, ``<prefix>1`` and so on."""
    names = [name for name in tensors if name.startswith(prefix) and name.endswith(".weight")]
    return tuple(mixing_of(tensors, f"{prefix}{number}") for number in range(len(names)))
