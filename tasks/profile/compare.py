"""Compare the profile of a run with the runs before it: how far it lies, and whether the archive has changed.

Everything is counted in steps of the metric's scale. The distance tells at once that the documents of a run are
unlike those before, the change point that runs have been unlike them together, be each of them ever so small.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.profile.summary import CELL
from warehouse.contracts import PROFILE
from warehouse.metrics import N_STEPS

LOOKED_BACK = 30
"""Runs that make the past: a month of daily runs. What changed for good is the past itself after some of them."""

FEWEST_RUNS, FEWEST_DOCUMENTS = 5, 10
"""A past of less tells neither a level nor a spread."""

FEWEST_IN_RUN = 3
"""One odd document is no drift, and two tell no distribution."""

SLACK, LIMIT = 1.0, 5.0
"""CUSUM's k and h (Page, Continuous inspection schemes, Biometrika 41, 1954) for shifts of two standard errors. By
Siegmund's approximation it raises a false alarm once in some 56,000 runs; with the usual k of 0.5 it would be 930 at best,
and an archive holds ten metrics of each podcast to it."""

_MOST_AT_ONCE = 4.0
"""Standard errors that one run counts for: a change point takes two, an outlier alone is none (Lucas and Crosier,
Robust CUSUM, Communications in Statistics 11, 1982)."""

HISTORY = pl.Schema(
    {
        name: PROFILE.polars_schema[name]
        for name in (*CELL, "run_id", "n", "value", "n_by_step", "z", "rise", "fall", "is_change")
    }
)
"""The columns of past rows that a comparison reads."""

_OFF = 4.0
"""Standard errors from which on a run waits for a change point before it is part of the past."""

_TINY = 1e-9
"""Keeps what is empty from being divided by nought."""

_MEDIAN_OF_CHI_SQUARE = 0.4549
"""Of one degree of freedom: turns a median square into a variance that one run that was off does not widen."""

_Matrix = npt.NDArray[np.float64]
_STEPS = np.arange(N_STEPS, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Past:
    """The past of each row of a profile.

    Attributes:
        n_runs: Runs.
        by_step: Documents by step, ``(rows, N_STEPS)``, none of the runs counted for more than the usual one.
        value: Mean over the runs, so weighted.
        unrest: Median square of how far the runs' means lay from that of all, times their documents, in square steps.
        rise: CUSUM of upward shifts after the last run; nought after a change point.
        fall: The same of downward shifts.
    """

    n_runs: npt.NDArray[np.int32]
    by_step: _Matrix
    value: _Matrix
    unrest: _Matrix
    rise: _Matrix
    fall: _Matrix

    @property
    def n(self) -> _Matrix:
        n: _Matrix = self.by_step.sum(axis=1)
        return n

    @property
    def is_known(self) -> npt.NDArray[np.bool_]:
        return (self.n_runs >= FEWEST_RUNS) & (self.n >= FEWEST_DOCUMENTS)


def compared(profile: pl.DataFrame, past: pl.DataFrame) -> pl.DataFrame:
    """Put the past of each row of a profile beside it.

    Args:
        profile: As ``summarised`` returns it.
        past: Rows of ``HISTORY`` of earlier runs; ids of runs sort by start.

    Returns:
        The columns of ``quality.profile`` but for the run.
    """
    now, before = _by_step(profile), _past(profile, past)
    mean, spread = _moments(before.by_step)
    distance = _distance(_without_farthest(now, mean), before.by_step) / spread
    n = now.sum(axis=1)
    # Runs differ more than chance makes documents differ: each has its guests. Laney's p' chart widens its limits so
    # (Improved control charts for attributes, Quality Engineering 14, 2002).
    sigma = np.maximum(1.0, np.sqrt(before.unrest / _MEDIAN_OF_CHI_SQUARE) / spread)
    error = spread * sigma * np.sqrt(1 / n + 1 / np.maximum(before.n, 1))
    z = np.where(before.is_known, (_moments(now)[0] - mean) / error, np.nan)
    pull = np.nan_to_num(np.clip(z, -_MOST_AT_ONCE, _MOST_AT_ONCE))
    rise = np.maximum(0.0, before.rise + pull - SLACK)
    fall = np.maximum(0.0, before.fall - pull - SLACK)
    return profile.with_columns(
        n_runs=pl.Series(before.n_runs),
        baseline=_known(before.value, before.n_runs > 0),
        distance=_known(distance, before.is_known & (n >= FEWEST_IN_RUN)),
        z=_known(z, before.is_known),
        rise=pl.Series(rise),
        fall=pl.Series(fall),
    ).with_columns(
        is_change=pl.when(pl.col("z").is_not_null()).then(pl.max_horizontal("rise", "fall") > LIMIT)
    )


def _past(profile: pl.DataFrame, past: pl.DataFrame) -> _Past:
    """Gather the last runs of each row of the profile."""
    mine = (
        profile.select(CELL).with_row_index("row").join(past, on=CELL, nulls_equal=True).sort("row", "run_id")
    )
    rows = mine.filter(~_is_unconfirmed())
    rows = rows.filter(pl.int_range(pl.len()).reverse().over("row") < LOOKED_BACK)
    usual = pl.col("n").median().over("row")
    # A bulk load counts no more than a usual run: or the archive's first day would be its past for ever.
    weight = rows.select(pl.min_horizontal("n", usual) / pl.col("n")).to_series().to_numpy()
    row, n, by_step = rows["row"].to_numpy(), rows["n"].to_numpy(), _by_step(rows)
    pooled = np.zeros((profile.height, N_STEPS))
    np.add.at(pooled, row, by_step * weight[:, None])
    total = _per(row, rows["value"].to_numpy() * weight * n, profile.height)
    away = (_moments(by_step)[0] - _moments(pooled)[0][row]) ** 2 * n
    last = mine.unique("row", keep="last", maintain_order=True).filter(
        pl.col("is_change").ne_missing(other=True)
    )
    return _Past(
        np.bincount(row, minlength=profile.height).astype(np.int32),
        pooled,
        total / np.maximum(pooled.sum(axis=1), _TINY),
        _medians(row, away, profile.height),
        *(_per(last["row"].to_numpy(), last[name].to_numpy(), profile.height) for name in ("rise", "fall")),
    )


def _is_unconfirmed() -> pl.Expr:
    """Say which runs lay off and no change point has followed: outliers, or the first of a change that must not hide it."""
    confirmed = pl.col("run_id").filter("is_change").max().over("row")
    is_later = confirmed.is_null() | (pl.col("run_id") > confirmed)
    return (is_later & (pl.col("z").abs() > _OFF)).fill_null(value=False)


def _per(row: npt.NDArray[np.uint32], values: _Matrix, n_rows: int) -> _Matrix:
    sums: _Matrix = np.bincount(row, weights=values, minlength=n_rows).astype(np.float64)
    return sums


def _medians(row: npt.NDArray[np.uint32], values: _Matrix, n_rows: int) -> _Matrix:
    found = pl.DataFrame({"row": row, "value": values}).group_by("row").agg(pl.median("value"))
    medians = np.zeros(n_rows)
    medians[found["row"].to_numpy()] = found["value"].to_numpy()
    return medians


def _by_step(rows: pl.DataFrame) -> _Matrix:
    return np.array(rows["n_by_step"].to_list(), dtype=np.float64).reshape(-1, N_STEPS)


def _moments(by_step: _Matrix) -> tuple[_Matrix, _Matrix]:
    """Return mean and standard deviation; one step at least, as less cannot be seen on the scale."""
    n = np.maximum(by_step.sum(axis=1), _TINY)
    mean = by_step @ _STEPS / n
    return mean, np.sqrt(np.maximum(by_step @ _STEPS**2 / n - mean**2, 1.0))


def _without_farthest(by_step: _Matrix, mean: _Matrix) -> _Matrix:
    """Leave the document out that lies farthest from ``mean``: what remains does not hang on any one of them."""
    away = np.where(by_step > 0, np.abs(_STEPS - mean[:, None]), -1.0)
    left = by_step.copy()
    left[np.arange(len(left)), away.argmax(axis=1)] -= 1
    return left


def _distance(one: _Matrix, other: _Matrix) -> _Matrix:
    """Return the Wasserstein distance: on a line, the area between the distribution functions.

    Source: Vallender, Calculation of the Wasserstein distance between probability distributions on the line, Theory of
    Probability and its Applications 18, 1974.
    """
    shares = (part / np.maximum(part.sum(axis=1, keepdims=True), _TINY) for part in (one, other))
    first, second = (np.cumsum(share, axis=1) for share in shares)
    area: _Matrix = np.abs(first - second).sum(axis=1)
    return area


def _known(values: _Matrix, is_known: npt.NDArray[np.bool_]) -> pl.Series:
    return pl.Series(np.where(is_known, values, np.nan)).fill_nan(None)
