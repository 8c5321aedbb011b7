"""Train the network over sentences: ``python -m tasks.segment.boundary.train_turns ARCHIVE``. Needs the extra ``train``.

It learns from the same text twice: cut where sentences are known to end, and cut where the network over words, which must be trained
before, finds that they may. Eight million units take some seven minutes on one core.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt
import polars as pl
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812  PyTorch's own name for it

from tasks.segment.boundary.corpus import read_corpus
from tasks.segment.boundary.features import Windows
from tasks.segment.boundary.layers import Tensors
from tasks.segment.boundary.model import (
    Text,
    gaps_of,
    may_be_sentences,
    outputs_of,
    text_of,
    vocabulary_in,
    with_known,
)
from tasks.segment.boundary.network import network_of
from tasks.segment.boundary.train import SEED, Carry, quantised, share_of_rate
from tasks.segment.boundary.turns import N_FACTS, N_FIRST, N_LAST, Units
from tasks.segment.boundary.vocabulary import N_BUCKETS, PAD, Ids
from tasks.segment.gold import NONE, PERIOD

_HINT, _KNOWN = 3, 2
_SILENCE = 16
"""Units of silence between documents: no window sees across."""
_IGNORED = 2
"""Label of silence, and of a document's first unit."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of the network; ``half`` is the width of one direction."""

    n_words: int = 12_000
    width: int = 48
    half: int = 64
    n_layers: int = 2
    hidden: int = 64


@dataclass(frozen=True, slots=True)
class Schedule:
    """How it is trained.

    The network over words knows the text that it was trained on better than any other, so what it says is blurred.
    """

    n_units: int = 8_000_000
    n_windows: int = 12
    window: int = 64
    rate: float = 0.004
    warm_up: int = 100
    dropout: float = 0.2
    unknown: float = 0.05
    blur: float = 0.3
    word_decay: float = 0.03
    weight_decay: float = 0.01

    @property
    def n_steps(self) -> int:
        """Steps in all."""
        return self.n_units // (self.n_windows * self.window)


@dataclass(frozen=True, slots=True)
class Labelled:
    """Units in order, with silence between documents: what the network is told of each, and what it is to say."""

    places: Ids
    bag: Ids
    facts: npt.NDArray[np.float32]
    turn: npt.NDArray[np.uint8]

    def take(self, at: npt.NDArray[np.intp]) -> Labelled:
        """Return some of the units."""
        return Labelled(self.places[at], self.bag[at], self.facts[at], self.turn[at])


class TrainedTurnNetwork(nn.Module):
    """The network of ``turns.py`` as PyTorch trains it."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self._half, self._dropout = shape.half, dropout
        width = 2 * shape.half
        self.words = nn.Embedding(1 + N_BUCKETS + shape.n_words, shape.width, padding_idx=PAD)
        nn.init.normal_(self.words.weight, 0, 0.1)
        with torch.no_grad():
            self.words.weight[PAD] = 0
        self.first = nn.Linear((N_FIRST + N_LAST + 1) * shape.width + N_FACTS, width)
        self.layers = nn.ModuleList(nn.Linear(width, 2 * width) for _ in range(shape.n_layers))
        for layer in self.layers:
            nn.init.zeros_(layer.bias)
        self.hidden = nn.Linear(2 * width, shape.hidden)
        self.out = nn.Linear(shape.hidden, 1)

    def forward(self, places: torch.Tensor, bag: torch.Tensor, facts: torch.Tensor) -> torch.Tensor:
        """Return the logits for ``(units, windows)``."""
        counted = (bag != PAD).sum(-1, keepdim=True)
        # Summed by an embedding bag, which keeps no vector of each word for the gradient.
        summed = F.embedding_bag(bag.flatten(0, 1), self.words.weight, mode="sum", padding_idx=PAD)
        bagged = summed.unflatten(0, bag.shape[:2]) / (1 + counted).sqrt()
        told = [self._dropped(self.words(places).flatten(-2)), facts, self._dropped(bagged)]
        state = F.relu(self.first(torch.cat(told, -1)))
        for layer in self.layers:
            state = state + self._carried(layer(self._dropped(state)))
        before = torch.cat([torch.zeros_like(state[:1]), state[:-1]])
        hidden = F.relu(self.hidden(torch.cat([before, state], -1)))
        logits: torch.Tensor = self.out(self._dropped(hidden)).squeeze(-1)
        return logits

    def _dropped(self, values: torch.Tensor) -> torch.Tensor:
        return F.dropout(values, self._dropout)

    def _carried(self, mixed: torch.Tensor) -> torch.Tensor:
        half, width = self._half, 2 * self._half
        gates, candidates = torch.sigmoid(mixed[..., :width]), mixed[..., width:]
        ways = [(slice(half), False), (slice(half, None), True)]
        parts = [
            self._one_way(gates[..., part], candidates[..., part], turned=turned) for part, turned in ways
        ]
        return torch.cat(parts, -1)

    @staticmethod
    def _one_way(gates: torch.Tensor, candidates: torch.Tensor, *, turned: bool) -> torch.Tensor:
        order = [0] if turned else []
        carried: torch.Tensor = Carry.apply(gates.flip(order), candidates.flip(order))
        return carried.flip(order)


def labelled(units: Units, ids: Ids, turn: npt.NDArray[np.bool_]) -> Labelled:
    """Lay units out with silence before each document.

    Args:
        units: Units of all documents.
        ids: Words, as the network's own table numbers them.
        turn: Whether another speaker begins with each word.
    """
    label = np.where(units.is_new, _IGNORED, turn[units.first]).astype(np.uint8)
    silence = np.repeat(np.flatnonzero(units.is_new), _SILENCE)
    return Labelled(
        np.insert(units.places(ids), silence, PAD, axis=0),
        np.insert(units.bag(ids), silence, PAD, axis=0),
        np.insert(units.facts, silence, 0, axis=0),
        np.insert(label, silence, _IGNORED),
    )


def batches(text: Labelled, random: np.random.Generator, schedule: Schedule) -> Iterator[Labelled]:
    """Yield batches without end, ``(units, windows, ...)``, with some words unknown and hints blurred."""
    while True:
        offset = int(random.integers(schedule.window))
        n_windows = (len(text.turn) - offset) // schedule.window
        order = random.permutation(n_windows)
        for first in range(0, n_windows - schedule.n_windows + 1, schedule.n_windows):
            starts = offset + order[first : first + schedule.n_windows] * schedule.window
            batch = text.take(starts + np.arange(schedule.window)[:, None])
            for words in (batch.places, batch.bag):
                lost = (random.random(words.shape) < schedule.unknown) & (words != PAD)
                words[lost] = 1 + words[lost] % N_BUCKETS
            is_told = (batch.facts[..., _KNOWN] == 0) & (batch.turn != _IGNORED)
            batch.facts[..., _HINT] += is_told * random.normal(0, schedule.blur, is_told.shape)
            yield batch


def fit(network: TrainedTurnNetwork, texts: tuple[Labelled, Labelled], schedule: Schedule) -> None:
    """Train in place on both texts by turns; a line of progress every 500 steps on standard error."""
    others = [weight for name, weight in network.named_parameters() if not name.startswith("words")]
    optimiser = torch.optim.AdamW(
        [
            {"params": [network.words.weight], "weight_decay": schedule.word_decay},
            {"params": others, "weight_decay": schedule.weight_decay},
        ],
        betas=(0.9, 0.99),
        fused=True,
    )
    random = np.random.default_rng(SEED)
    streams = [batches(text, random, schedule) for text in texts]
    start = time.perf_counter()
    for step in range(schedule.n_steps):
        for group in optimiser.param_groups:
            group["lr"] = schedule.rate * share_of_rate(step, schedule.n_steps, schedule.warm_up)
        batch = next(streams[step % len(streams)])
        given = (torch.from_numpy(part).long() for part in (batch.places, batch.bag))
        logits = network(*given, torch.from_numpy(batch.facts))
        known = torch.from_numpy(batch.turn != _IGNORED)
        loss = F.binary_cross_entropy_with_logits(logits[known], torch.from_numpy(batch.turn).float()[known])
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(others, 1.0)
        optimiser.step()
        if step % 500 == 0:
            pace = (step + 1) * batch.turn.size / (time.perf_counter() - start)
            sys.stderr.write(
                f"step {step} of {schedule.n_steps}, loss {loss.item():.4f}, {pace:.0f} units/s\n"
            )


def texts_of(words: pl.DataFrame, tensors: Tensors, n_words: int) -> tuple[Labelled, Labelled]:
    """Cut gold where its sentences end, and where the network over words finds that they may."""
    vocabulary, turn = vocabulary_in(tensors), words["turn"].to_numpy()
    ids = vocabulary.ids(words["word"])
    own = np.where(ids < 1 + N_BUCKETS + n_words, ids, vocabulary.buckets()[ids]).astype(np.int32)
    bare = text_of(words.select("doc"))
    gaps = gaps_of(outputs_of(network_of(tensors), ids, bare.lengths, Windows()))
    ends = np.where(words["mark"] >= PERIOD, words["mark"], NONE).astype(np.float32)
    known = Text(bare.lengths, np.ones_like(bare.is_known), ends)
    found, edited = (
        labelled(may_be_sentences(with_known(gaps, text), text), own, turn) for text in (bare, known)
    )
    return found, edited


def tensors_of(network: TrainedTurnNetwork) -> dict[str, npt.NDArray[np.generic]]:
    """Return the weights as ``turn_network_of`` reads them."""
    tensors = quantised("turns.words", network.words.weight)
    layers = {f"turns.layer{n}": layer for n, layer in enumerate(network.layers)}
    ends = {"turns.first": network.first, "turns.hidden": network.hidden, "turns.out": network.out}
    for name, dense in (ends | layers).items():
        tensors[f"{name}.weight"] = np.ascontiguousarray(dense.weight.detach().numpy().T)
        tensors[f"{name}.bias"] = dense.bias.detach().numpy()
    return tensors


@click.command()
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--units", "n_units", default=Schedule().n_units, show_default=True, help="Units to see in all."
)
@click.option(
    "--weights",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=Path(__file__).with_name("weights.npz"),
    show_default=True,
    help="What train.py wrote; the network over sentences is put beside it.",
)
def main(archive: Path, n_units: int, weights: Path) -> None:
    """Train on the labelled transcripts of a tar ARCHIVE."""
    torch.manual_seed(SEED)
    shape, schedule = Shape(), Schedule(n_units=n_units)
    with np.load(weights) as stored:
        tensors = {name: stored[name] for name in stored.files if not name.startswith("turns.")}
    words = read_corpus(archive).filter(pl.col("part") == "train")
    network = TrainedTurnNetwork(shape, schedule.dropout)
    fit(network, texts_of(words, tensors, shape.n_words), schedule)
    np.savez_compressed(weights, allow_pickle=False, **tensors, **tensors_of(network))


if __name__ == "__main__":
    main()
