"""The network over units against its definition, written out unit by unit in double precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tasks.segment.boundary.turns import N_BAG, N_FACTS, Units, turn_network_of, units_of

HALF, WIDTH, HIDDEN, N_OWN, N_IDS = 3, 4, 5, 30, 40
BUCKETS = 1 + np.arange(N_IDS, dtype=np.int32) % 7

Tensors = dict[str, npt.NDArray[Any]]


@pytest.fixture
def tensors() -> Tensors:
    chance = np.random.default_rng(5)
    words = chance.integers(-127, 128, (N_OWN, WIDTH)).astype(np.int8)
    words[0] = 0
    found: Tensors = {"turns.words": words, "turns.words.scale": np.full(N_OWN, 0.01, np.float32)}
    shapes = {"first": (9 * WIDTH + N_FACTS, 2 * HALF), "layer0": (2 * HALF, 4 * HALF)}
    shapes |= {"hidden": (4 * HALF, HIDDEN), "out": (HIDDEN, 1)}
    for name, shape in shapes.items():
        found[f"turns.{name}.weight"] = chance.normal(size=shape).astype(np.float32)
        found[f"turns.{name}.bias"] = chance.normal(size=shape[1]).astype(np.float32)
    return found


def text(lengths: list[int], seed: int = 1) -> tuple[npt.NDArray[np.int32], Units]:
    """Documents of so many words, cut at random; the source shows the ends of the first."""
    chance = np.random.default_rng(seed)
    n = sum(lengths)
    is_last = np.zeros(n, bool)
    is_last[np.cumsum(lengths) - 1] = True
    share = [chance.random(n).astype(np.float32) for _ in range(3)]
    units = units_of(
        is_last=is_last,
        ends=chance.random(n) < 0.2,
        asks=share[0],
        p_end=share[1],
        p_turn=share[2],
        is_known=np.arange(n) < lengths[0],
    )
    return chance.integers(1, N_IDS, n).astype(np.int32), units


def sigmoid(x: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.asarray(1 / (1 + np.exp(-x)))


def by_definition(ids: npt.NDArray[np.int32], units: Units, tensors: Tensors) -> npt.NDArray[Any]:
    wide = {name.removeprefix("turns."): tensor.astype(np.float64) for name, tensor in tensors.items()}
    vectors = wide["words"] * wide["words.scale"][:, None]
    told = []
    for first, n_words, facts in zip(units.first, units.n_words, units.facts, strict=True):
        said = [n if n < N_OWN else BUCKETS[n] for n in ids[first : first + n_words]]
        places = [*(said + [0] * 5)[:5], *(said[::-1] + [0] * 3)[:3]]
        bag = said[:N_BAG]
        told.append([*vectors[places].ravel(), *facts, *(vectors[bag].sum(axis=0) / np.sqrt(1 + len(bag)))])
    silence = [[0.0] * len(told[0])] * 128
    window = [*silence[:8], *told, *silence][:128]
    state = np.maximum(np.array(window) @ wide["first.weight"] + wide["first.bias"], 0)
    mixed = state @ wide["layer0.weight"] + wide["layer0.bias"]
    gates, candidates = sigmoid(mixed[:, : 2 * HALF]), mixed[:, 2 * HALF :]
    for columns, order in ((slice(HALF), range(len(state))), (slice(HALF, None), range(len(state))[::-1])):
        carried = np.zeros(HALF)
        for step in order:
            gate = gates[step, columns]
            carried = gate * carried + (1 - gate) * candidates[step, columns]
            state[step, columns] += carried
    before = np.concatenate([state[:1], state[:-1]])
    hidden = np.concatenate([before, state], axis=1) @ wide["hidden.weight"] + wide["hidden.bias"]
    odds = np.maximum(hidden, 0) @ wide["out.weight"] + wide["out.bias"]
    return sigmoid(odds[8 : 8 + len(told), 0])


def test_probabilities_are_those_of_the_definition(tensors: Tensors) -> None:
    ids, units = text([400])
    assert 40 < len(units.first) <= 112, "one window holds them all"
    found = turn_network_of(tensors, BUCKETS)(ids, units)
    np.testing.assert_allclose(found[1:], by_definition(ids, units, tensors)[1:], atol=1e-4)
    assert found[0] == 0


def test_a_document_gives_the_same_bits_in_any_company(tensors: Tensors) -> None:
    network = turn_network_of(tensors, BUCKETS)
    ids, units = text([900, 5, 1300, 1])
    together = network(ids, units)
    starts = np.flatnonzero(units.is_new)
    for first, end in zip(starts, [*starts[1:], len(units.first)], strict=True):
        words = slice(units.first[first], units.first[end - 1] + units.n_words[end - 1])
        part = slice(first, end)
        alone = Units(
            units.first[part] - units.first[first], units.n_words[part], units.is_new[part], units.facts[part]
        )
        assert (network(ids[words], alone) == together[part]).all()


def test_what_the_words_say_of_turns_is_not_heard_where_the_source_shows_sentences() -> None:
    _, units = text([300, 300])
    in_first = units.first < 300
    assert (units.facts[in_first, 2] == 1).all()
    assert (units.facts[in_first, 3] == 0).all()
    assert (units.facts[in_first, 4] == 1).all()
    assert (units.facts[~in_first, 2] == 0).all()
    assert len(set(units.facts[~in_first, 3])) > 20
