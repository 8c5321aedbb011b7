"""The network against its definition, written out word by word in double precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tasks.segment.boundary.features import Windows, group_ids
from tasks.segment.boundary.network import network_of

HALF, WORD, GROUP, BITS, HIDDEN, N_IDS = 3, 5, 2, 6, 4, 40

Tensors = dict[str, npt.NDArray[Any]]


@pytest.fixture
def tensors() -> Tensors:
    chance = np.random.default_rng(5)

    def draw(*shape: int) -> npt.NDArray[Any]:
        return chance.normal(size=shape).astype(np.float32)

    found: Tensors = {
        "words": chance.integers(-127, 128, (N_IDS, WORD)).astype(np.int8),
        "words.scale": np.abs(draw(N_IDS)) / 100,
        "groups": chance.integers(-127, 128, (1 << BITS, GROUP)).astype(np.int8),
        "groups.scale": np.abs(draw(1 << BITS)) / 100,
    }
    shapes = {"first": (WORD + 3 * GROUP, 4 * HALF), "layer0": (2 * HALF, 4 * HALF)}
    shapes |= {"hidden": (4 * HALF, HIDDEN), "out": (HIDDEN, 6)}
    for name, shape in shapes.items():
        found |= {f"{name}.weight": draw(*shape), f"{name}.bias": draw(shape[1])}
    return found


def sigmoid(x: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.asarray(1 / (1 + np.exp(-x)))


def layer(inputs: npt.NDArray[Any], weight: npt.NDArray[Any], bias: npt.NDArray[Any]) -> npt.NDArray[Any]:
    mixed = inputs @ weight + bias
    gates, candidates = sigmoid(mixed[:, : 2 * HALF]), mixed[:, 2 * HALF :]
    out: npt.NDArray[Any] = np.zeros_like(candidates)
    for columns, order in ((slice(HALF), range(len(out))), (slice(HALF, None), range(len(out) - 1, -1, -1))):
        state = np.zeros(HALF)
        for step in order:
            gate = gates[step, columns]
            state = gate * state + (1 - gate) * candidates[step, columns]
            out[step, columns] = state
    return out


def by_definition(ids: npt.NDArray[np.int32], tensors: Tensors) -> npt.NDArray[Any]:
    wide = {name: tensor.astype(np.float64) for name, tensor in tensors.items()}
    words = (wide["words"] * wide["words.scale"][:, None])[ids]
    groups = (wide["groups"] * wide["groups.scale"][:, None])[group_ids(ids, BITS)]
    inputs = np.concatenate([words, groups.reshape(len(ids), -1)], axis=1)
    state = layer(inputs, wide["first.weight"], wide["first.bias"])
    state = state + layer(state, wide["layer0.weight"], wide["layer0.bias"])
    behind = np.concatenate([state[1:], np.zeros_like(state[:1])])
    hidden = np.maximum(
        np.concatenate([state, behind], axis=1) @ wide["hidden.weight"] + wide["hidden.bias"], 0
    )
    return np.asarray(hidden @ wide["out.weight"] + wide["out.bias"])


def test_outputs_are_those_of_the_definition(tensors: Tensors) -> None:
    windows = np.random.default_rng(1).integers(0, N_IDS, (3, 20)).astype(np.int32)
    found = network_of(tensors)(windows)
    for ids, outputs in zip(windows, found, strict=True):
        # The last word of a window sees what a bias makes of nothing; it is margin.
        np.testing.assert_allclose(outputs[:-1], by_definition(ids, tensors)[:-1], atol=1e-4)


def test_a_window_gives_the_same_bits_in_any_company(tensors: Tensors) -> None:
    windows = np.random.default_rng(2).integers(0, N_IDS, (9, 64)).astype(np.int32)
    network = network_of(tensors)
    together = network(windows)
    for number in range(9):
        assert (network(windows[number : number + 1])[0] == together[number]).all()


@pytest.mark.parametrize("lengths", [[1], [7, 1, 30], [8, 16, 24, 100]])
def test_windows_overlap_and_answer_for_each_word_once(lengths: list[int]) -> None:
    windows = Windows(n_words=12, margin=2)
    ids = np.arange(1, sum(lengths) + 1, dtype=np.int32)
    cut, at = windows.cut(ids, np.array(lengths))
    assert cut.ravel()[at].tolist() == ids.tolist()
    assert len(set(at.tolist())) == len(ids)
    for document in np.split(ids, np.cumsum(lengths)[:-1]):
        padded = np.concatenate([np.zeros(2), document, np.zeros(20)])
        rows = cut[np.isin(cut[:, 2], document)]
        for number, row in enumerate(rows):
            assert row.tolist() == padded[number * 8 : number * 8 + 12].tolist()
