"""The suite of ``quality.profile``: has what a run landed drifted from the runs before it?

Its rules look at the rows of one podcast in one format alone. Which podcasts a run happens to bring moves the numbers of the whole
archive, of a format and of a year, without anything having changed; those rows are there to be drawn.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from expectations.rules import RowRule, Severity, Suite, Tables, said
from warehouse.contracts import PROFILE
from warehouse.metrics import FARTHEST, METRICS, Metric

_PLAUSIBLE: dict[str, tuple[float, float]] = {
    "words_per_minute": (60, 260),
    "unlabelled_share": (0, 0.9),
    "oov_rate": (0, 0.4),
    "loop_rate": (0, 0.1),
    "punctuation_rate": (0.02, 0.4),
    "filler_rate": (0, 0.15),
    "sentence_words": (4, 60),
    "turn_words": (3, 2_000),
    "document_words": (200, 200_000),
    "held_back_share": (0, 0.5),
}
"""What the mean over a podcast's documents can be where nothing is wrong. Conversation runs at 120 to 200 words a minute, its
sentences at 10 to 20 words, its fillers below one word in ten, its repeats at one in a hundred."""

_FEWEST = 3
"""Documents below which a mean says nothing about a podcast."""


def frame(tables: Tables) -> pl.LazyFrame:
    """Return the rows that one podcast gives."""
    return tables[PROFILE.full_name].lazy().filter(pl.col("podcast_id").is_not_null())


def _rules(metric: Metric) -> Iterator[RowRule]:
    name, is_asked = metric.name.replace("_", "-"), pl.col("metric") == metric.name
    low, high = _PLAUSIBLE[metric.name]
    yield _rule(
        f"{name}-as-before",
        "distance",
        "warning",
        "documents unlike those before mean another recogniser, editor or export, or a defect in one; silent below five runs "
        "and ten documents of history and three documents in the run, which tell neither a level nor a spread",
        pl.when(is_asked).then("distance"),
        high=FARTHEST,
    )
    yield _rule(
        f"{name}-steady",
        "is_change",
        "warning",
        "runs that shift together mean that the archive changes, be each run ever so small; silent below five runs and ten "
        "documents of history",
        pl.when(is_asked).then(pl.col("is_change").cast(pl.Int8)),
        high=0,
    )
    yield _rule(
        f"{name}-plausible",
        "value",
        "info",
        f"a podcast whose mean lies outside is rare; silent below {_FEWEST} documents, as some episodes are odd",
        pl.when(is_asked & (pl.col("n") >= _FEWEST)).then("value"),
        low=low,
        high=high,
    )


def _rule(
    name: str,
    column: str,
    severity: Severity,
    why: str,
    measure: pl.Expr,
    *,
    high: float,
    low: float | None = None,
) -> RowRule:
    seen = said("podcast_id", "format", "value", "baseline")
    return RowRule(
        name=name, column=column, severity=severity, why=why, low=low, high=high, measure=measure, seen=seen
    )


SUITE = Suite(PROFILE, tuple(rule for metric in METRICS for rule in _rules(metric)), frame)
