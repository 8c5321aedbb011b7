"""Count what a restorer got right, and turn counts into scores with bootstrap intervals."""

from __future__ import annotations

import numpy as np
import polars as pl

from tasks.segment.gold import COMMA, NONE, PERIOD, QUESTION

COUNTS = pl.Schema(
    {"metric": pl.String(), "n_right": pl.Int64(), "n_predicted": pl.Int64(), "n_gold": pl.Int64()}
)
"""n_right: asserted and true. n_predicted: asserted. n_gold: true."""

METRICS = (
    "sentence",
    "comma",
    "question",
    "any mark",
    "turn",
    "turn within 3",
    "case",
)
NEAR = 3
"""Words that a turn may lie off to count as near."""
N_BINS = 10
N_RESAMPLES = 1_000
_SEED = 20_261_125
_CAPITAL = r"\p{Lu}"
_RESTORED = ("mark_restored", "turn_restored", "surface_restored", "p_end", "p_turn")

_SCORED = {
    "sentence": (pl.col("mark") >= PERIOD, pl.col("mark_restored") >= PERIOD),
    "comma": (pl.col("mark") == COMMA, pl.col("mark_restored") == COMMA),
    "question": (pl.col("mark") == QUESTION, pl.col("mark_restored") == QUESTION),
    "any mark": (pl.col("mark") > NONE, pl.col("mark_restored") > NONE),
    "turn": (pl.col("turn"), pl.col("turn_restored")),
    "case": (pl.col("surface").str.contains(_CAPITAL), pl.col("surface_restored").str.contains(_CAPITAL)),
}
_HEADS = {"sentence": ("p_end", pl.col("mark") >= PERIOD), "turn": ("p_turn", pl.col("turn"))}


def beside(gold: pl.DataFrame, restored: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Put what was restored beside the gold, with what may be scored of each word.

    Nothing is scored for the mark behind the last word of a document and for a turn at its first, which are no
    finds; nor for turns in documents without labels, for case in documents without capitals, and for the case of words
    that start a sentence in the gold. A capital behind a sentence end that is none counts as wrong: a reader sees it.

    Args:
        gold: As ``tasks.segment.gold.GOLD``.
        restored: As ``tasks.evaluate.baselines.Restore`` returns.
        facts: ``doc``, ``has_turns`` and ``has_case``, a row a document.
    """
    renamed = restored.rename({name: f"{name}_restored" for name in ("mark", "turn", "surface")})
    words = gold.hstack(renamed.select(_RESTORED)).join(
        facts.select("doc", "has_turns", "has_case"), on="doc", how="left", maintain_order="left"
    )
    last = (pl.col("doc") != pl.col("doc").shift(-1)).fill_null(value=True)
    first = (pl.col("doc") != pl.col("doc").shift(1)).fill_null(value=True)
    return words.with_columns(
        scores_mark=~last,
        scores_turn=pl.col("has_turns") & ~first,
        scores_case=pl.col("has_case") & ~pl.col("initial"),
    )


def count(words: pl.DataFrame) -> pl.DataFrame:
    """Return ``doc`` and the columns of ``COUNTS``, a row a document and metric, of words that ``beside`` returned."""
    parts = [
        words.filter(_scored(metric))
        .group_by("doc")
        .agg(
            metric=pl.lit(metric),
            n_right=_right(metric).sum(),
            n_predicted=predicted.sum(),
            n_gold=true.sum(),
        )
        for metric, (true, predicted) in _SCORED.items()
    ]
    exact = parts[list(_SCORED).index("turn")]
    near = exact.drop("n_right").join(near_turns(words), on="doc", how="left")
    near = near.with_columns(metric=pl.lit("turn within 3"), n_right=pl.col("n_right").fill_null(0))
    columns = ["doc", *COUNTS.names()]
    counts = pl.concat([part.select(columns).cast(COUNTS) for part in [*parts, near]])
    return counts.sort("doc", "metric")


def _scored(metric: str) -> pl.Expr:
    return pl.col({"turn": "scores_turn", "case": "scores_case"}.get(metric, "scores_mark"))


def _right(metric: str) -> pl.Expr:
    true, predicted = _SCORED[metric]
    exact = pl.col("surface") == pl.col("surface_restored")
    return true & predicted & exact if metric == "case" else true & predicted


def near_turns(words: pl.DataFrame) -> pl.DataFrame:
    """Count in each document the gold turns that a restored turn lies within three words of; ``doc``, ``n_right``.

    Turns are matched one to one and in order, each to the first that is near enough, which matches the most.
    """
    scored = words.with_row_index("at").filter("scores_turn")
    docs = scored["doc"].rle_id().cast(pl.Int64) * (NEAR + 1)  # no match reaches into the next document
    scored = scored.with_columns(at=pl.col("at").cast(pl.Int64) + docs)
    gold, restored = scored.filter("turn"), scored.filter("turn_restored")
    matched = _matched(gold["at"].to_list(), restored["at"].to_list())
    return gold.select("doc")[matched].group_by("doc").agg(n_right=pl.len().cast(pl.Int64))


def _matched(gold: list[int], restored: list[int]) -> list[int]:
    """Return the indices of the gold places that get a restored one."""
    matched = []
    i = j = 0
    while i < len(gold) and j < len(restored):
        off = restored[j] - gold[i]
        if abs(off) <= NEAR:
            matched.append(i)
            i, j = i + 1, j + 1
        elif off < 0:
            j += 1
        else:
            i += 1
    return matched


def reliability(words: pl.DataFrame) -> pl.DataFrame:
    """Count words by ten bins of probability: ``head``, ``bin``, ``n``, ``n_true`` and the sum ``p`` of probabilities."""
    parts = [
        words.filter(_scored(head))
        .select(
            head=pl.lit(head),
            bin=(pl.col(p) * N_BINS).floor().clip(0, N_BINS - 1).cast(pl.Int64),
            p=pl.col(p),
            true=true,
        )
        .group_by("head", "bin")
        .agg(
            pl.len().cast(pl.Int64).alias("n"),
            n_true=pl.col("true").sum().cast(pl.Int64),
            p=pl.col("p").sum(),
        )
        for head, (p, true) in _HEADS.items()
    ]
    return pl.concat(parts)


def calibration_error(bins: pl.DataFrame) -> dict[str, float]:
    """Return the expected calibration error of each head: the mean gap between probability and share, by words."""
    gaps = bins.group_by("head").agg(ece=(pl.col("p") - pl.col("n_true")).abs().sum() / pl.col("n").sum())
    return dict(gaps.sort("head").iter_rows())


def scored(counts: pl.DataFrame) -> pl.DataFrame:
    """Return micro-averaged precision, recall and F1 of each metric, with a bootstrap interval of F1.

    The 95 % interval is that of 1,000 resamples of episodes with a fixed seed; a single episode has none.

    Args:
        counts: ``episode`` and the columns of ``COUNTS``.
    """
    sums = counts.group_by("metric").agg(pl.col("n_right", "n_predicted", "n_gold").sum())
    sums = sums.filter(pl.col("n_predicted") + pl.col("n_gold") > 0)
    right, f1 = pl.col("n_right"), 2 * pl.col("n_right") / (pl.col("n_predicted") + pl.col("n_gold"))
    share = {"precision": "n_predicted", "recall": "n_gold"}
    sums = sums.with_columns(
        f1=f1, **{name: pl.when(pl.col(of) > 0).then(right / pl.col(of)) for name, of in share.items()}
    )
    order = pl.Enum(METRICS)
    joined = sums.join(_intervals(counts), on="metric", how="left").sort(pl.col("metric").cast(order))
    names = ("metric", "precision", "recall", "f1", "f1_low", "f1_high", "n_right", "n_predicted", "n_gold")
    return joined.select(names)


def _intervals(counts: pl.DataFrame) -> pl.DataFrame:
    """Return ``metric``, ``f1_low`` and ``f1_high``."""
    episodes = counts["episode"].unique().sort()
    parts = {"metric": pl.String, "f1_low": pl.Float64, "f1_high": pl.Float64}
    if len(episodes) < 2:  # noqa: PLR2004  one episode says nothing about others
        return pl.DataFrame(schema=parts)
    chance = np.full(len(episodes), 1 / len(episodes))
    weights = np.random.default_rng(_SEED).multinomial(len(episodes), chance, size=N_RESAMPLES)
    rows = []
    by_episode = counts.group_by("metric", "episode").agg(pl.col("n_right", "n_predicted", "n_gold").sum())
    for (metric,), part in by_episode.group_by("metric"):
        aligned = episodes.to_frame().join(part, on="episode", how="left", maintain_order="left").fill_null(0)
        sums = weights @ aligned.select("n_right", "n_predicted", "n_gold").to_numpy()
        both = sums[:, 1] + sums[:, 2]
        f1 = 2 * sums[both > 0, 0] / both[both > 0]
        if f1.size:
            rows.append((metric, *np.quantile(f1, [0.025, 0.975]).tolist()))
    return pl.DataFrame(rows, schema=parts, orient="row")
