"""Sum up the measures of a run: by podcast and format, by format, by year, and over all.

Numpy counts here, as a run has some forty small groups to sum up, for each of which polars would plan a query of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from warehouse.contracts import PROFILE
from warehouse.metrics import METRICS, N_STEPS, Metric

CELL = ("podcast_id", "format", "published_year", "metric")
"""What a row of the profile is about; null stands for all."""

SUMMARY = pl.Schema(
    {name: PROFILE.polars_schema[name] for name in (*CELL, "n", "value", "p10", "p50", "p90", "n_by_step")}
)

_KEYS = CELL[:-1]
_GROUPINGS: tuple[tuple[str, ...], ...] = ((), ("podcast_id", "format"), ("format",), ("published_year",))
_GROUPINGS_WITHOUT_FORMAT: tuple[tuple[str, ...], ...] = ((), ("podcast_id",))
_QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}

_Floats = npt.NDArray[np.float64]
_Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Groups:
    """Documents in groups.

    Attributes:
        keys: A row a group: podcast, format and year, null where they do not tell groups apart.
        number: The group of each document.
        is_known: Whether it has one; an unknown year would look like all years.
    """

    keys: pl.DataFrame
    number: _Numbers
    is_known: npt.NDArray[np.bool_]


def summarised(measures: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of ``quality.profile`` that documents give, before any comparison.

    The order of the documents does not matter, nor how they were batched.

    Args:
        measures: Rows of ``quality.measures``.

    Returns:
        The columns of ``SUMMARY``; a metric without a value in a group has no row there.
    """
    ordered = measures.sort("document_id", "revision")
    values = {metric: ordered[metric.name].cast(pl.Float64).to_numpy() for metric in METRICS}
    parts = []
    for grouping in dict.fromkeys((*_GROUPINGS, *_GROUPINGS_WITHOUT_FORMAT)):
        mine = [
            metric
            for metric in METRICS
            if grouping in (_GROUPINGS if metric.is_of_format else _GROUPINGS_WITHOUT_FORMAT)
        ]
        parts.append(_rows(_grouped(ordered, grouping), {metric: values[metric] for metric in mine}))
    return pl.concat(parts).sort(CELL)


def _grouped(measures: pl.DataFrame, grouping: Sequence[str]) -> _Groups:
    blank = (pl.lit(None, measures.schema[name]).alias(name) for name in _KEYS if name not in grouping)
    rows = measures.select(_KEYS).with_columns(*blank)
    keys = rows.unique(maintain_order=True).with_row_index("group")
    number = rows.join(keys, on=_KEYS, how="left", nulls_equal=True, maintain_order="left")["group"]
    known = rows.select(
        ~pl.any_horizontal(pl.lit(value=False), *(pl.col(name).is_null() for name in grouping))
    )
    is_known = np.broadcast_to(known.to_series().to_numpy(), rows.height)
    return _Groups(keys.drop("group"), number.to_numpy().astype(np.int64), is_known)


def _rows(groups: _Groups, values: Mapping[Metric, _Floats]) -> pl.DataFrame:
    """Return a row for each metric and each group that has a value of it."""
    found = [_figures(groups, metric, mine) for metric, mine in values.items()]
    figures = {name: pl.Series(np.concatenate([one[name] for one in found])) for name in found[0]}
    names = np.repeat([metric.name for metric in values], groups.keys.height)
    keys = pl.concat([groups.keys] * len(found))
    rows = keys.with_columns(metric=pl.Series(names.tolist(), dtype=pl.String), **figures).filter(
        pl.col("n") > 0
    )
    return rows.select(pl.col(name).cast(dtype) for name, dtype in SUMMARY.items())


def _figures(groups: _Groups, metric: Metric, values: _Floats) -> dict[str, npt.NDArray[np.generic]]:
    """Return what each group adds up to, by the column's name."""
    is_told = groups.is_known & ~np.isnan(values)
    number, value = groups.number[is_told], values[is_told]
    n_groups = groups.keys.height
    n = np.bincount(number, minlength=n_groups)
    step = number * N_STEPS + np.searchsorted(metric.edges, value, side="right")
    return {
        "n": n,
        "value": np.bincount(number, weights=value, minlength=n_groups) / np.maximum(n, 1),
        **_quantiles(number, value, n),
        "n_by_step": np.bincount(step, minlength=n_groups * N_STEPS).reshape(-1, N_STEPS),
    }


def _quantiles(number: _Numbers, value: _Floats, n: _Numbers) -> dict[str, _Floats]:
    """Return the quantiles of each group, linear between its values."""
    ordered = np.append(value[np.lexsort((value, number))], 0.0)
    starts = np.cumsum(n) - n
    found = {}
    for name, share in _QUANTILES.items():
        place = share * np.maximum(n - 1, 0)
        below = np.floor(place).astype(np.int64)
        low = ordered[starts + below]
        high = ordered[starts + np.minimum(below + 1, np.maximum(n - 1, 0))]
        found[name] = low + (high - low) * (place - below)
    return found
