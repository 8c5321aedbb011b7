"""Train the boundary model: ``python -m tasks.segment.boundary.train ARCHIVE``. Needs the extra ``train`` (PyTorch).

This makes the network over words; ``train_turns.py`` then adds the one over sentences.

One pass over 16 million words takes about eight minutes on one core; the weights that ship took some six. The
same seed gives the same words, batches and noise; sums of floats may differ between processors.
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
from tasks.segment.boundary.features import N_GROUPS, group_ids
from tasks.segment.boundary.noise import FILLERS, IGNORED, UNKNOWN_CASE, Labelled, Noise
from tasks.segment.boundary.vocabulary import PAD, Vocabulary, vocabulary_of

SEED = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of the network; ``half`` is the width of one direction."""

    n_words: int = 30_000
    word_width: int = 128
    group_width: int = 32
    group_bits: int = 18
    half: int = 64
    n_layers: int = 2
    hidden: int = 64


@dataclass(frozen=True, slots=True)
class Schedule:
    """How it is trained.

    A step sees ``n_windows`` windows: four times larger steps lost .1 of F1 after 4 million words. Word groups seen once
    are learned by heart: with half of this dropout and a tenth of this decay, F1 on unseen shows fell after three passes.
    """

    n_words: int = 99_000_000
    n_windows: int = 24
    window: int = 160
    rate: float = 0.004
    warm_up: int = 100
    dropout: float = 0.2
    group_dropout: float = 0.5
    group_decay: float = 0.1
    word_decay: float = 0.03
    weight_decay: float = 0.01
    turn_weight: float = 2.0
    capital_weight: float = 0.5

    @property
    def n_steps(self) -> int:
        """Steps in all."""
        return self.n_words // (self.n_windows * self.window)


def share_of_rate(step: int, n_steps: int, warm_up: int) -> float:
    """Return the share of the learning rate that a step gets: linear at first, then half a cosine down to a fiftieth."""
    cosine = 0.5 * (1 + np.cos(np.pi * step / n_steps))
    return float(min(1.0, step / warm_up) * (0.02 + 0.98 * cosine))


class Carry(torch.autograd.Function):
    """``h[t] = f[t] * h[t - 1] + (1 - f[t]) * c[t]`` along the first axis, and its gradient."""

    @staticmethod
    def forward(
        context: torch.autograd.function.FunctionCtx, gates: torch.Tensor, candidates: torch.Tensor
    ) -> torch.Tensor:
        """Return the averages."""
        state = (1 - gates) * candidates
        for step in range(1, len(gates)):
            state[step].addcmul_(gates[step], state[step - 1])
        context.save_for_backward(gates, candidates, state)
        return state

    @staticmethod
    def backward(
        context: torch.autograd.function.FunctionCtx, *given: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the gradients of gates and candidates."""
        gates, candidates, state = context.saved_tensors
        gradient = given[0].clone()
        for step in range(len(gates) - 2, -1, -1):
            gradient[step].addcmul_(gates[step + 1], gradient[step + 1])
        before = torch.zeros_like(state)
        before[1:] = state[:-1]
        return gradient * (before - candidates), gradient * (1 - gates)


class TrainedNetwork(nn.Module):
    """The network of ``network.py`` as PyTorch trains it."""

    def __init__(self, shape: Shape, schedule: Schedule, n_ids: int) -> None:
        super().__init__()
        self._half, self._dropout, self._group_dropout = shape.half, schedule.dropout, schedule.group_dropout
        width, inputs = 2 * shape.half, shape.word_width + N_GROUPS * shape.group_width
        self.words = nn.Embedding(n_ids, shape.word_width)
        self.groups = nn.Embedding(1 << shape.group_bits, shape.group_width)
        nn.init.normal_(self.words.weight, 0, 0.1)
        nn.init.normal_(self.groups.weight, 0, 0.01)
        self.mixings = nn.ModuleList(
            nn.Linear(inputs if n == 0 else width, 2 * width) for n in range(shape.n_layers)
        )
        for mixing in self.mixings:
            nn.init.zeros_(mixing.bias)
        self.hidden = nn.Linear(2 * width, shape.hidden)
        self.out = nn.Linear(shape.hidden, 6)

    def forward(self, ids: torch.Tensor, groups: torch.Tensor) -> torch.Tensor:
        """Return the outputs for ``(words, windows)``."""
        vectors = self.groups(groups)
        kept = (torch.rand(vectors.shape[:-1]) > self._group_dropout).float() / (1 - self._group_dropout)
        vectors = vectors * kept.unsqueeze(-1)
        inputs = torch.cat([self._dropped(self.words(ids)), vectors.flatten(-2)], -1)
        state = self._carried(self.mixings[0](inputs))
        for mixing in self.mixings[1:]:
            state = state + self._carried(mixing(self._dropped(state)))
        behind = torch.cat([state[1:], torch.zeros_like(state[:1])])
        hidden = F.relu(self.hidden(torch.cat([state, behind], -1)))
        outputs: torch.Tensor = self.out(self._dropped(hidden))
        return outputs

    def _dropped(self, values: torch.Tensor) -> torch.Tensor:
        """Drop whole columns of a window."""
        kept = (torch.rand(1, *values.shape[1:]) > self._dropout).float()
        return values * (kept / (1 - self._dropout))

    def _carried(self, mixed: torch.Tensor) -> torch.Tensor:
        half, width = self._half, 2 * self._half
        gates, candidates = torch.sigmoid(mixed[..., :width]), mixed[..., width:]
        gates, candidates = (self._turned(part, half) for part in (gates, candidates))
        state: torch.Tensor = Carry.apply(gates, candidates)
        return self._turned(state, half)

    @staticmethod
    def _turned(values: torch.Tensor, half: int) -> torch.Tensor:
        """Turn the time of the second half of the columns round."""
        return torch.cat([values[..., :half], values[..., half:].flip(0)], -1)


def labelled(words: pl.DataFrame, vocabulary: Vocabulary, silence: int) -> Labelled:
    """Number the words of gold, with so much silence between documents that ``network.py`` sees before each."""
    behind = words.select(
        pl.col("turn").shift(-1).fill_null(value=False).cast(pl.UInt8),
        capital=pl.when("initial")
        .then(UNKNOWN_CASE)
        .otherwise(pl.col("surface").str.contains(r"\p{Lu}"))
        .cast(pl.UInt8),
    )
    starts = words.select((pl.col("doc") != pl.col("doc").shift(1)).arg_true()).to_series().to_numpy()
    at = np.repeat(starts[1:].astype(np.int64), silence)
    return Labelled(
        np.insert(vocabulary.ids(words["word"]), at, PAD),
        np.insert(words["mark"].to_numpy(), at, IGNORED),
        np.insert(behind["turn"].to_numpy(), at, IGNORED),
        np.insert(behind["capital"].to_numpy(), at, UNKNOWN_CASE),
    )


def batches(text: Labelled, noise: Noise, schedule: Schedule) -> Iterator[tuple[torch.Tensor, ...]]:
    """Yield batches without end: numbers, marks, turns and capitals, each ``(words, windows)``; noise is drawn anew for each pass."""
    while True:
        noisy = noise(text)
        offset = int(noise.random.integers(schedule.window))
        n_windows = (len(noisy.ids) - offset) // schedule.window
        cut = slice(offset, offset + n_windows * schedule.window)
        parts = [
            part[cut].reshape(n_windows, schedule.window)
            for part in (noisy.ids, noisy.mark, noisy.turn, noisy.capital)
        ]
        order = noise.random.permutation(n_windows)
        for first in range(0, n_windows - schedule.n_windows + 1, schedule.n_windows):
            chosen = order[first : first + schedule.n_windows]
            yield tuple(torch.from_numpy(np.ascontiguousarray(part[chosen].T)).long() for part in parts)


def loss_of(outputs: torch.Tensor, labels: tuple[torch.Tensor, ...], schedule: Schedule) -> torch.Tensor:
    """Return the weighted loss of marks, turns and capitals where they are known."""
    mark, turn, capital = labels
    known = mark < IGNORED
    marks = F.cross_entropy(outputs[..., :4][known], mark[known])
    turns = F.binary_cross_entropy_with_logits(outputs[..., 4][known], turn[known].float())
    cased = capital < UNKNOWN_CASE
    capitals = F.binary_cross_entropy_with_logits(outputs[..., 5][cased], capital[cased].float())
    loss: torch.Tensor = marks + schedule.turn_weight * turns + schedule.capital_weight * capitals
    return loss


def fit(network: TrainedNetwork, text: Labelled, noise: Noise, shape: Shape, schedule: Schedule) -> None:
    """Train in place; a line of progress every 500 steps on standard error."""
    optimiser = torch.optim.AdamW(
        [
            {"params": [weight], "weight_decay": _decay(name, schedule)}
            for name, weight in network.named_parameters()
        ],
        betas=(0.9, 0.99),
        fused=True,
    )
    dense = [p for name, p in network.named_parameters() if not name.startswith(("words", "groups"))]
    start = time.perf_counter()
    for step, (ids, *labels) in enumerate(batches(text, noise, schedule)):
        if step == schedule.n_steps:
            return
        for group in optimiser.param_groups:
            group["lr"] = schedule.rate * share_of_rate(step, schedule.n_steps, schedule.warm_up)
        groups = torch.from_numpy(group_ids(ids.numpy(), shape.group_bits))
        loss = loss_of(network(ids, groups), tuple(labels), schedule)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(dense, 1.0)
        optimiser.step()
        if step % 500 == 0:
            pace = (step + 1) * ids.numel() / (time.perf_counter() - start)
            sys.stderr.write(
                f"step {step} of {schedule.n_steps}, loss {loss.item():.4f}, {pace:.0f} words/s\n"
            )


def _decay(name: str, schedule: Schedule) -> float:
    if name.endswith("bias"):
        return 0.0
    return {"groups.weight": schedule.group_decay, "words.weight": schedule.word_decay}.get(
        name, schedule.weight_decay
    )


def tensors_of(network: TrainedNetwork, vocabulary: Vocabulary) -> dict[str, npt.NDArray[np.generic]]:
    """Return the weights as ``network_of`` and ``model_of`` read them: tables in eight bits with a scale a row."""
    tensors: dict[str, npt.NDArray[np.generic]] = {}
    for name in ("words", "groups"):
        tensors |= quantised(name, getattr(network, name).weight)
    mixings = {("first" if n == 0 else f"layer{n - 1}"): mixing for n, mixing in enumerate(network.mixings)}
    for name, dense in (mixings | {"hidden": network.hidden, "out": network.out}).items():
        tensors[f"{name}.weight"] = np.ascontiguousarray(dense.weight.detach().numpy().T)
        tensors[f"{name}.bias"] = dense.bias.detach().numpy()
    for name, lines in (("vocabulary", vocabulary.words), ("surfaces", vocabulary.surfaces)):
        tensors[name] = np.frombuffer("\n".join(lines).encode(), np.uint8)
    return tensors


def quantised(name: str, weight: torch.Tensor) -> dict[str, npt.NDArray[np.generic]]:
    """Return a table in eight bits with a scale a row, as ``table_of`` reads it."""
    table = weight.detach().numpy()
    scale = np.abs(table).max(axis=1) / 127 + 1e-12
    numbers = np.round(table / scale[:, None]).astype(np.int8)
    return {name: numbers, f"{name}.scale": scale.astype(np.float32)}


@click.command()
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--words", "n_words", default=Schedule().n_words, show_default=True, help="Words to see in all."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path(__file__).with_name("weights.npz"),
    show_default=True,
)
def main(archive: Path, n_words: int, out: Path) -> None:
    """Train on the labelled transcripts of a tar ARCHIVE and write the weights."""
    torch.manual_seed(SEED)
    shape, schedule = Shape(), Schedule(n_words=n_words)
    words = read_corpus(archive).filter(pl.col("part") == "train")
    vocabulary = vocabulary_of(words, shape.n_words)
    text = labelled(words, vocabulary, silence=40)
    frequency = np.bincount(text.ids, minlength=vocabulary.size).astype(np.float64) ** 0.75
    frequency[PAD] = 0
    fillers = vocabulary.ids(pl.Series(FILLERS))
    noise = Noise(
        np.random.default_rng(SEED), np.cumsum(frequency / frequency.sum()), fillers, vocabulary.buckets()
    )
    network = TrainedNetwork(shape, schedule, vocabulary.size)
    fit(network, text, noise, shape, schedule)
    np.savez_compressed(out, allow_pickle=False, **tensors_of(network, vocabulary))


if __name__ == "__main__":
    main()
