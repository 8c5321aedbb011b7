from __future__ import annotations

import polars as pl
import pytest

from expectations.profile import SUITE
from expectations.runner import check_profile
from warehouse.contracts import PROFILE, RESULTS
from warehouse.metrics import FARTHEST, METRICS

GOOD: dict[str, float] = {
    "words_per_minute": 150,
    "unlabelled_share": 0.1,
    "oov_rate": 0.05,
    "loop_rate": 0.01,
    "punctuation_rate": 0.14,
    "filler_rate": 0.01,
    "sentence_words": 14,
    "turn_words": 50,
    "document_words": 7000,
    "held_back_share": 0.05,
}


def profile(**changes: object) -> pl.DataFrame:
    """Return a row for each metric of one podcast, and one for each of the archive, in which nothing is wrong."""
    rows = [
        {
            "run_id": "run",
            "podcast_id": podcast,
            "format": "webvtt" if podcast and metric.is_of_format else None,
            "metric": metric.name,
            "n": 3,
            "value": GOOD[metric.name],
            "n_runs": 10,
            "distance": 0.5,
            "z": 1.0,
            "is_change": False,
        }
        | (changes if podcast else {"distance": 99.0, "is_change": True, "value": -1.0})
        for podcast in ("show", None)
        for metric in METRICS
    ]
    return pl.DataFrame(rows, schema_overrides=PROFILE.polars_schema)


def broken(rows: pl.DataFrame) -> dict[str, int]:
    results = check_profile(rows)
    assert results.height == len(SUITE.rules)
    assert results.schema.items() <= RESULTS.polars_schema.items()
    failed = results.filter(pl.col("status") != "passed")
    return dict(failed.select("rule", "n_unexpected").rows())


def only(kind: str) -> dict[str, int]:
    return {f"{metric.name.replace('_', '-')}-{kind}": 1 for metric in METRICS}


def test_a_podcast_as_before_passes_and_what_the_whole_archive_does_is_left_alone() -> None:
    assert broken(profile()) == {}


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"distance": FARTHEST + 0.01}, "as-before"),
        ({"is_change": True}, "steady"),
        ({"value": -0.5}, "plausible"),
        ({"value": 1e7}, "plausible"),
    ],
)
def test_each_rule_finds_its_breach(changes: dict[str, object], kind: str) -> None:
    assert broken(profile(**changes)) == only(kind)


@pytest.mark.parametrize("changes", [{"distance": None, "is_change": None}, {"n": 2, "value": 1e7}])
def test_a_past_or_a_run_too_small_to_tell_breaks_nothing(changes: dict[str, object]) -> None:
    assert broken(profile(**changes)) == {}


def test_a_run_without_a_profile_keeps_every_promise() -> None:
    assert broken(PROFILE.empty()) == {}


def test_no_rule_holds_anything_back() -> None:
    assert {rule.severity for rule in SUITE.rules} == {"warning", "info"}
