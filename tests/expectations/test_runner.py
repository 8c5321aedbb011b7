from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

import polars as pl
import pytest

from expectations.rules import History, RowRule
from expectations.runner import Audit, audit, catalogue
from tests.expectations.batches import LENGTH_S, STEP, clean_batch, with_row
from warehouse.contracts import PROFILE, RESULTS, STAGED

NAN = float("nan")


class Breach(NamedTuple):
    """One row changed so that it breaks a rule, and the rows that break it then."""

    table: str
    rule: str
    row: int
    values: dict[str, object]
    broken: tuple[int, ...]
    changed: str = ""


# Three documents of six sentences and three turns each: row 8 is the third sentence of the second document.
BREACHES = [
    Breach(
        "raw.documents", "published-has-transcript", 1, {"transcript_id": "other"}, (1,), "core.transcripts"
    ),
    Breach("raw.documents", "published-has-text", 1, {"text": None}, (1,)),
    Breach(
        "raw.documents", "published-after-1990", 1, {"published_at": datetime(1970, 1, 1, tzinfo=UTC)}, (1,)
    ),
    Breach(
        "raw.documents", "published-by-next-year", 1, {"published_at": datetime(2062, 1, 1, tzinfo=UTC)}, (1,)
    ),
    Breach("core.transcripts", "required-filled", 1, {"method": None}, (1,)),
    Breach("core.transcripts", "key-unique", 1, {"transcript_id": "doc-00000000"}, (0, 1)),
    Breach("core.transcripts", "document-published", 1, {"status": "quarantined"}, (1,), "raw.documents"),
    Breach("core.transcripts", "document-published", 1, {"document_id": "other"}, (1,), "raw.documents"),
    Breach("core.transcripts", "n-sentences-agrees", 1, {"n_sentences": 7}, (1,)),
    Breach("core.transcripts", "n-turns-agrees", 1, {"n_turns": 2}, (1,)),
    Breach("core.transcripts", "n-words-agrees", 1, {"n_words": 61}, (1,)),
    Breach("core.transcripts", "words-per-minute", 1, {"duration_s": 6.0}, (1,)),
    Breach("core.transcripts", "words-per-minute", 1, {"duration_s": 6000.0}, (1,)),
    Breach("core.turns", "required-filled", 4, {"text": None}, (4,)),
    Breach("core.turns", "key-unique", 4, {"turn": 0}, (3, 4)),
    Breach("core.turns", "transcript-exists", 4, {"transcript_id": "other"}, (4,)),
    Breach("core.turns", "offsets-in-source", 4, {"end_char": 6 * STEP}, (4,)),
    Breach("core.turns", "offsets-in-order", 4, {"start_char": 2 * STEP - 2}, (4,)),
    Breach("core.turns", "turns-numbered", 5, {"turn": 5}, (5,)),
    Breach("core.turns", "end-after-start", 4, {"end_s": 0.5}, (4,)),
    Breach("core.turns", "starts-in-order", 5, {"start_s": 1.0}, (5,)),
    Breach("core.turns", "little-overlap", 5, {"start_s": 4 * LENGTH_S - 1.5}, (5,)),
    Breach("core.turns", "text-not-empty", 4, {"text": "\u00a0\n"}, (4,)),
    Breach("core.turns", "p-start-is-share", 4, {"p_start": -0.1}, (4,)),
    Breach("core.turns", "words-per-minute", 4, {"n_words": 200}, (4,)),
    Breach("core.sentences", "required-filled", 8, {"episode_id": None}, (8,)),
    Breach("core.sentences", "key-unique", 8, {"sentence": 4}, (8, 10)),
    Breach("core.sentences", "transcript-exists", 8, {"transcript_id": "other"}, (8,)),
    Breach("core.sentences", "offsets-in-source", 8, {"start_char": -1}, (8,)),
    Breach("core.sentences", "offsets-in-source", 8, {"end_char": 2 * STEP}, (8,)),
    Breach("core.sentences", "turn-exists", 8, {"turn": 3}, (8,)),
    Breach("core.sentences", "sentences-numbered", 6, {"sentence": 1}, (6, 7)),
    Breach("core.sentences", "offsets-in-order", 8, {"start_char": STEP + 5}, (8,)),
    Breach("core.sentences", "end-after-start", 8, {"end_s": 0.5}, (8,)),
    Breach("core.sentences", "end-after-start", 8, {"end_s": NAN}, (8,)),
    Breach("core.sentences", "starts-in-order", 8, {"start_s": 1.0}, (8,)),
    Breach("core.sentences", "little-overlap", 8, {"start_s": 2 * LENGTH_S - 1.5}, (8,)),
    Breach("core.sentences", "text-not-empty", 8, {"text": ""}, (8,)),
    Breach("core.sentences", "not-enormous", 8, {"n_words": 301}, (8,)),
    Breach("core.sentences", "p-end-is-share", 8, {"p_end": 1.5}, (8,)),
    Breach("core.sentences", "p-end-is-share", 8, {"p_end": NAN}, (8,)),
    Breach("core.segments", "required-filled", 1, {"title": None}, (1,)),
    Breach("core.segments", "key-unique", 1, {"transcript_id": "doc-00000000"}, (0, 1)),
    Breach("core.segments", "transcript-exists", 1, {"transcript_id": "other"}, (1,)),
    Breach("core.segments", "offsets-in-source", 1, {"end_char": 0}, (1,)),
    Breach("core.segments", "offsets-in-order", 1, {"transcript_id": "doc-00000000", "segment": 1}, (1,)),
    Breach("core.segments", "end-after-start", 1, {"end_s": -1.0}, (1,)),
    Breach("core.segments", "starts-in-order", 1, {"transcript_id": "doc-00000000", "start_s": -1.0}, (1,)),
    Breach("core.segments", "little-overlap", 1, {"transcript_id": "doc-00000000"}, (1,)),
    Breach("core.segments", "score-is-share", 1, {"score": 2.0}, (1,)),
    Breach("core.sounds", "required-filled", 1, {"label": None}, (1,)),
    Breach("core.sounds", "key-unique", 1, {"transcript_id": "doc-00000000"}, (0, 1)),
    Breach("core.sounds", "transcript-exists", 1, {"transcript_id": "other"}, (1,)),
    Breach("core.sounds", "offsets-in-source", 1, {"end_char": 6 * STEP}, (1,)),
    Breach("core.sounds", "label-not-empty", 1, {"label": " "}, (1,)),
]


OF_A_BATCH = [(table, rule) for table, rule in catalogue() if table != PROFILE.full_name]


def result(report: Audit, table: str, rule: str) -> dict[str, object]:
    return report.results.row(
        by_predicate=(pl.col("table_name") == table) & (pl.col("rule") == rule), named=True
    )


@pytest.fixture(scope="module")
def batch() -> dict[str, pl.DataFrame]:
    return clean_batch(3, 6)


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: f"{breach.table} {breach.rule}")
def test_a_rule_finds_exactly_the_rows_that_break_it(breach: Breach, batch: dict[str, pl.DataFrame]) -> None:
    changed = breach.changed or breach.table
    report = audit(batch | {changed: with_row(batch[changed], breach.row, **breach.values)}, History())
    found = result(report, breach.table, breach.rule)
    assert report.rejected is None
    assert (found["status"], found["n_unexpected"]) == ("failed", len(breach.broken))
    failures = report.failures.get(breach.table, pl.DataFrame(schema=["row", "rule", "detail"]))
    listed = failures.filter(pl.col("rule") == breach.rule)
    assert tuple(listed["row"]) == (breach.broken if found["severity"] == "critical" else ())
    assert all(str(found["why"]) in detail for detail in listed["detail"])


def test_more_speakers_than_a_panel_has_are_reported() -> None:
    batch = clean_batch(2, 120)
    batch["core.turns"] = batch["core.turns"].with_columns(speaker=pl.format("Speaker {}", "turn"))
    assert result(audit(batch, History()), "core.transcripts", "few-speakers")["n_unexpected"] == 2


def test_every_row_rule_has_a_breach_here() -> None:
    rules = {(table, rule.name) for table, rule in OF_A_BATCH if isinstance(rule, RowRule)}
    assert rules - {(breach.table, breach.rule) for breach in BREACHES} == {
        ("core.transcripts", "few-speakers")
    }


@pytest.mark.parametrize("n_documents", [3, 0])
def test_a_clean_batch_passes_every_rule(n_documents: int) -> None:
    report = audit(clean_batch(n_documents), History())
    assert report.rejected is None
    assert not report.failures
    assert set(report.results["status"]) == {"passed"}
    assert report.results.schema.items() <= RESULTS.polars_schema.items()
    assert report.results.height == len(OF_A_BATCH)


def test_what_was_seen_is_in_the_detail(batch: dict[str, pl.DataFrame]) -> None:
    sentences = with_row(batch["core.sentences"], 8, end_s=0.5, p_end=None, n_words=None)
    details = dict(
        audit(batch | {"core.sentences": sentences}, History())
        .failures["core.sentences"]["rule", "detail"]
        .rows()
    )
    assert details["end-after-start"].startswith("start_s 8.0, end_s 0.5: ")
    assert details["required-filled"].startswith("missing p_end, n_words: ")


def test_rows_without_times_break_no_rule_on_times(batch: dict[str, pl.DataFrame]) -> None:
    untimed = {
        name: frame.with_columns(
            pl.lit(None, pl.Float64).alias(name)
            for name in ("start_s", "end_s", "duration_s")
            if name in frame.columns
        )
        for name, frame in batch.items()
    }
    assert set(audit(untimed, History()).results["status"]) == {"passed"}


@pytest.mark.parametrize("table", [table.full_name for table in STAGED])
def test_a_frame_of_another_shape_rejects_the_batch_even_when_it_is_empty(table: str) -> None:
    batch = clean_batch(0)
    batch[table] = batch[table].with_columns(surprise=pl.lit(1))
    rejected = audit(batch, History()).rejected
    assert rejected is not None
    assert rejected.startswith(f"{table} columns-as-declared is 1 and must be exactly 0")


@pytest.mark.parametrize(
    ("rule", "values"),
    [("key-unique", {"document_id": "doc-00000000"}), ("required-filled", {"uri": None})],
)
def test_documents_that_the_ledger_cannot_take_reject_the_batch(
    rule: str, values: dict[str, object], batch: dict[str, pl.DataFrame]
) -> None:
    report = audit(batch | {"raw.documents": with_row(batch["raw.documents"], 1, **values)}, History())
    assert result(report, "raw.documents", rule)["status"] == "failed"
    assert rule in str(report.rejected)


def test_a_rule_that_cannot_be_checked_rejects_the_batch(batch: dict[str, pl.DataFrame]) -> None:
    report = audit(batch | {"core.sentences": batch["core.sentences"].drop("p_end")}, History())
    assert result(report, "core.sentences", "p-end-is-share")["status"] == "errored"
    assert "p_end" in str(result(report, "core.sentences", "p-end-is-share")["error"])
    assert report.rejected is not None


@pytest.mark.parametrize(
    ("history", "status"),
    [
        (History(), "passed"),
        (History(n_documents=10, n_words=600, n_bytes=3000), "passed"),
        (History(n_documents=10, n_words=60_000, n_bytes=3000), "failed"),
    ],
)
def test_far_fewer_words_than_in_the_last_runs_are_a_warning(
    history: History, status: str, batch: dict[str, pl.DataFrame]
) -> None:
    report = audit(batch, history)
    assert report.rejected is None
    for rule in ("words-per-document", "words-per-byte"):
        assert result(report, "raw.documents", rule)["status"] == status


def test_shares_of_a_batch_are_observed(batch: dict[str, pl.DataFrame]) -> None:
    held_back = batch["raw.documents"].with_columns(status=pl.lit("quarantined"))
    unlabelled = batch["core.turns"].with_columns(speaker=pl.lit(None, pl.String))
    report = audit(batch | {"raw.documents": held_back, "core.turns": unlabelled}, History())
    for table, rule in (("raw.documents", "share-held-back"), ("core.turns", "share-unlabelled")):
        found = result(report, table, rule)
        assert (found["status"], found["observed"]) == ("failed", "1")


def test_every_rule_has_an_owner_a_reason_and_bounds() -> None:
    columns = {table.full_name: table.polars_schema.names() for table in (*STAGED, PROFILE)}
    rules = list(catalogue())
    assert len({(table, rule.name) for table, rule in rules}) == len(rules)
    for table, rule in rules:
        assert rule.column in columns[table]
        assert rule.why
        assert rule.bounds
