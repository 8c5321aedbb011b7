from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tasks.profile.compare import FEWEST_IN_RUN, FEWEST_RUNS, HISTORY, compared
from tasks.profile.summary import summarised
from warehouse.contracts import MEASURES, PROFILE
from warehouse.metrics import FARTHEST, METRICS, N_STEPS

FEW = settings(max_examples=10, deadline=None)

Change = Callable[[int, dict[str, np.ndarray]], None]

USUAL: dict[str, tuple[float, float, float]] = {
    "words_per_minute": (150, 0.07, 0.03),
    "unlabelled_share": (0.01, 0.5, 0.2),
    "oov_rate": (0.05, 0.2, 0.1),
    "loop_rate": (0.01, 0.4, 0.1),
    "punctuation_rate": (0.14, 0.08, 0.03),
    "filler_rate": (0.006, 0.5, 0.2),
    "sentence_words": (14, 0.15, 0.05),
    "turn_words": (50, 0.4, 0.1),
    "document_words": (7000, 0.5, 0.1),
}
"""Median of a podcast, and by how much, as a ratio, its documents and its runs differ from it."""


def measures(run: int, n_documents: int, n_podcasts: int = 20, change: Change | None = None) -> pl.DataFrame:
    """Draw what a run measures: each run has its guests, so its documents are a little alike."""
    chance = np.random.default_rng([run, n_documents])
    n = n_documents * n_podcasts
    podcast = np.repeat(np.arange(n_podcasts), n_documents)
    values = {
        name: median
        * np.exp(spread * chance.normal(size=n) + between * chance.normal(size=n_podcasts)[podcast])
        for name, (median, spread, between) in USUAL.items()
    }
    values["held_back_share"] = (chance.random(n) < 0.03).astype(float)
    if change:
        change(run, values)
    keys: dict[str, pl.Expr | pl.Series] = {
        "run_id": pl.lit(f"run-{run:04}"),
        "batch": pl.lit(0),
        "revision": pl.lit(1),
        "format": pl.lit("webvtt"),
        "document_id": pl.Series([f"{run}-{number:03}" for number in range(n)]),
        "podcast_id": pl.Series([f"podcast-{number:02}" for number in podcast]),
        "published_year": pl.lit(None),
    }
    return (
        pl.DataFrame(values)
        .with_columns(**keys)
        .select(pl.col(name).cast(dtype) for name, dtype in MEASURES.polars_schema.items())
    )


def history_of(runs: list[pl.DataFrame]) -> pl.DataFrame:
    """Profile runs one after the other; return the rows of all of them."""
    past, found = HISTORY.to_frame(), []
    for run in runs:
        rows = compared(summarised(run), past).with_columns(run_id=pl.lit(run["run_id"].first()))
        past = pl.concat([past, rows.select(pl.col(name).cast(dtype) for name, dtype in HISTORY.items())])
        found.append(rows)
    return pl.concat(found)


def flagged(rows: pl.DataFrame) -> list[tuple[str, str, str]]:
    """Return the run, podcast and metric of each row that a rule would warn of."""
    warned = (pl.col("distance") > FARTHEST) | pl.col("is_change")
    mine = rows.filter(pl.col("podcast_id").is_not_null() & warned)
    return mine.select("run_id", "podcast_id", "metric").sort(pl.all()).rows()


@pytest.mark.parametrize("n_documents", [1, 3, 8])
def test_a_stable_archive_raises_nothing_in_twelve_runs(n_documents: int) -> None:
    rows = history_of([measures(run, n_documents) for run in range(12)])
    assert rows.filter(pl.col("z").is_not_null() & pl.col("podcast_id").is_not_null()).height > 200
    assert flagged(rows) == []


def test_false_alarms_are_rare() -> None:
    rows = history_of([measures(run, 4) for run in range(30)])
    assert len(flagged(rows)) <= rows.filter(pl.col("podcast_id").is_not_null()).height / 2_000


BREAKS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "words_per_minute": lambda values: values * 2,
    "unlabelled_share": np.ones_like,
    "oov_rate": lambda values: values * 6,
    "loop_rate": lambda values: values + 0.2,
    "punctuation_rate": np.zeros_like,
    "sentence_words": lambda values: values * 3,
    "turn_words": lambda values: values / 6,
    "document_words": lambda values: values / 60,
    "held_back_share": np.ones_like,
}


@pytest.mark.parametrize("n_documents", [1, 4])
def test_a_break_is_flagged_in_its_metric_and_podcast_and_only_there(n_documents: int) -> None:
    def change(run: int, values: dict[str, np.ndarray]) -> None:
        values["held_back_share"][:] = 0
        for place, (metric, broken) in enumerate(BREAKS.items()):
            mine = slice(place * n_documents, (place + 1) * n_documents)
            if run >= 12:
                values[metric][mine] = broken(values[metric][mine])

    rows = history_of([measures(run, n_documents, len(BREAKS) + 1, change) for run in range(17)])
    expected = [(f"podcast-{place:02}", metric) for place, metric in enumerate(BREAKS)]
    assert sorted({(podcast, metric) for _, podcast, metric in flagged(rows)}) == expected
    for podcast, metric in expected:
        mine = rows.filter(podcast_id=podcast, metric=metric)
        assert mine.filter("is_change")["run_id"].min() in {f"run-{run:04}" for run in range(13, 17)}
        if n_documents >= FEWEST_IN_RUN:
            assert mine.filter(pl.col("distance") > FARTHEST)["run_id"].min() == "run-0012"


def test_a_slow_shift_that_no_run_shows_is_a_change_point() -> None:
    def change(run: int, values: dict[str, np.ndarray]) -> None:
        if run >= 12:
            values["punctuation_rate"][:4] -= 0.045

    rows = history_of([measures(run, 4, 5, change) for run in range(24)])
    mine = rows.filter(podcast_id="podcast-00", metric="punctuation_rate")
    assert mine.filter(pl.col("distance") >= FARTHEST).is_empty()
    assert mine.filter("is_change")["run_id"].min() in {f"run-{run:04}" for run in range(13, 18)}


def test_one_odd_document_is_no_drift() -> None:
    def change(run: int, values: dict[str, np.ndarray]) -> None:
        if run == 12:
            for metric, values_then in BREAKS.items():
                values[metric][:1] = values_then(values[metric][:1])

    assert flagged(history_of([measures(run, 4, 3, change) for run in range(14)])) == []


def test_a_new_level_is_news_for_a_while_and_then_the_past() -> None:
    def change(run: int, values: dict[str, np.ndarray]) -> None:
        if run >= 12:
            values["words_per_minute"] *= 2

    found = flagged(history_of([measures(run, 4, 1, change) for run in range(50)]))
    assert {run for run, _, _ in found} >= {"run-0012", "run-0013"}
    assert max(run for run, _, _ in found) < "run-0032"


def test_a_bulk_load_is_not_the_past_for_ever() -> None:
    def other(_: int, values: dict[str, np.ndarray]) -> None:
        values["words_per_minute"] += 60

    runs = [measures(0, 500, 1), *(measures(run, 3, 1, other) for run in range(1, 20))]
    rows = history_of(runs).filter(pl.col("podcast_id").is_not_null(), metric="words_per_minute")
    assert not rows.filter(pl.col("distance") > FARTHEST).height
    assert rows["baseline"][-1] == pytest.approx(206, abs=8)


@pytest.mark.parametrize(("n_runs", "n_documents"), [(0, 50), (FEWEST_RUNS - 1, 50), (FEWEST_RUNS, 1)])
def test_a_past_that_is_too_small_tells_nothing(n_runs: int, n_documents: int) -> None:
    def change(run: int, values: dict[str, np.ndarray]) -> None:
        if run == n_runs:
            values["punctuation_rate"] *= 0

    rows = history_of([measures(run, n_documents, 1, change) for run in range(n_runs + 1)])
    last = rows.filter(run_id=f"run-{n_runs:04}")
    assert (
        last["z"].null_count()
        == last["distance"].null_count()
        == last["is_change"].null_count()
        == last.height
    )
    assert set(last["n_runs"]) == {n_runs}


def test_two_documents_in_a_run_have_no_distance_but_a_shift() -> None:
    rows = history_of([measures(run, 2, 1) for run in range(9)]).filter(run_id="run-0008")
    assert rows["distance"].null_count() == rows.height
    assert rows["z"].null_count() == 0


def test_the_distance_is_that_of_wasserstein() -> None:
    past = history_of([measures(run, 40, 1) for run in range(6)])
    asked = summarised(measures(7, 40, 1)).filter(pl.col("podcast_id").is_not_null())
    steps = [0] * N_STEPS
    steps[3], steps[11] = 10, 11
    row = _with_steps(asked.filter(metric="document_words"), steps).with_columns(n=pl.lit(21))
    known = _with_steps(past.filter(metric="document_words"), [1] * N_STEPS).with_columns(n=pl.lit(N_STEPS))
    found = compared(row, known.select(pl.col(name).cast(dtype) for name, dtype in HISTORY.items()))
    # Half of ten and ten documents at steps 3 and 11, once the farthest is gone, against an even spread over 16 steps.
    ours, theirs = np.cumsum(np.array(steps) - np.eye(N_STEPS)[11]) / 20, np.arange(1, N_STEPS + 1) / N_STEPS
    spread = np.sqrt((N_STEPS**2 - 1) / 12)
    assert found["distance"].to_list() == pytest.approx([np.abs(ours - theirs).sum() / spread])


def _with_steps(rows: pl.DataFrame, steps: list[int]) -> pl.DataFrame:
    by_step = pl.Series([steps] * rows.height, dtype=pl.List(pl.Int32))
    return rows.with_columns(by_step.alias("n_by_step"))


_VALUES = st.one_of(st.none(), st.floats(0, 1e6), st.sampled_from([0.0, 1.0]))


@st.composite
def _measured(draw: st.DrawFn) -> pl.DataFrame:
    n = draw(st.integers(0, 12))
    rows = [
        {
            "run_id": "run",
            "batch": 0,
            "document_id": f"document-{number}",
            "revision": 1,
            "podcast_id": draw(st.sampled_from(["a", "b"])),
            "format": draw(st.sampled_from(["srt", "webvtt"])),
            "published_year": draw(st.sampled_from([None, 2019, 2024])),
        }
        | {metric.name: draw(_VALUES) for metric in METRICS}
        for number in range(n)
    ]
    return pl.DataFrame(rows, MEASURES.polars_schema)


@FEW
@given(_measured(), st.integers(0, 99))
def test_sums_are_those_of_the_documents_in_any_order(found: pl.DataFrame, seed: int) -> None:
    rows = summarised(found)
    assert_frame_equal(summarised(found.sample(fraction=1, shuffle=True, seed=seed)), rows)
    assert (rows["n"] == rows["n_by_step"].list.sum()).all()
    assert (rows["n_by_step"].list.len() == N_STEPS).all()
    assert rows.select("podcast_id", "format", "published_year", "metric").is_unique().all()
    for metric in METRICS:
        told = found.drop_nulls(metric.name)
        mine = rows.filter(metric=metric.name)
        per = ["podcast_id", "format"] if metric.is_of_format else ["podcast_id"]
        expected = told.group_by(per).agg(
            n=pl.len().cast(pl.Int32),
            value=pl.mean(metric.name),
            p10=pl.col(metric.name).quantile(0.1, "linear"),
            p50=pl.col(metric.name).quantile(0.5, "linear"),
            p90=pl.col(metric.name).quantile(0.9, "linear"),
        )
        of_podcasts = mine.filter(pl.col("podcast_id").is_not_null()).select(expected.columns)
        assert_frame_equal(of_podcasts, expected, check_row_order=False)
        assert (
            mine.filter(pl.all_horizontal(pl.col("podcast_id", "format", "published_year").is_null()))[
                "n"
            ].sum()
            == told.height
        )


@FEW
@given(_measured(), _measured())
def test_whatever_was_measured_can_be_compared(before: pl.DataFrame, now: pl.DataFrame) -> None:
    runs = [before.with_columns(run_id=pl.lit(f"run-{number}")) for number in range(6)]
    rows = (
        history_of([*runs, now])
        if before.height and now.height
        else compared(summarised(now), HISTORY.to_frame())
    )
    assert set(rows.columns) | {"run_id"} == set(PROFILE.polars_schema)
    for name in ("distance", "z", "rise", "fall", "baseline"):
        assert rows[name].drop_nulls().is_finite().all()
    assert (rows["distance"].drop_nulls() >= 0).all()
