"""Score found topics against those that editors marked, each show by a model that never saw it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.evaluate.topics_baselines import even, nothing, text_tiling
from tasks.evaluate.topics_gold import read_topics
from tasks.evaluate.topics_train import Examples
from tasks.evaluate.windows import f1, matched, pk, window_diff
from tasks.segment.topics.decode import best_cuts
from tasks.segment.topics.model import Model
from tasks.segment.topics.tokens import tokens_of
from tasks.segment.topics.weights import WITH_TURNS, WITHOUT_TURNS

Flags = npt.NDArray[np.bool_]

_FEWEST_SHOWS = 3
"""With fewer shows there is nothing to learn from without the one that is scored: the shipped model is."""
_RESAMPLES = 1000
_SEED = 7


@dataclass(frozen=True, slots=True)
class Score:
    """One segmenter on one show: means over its episodes.

    Attributes:
        show: The show.
        segmenter: ``topics`` and ``topics, no turns`` are podlake's; ``even`` knows the number of segments.
        held_out: Whether the model was fitted without this show.
        n_episodes: Episodes scored.
        pk: Lower is better.
        gain: Mean Pk of no boundary less this one's.
        gain_low: Lower end of its 95 % interval, by bootstrap over episodes.
        gain_high: Upper end.
        window_diff: Lower is better.
        f1: Of boundaries within 3 sentences or 10 s, over all episodes.
        found: Boundaries found for each one marked.
    """

    show: str
    segmenter: str
    held_out: bool
    n_episodes: int
    pk: float
    gain: float
    gain_low: float
    gain_high: float
    window_diff: float
    f1: float
    found: float

    def as_dict(self) -> dict[str, object]:
        """Return the score for a table or for JSON."""
        return {
            name: round(value, 3) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }


def evaluate_topics(paths: Iterable[Path]) -> list[Score]:
    """Score podlake and the baselines on every show with marked topics below ``paths``.

    With three shows or more, each is scored by a model fitted on the others; with fewer, by the shipped one.
    """
    gold = read_topics(paths)
    examples = Examples.of(gold)
    shows = gold["show"].unique(maintain_order=True).to_list()
    held_out = len(shows) >= _FEWEST_SHOWS
    return [score for show in shows for score in _of_show(show, gold, examples, held_out=held_out)]


def _of_show(show: str, gold: pl.DataFrame, examples: Examples, *, held_out: bool) -> list[Score]:
    """Score every segmenter on one show."""
    models = (WITH_TURNS, WITHOUT_TURNS)
    if held_out:
        models = (
            examples.fitted(without=show, with_turns=True),
            examples.fitted(without=show, with_turns=False),
        )
    episodes = gold.filter(pl.col("show") == show).partition_by("doc", maintain_order=True)
    guesses = [_guesses(episode, examples, models) for episode in episodes]
    rows = {
        name: [_measures(e, guess[name]) for e, guess in zip(episodes, guesses, strict=True)]
        for name in guesses[0]
    }
    none = np.array(rows["no boundary"])[:, 0]
    return [_score(show, name, np.array(found), none, held_out=held_out) for name, found in rows.items()]


def _guesses(episode: pl.DataFrame, examples: Examples, models: tuple[Model, Model]) -> dict[str, Flags]:
    """Segment one episode by every segmenter."""
    reference = episode["starts"].to_numpy()
    gaps = examples.gaps[examples.doc == episode["doc"].item(0)]
    found = {
        "no boundary": nothing(reference),
        "even": even(reference),
        "texttiling": text_tiling(tokens_of(episode)),
    }
    for name, model in zip(("topics", "topics, no turns"), models, strict=True):
        found[name] = nothing(reference)
        found[name][best_cuts(model.probabilities(gaps))] = True
    return found


def _measures(episode: pl.DataFrame, found: Flags) -> tuple[float, float, int, int, int]:
    reference = episode["starts"].to_numpy()
    times = episode["start_s"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    hits = matched(reference, found, times)
    return pk(reference, found), window_diff(reference, found), hits, int(reference.sum()), int(found.sum())


def _score(
    show: str, name: str, rows: npt.NDArray[np.float64], none: npt.NDArray[np.float64], *, held_out: bool
) -> Score:
    """Sum up the episodes of a show, with an interval of the gain."""
    gain = none - rows[:, 0]
    drawn = np.random.default_rng(_SEED).integers(0, len(gain), (_RESAMPLES, len(gain)))
    low, high = np.quantile(gain[drawn].mean(axis=1), (0.025, 0.975))
    hits, marked, found = rows[:, 2:].sum(axis=0)
    return Score(
        show, name, held_out, len(rows), float(rows[:, 0].mean()), float(gain.mean()), float(low), float(high),
        float(rows[:, 1].mean()), f1(int(hits), int(marked), int(found)), float(found / marked),
    )  # fmt: skip
