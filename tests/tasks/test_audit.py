from __future__ import annotations

import json

import polars as pl
import pytest

from expectations.rules import History
from expectations.runner import audit
from tasks.audit import Split, _checked, split
from tests.expectations.batches import clean_batch, with_row
from warehouse.contracts import QUARANTINE, SOUNDS, STAGED
from warehouse.errors import TerminalError

Batch = dict[str, pl.DataFrame]


def audited(batch: Batch) -> Split:
    report = audit(batch, History())
    assert report.rejected is None
    return split(batch, report)


def heights(tables: Batch) -> list[int]:
    return [tables[table.full_name].height for table in STAGED]


def held(outcome: Split, *columns: str) -> list[tuple[object, ...]]:
    return outcome.quarantined.select(columns).rows()


def test_a_clean_batch_lands_unchanged() -> None:
    batch = clean_batch(3)
    outcome = audited(batch)
    assert all(outcome.valid[name].equals(frame) for name, frame in batch.items())
    assert outcome.quarantined.is_empty()
    assert outcome.quarantined.schema.items() <= QUARANTINE.polars_schema.items()
    assert (outcome.rows_in, outcome.rows_quarantined) == (sum(heights(batch)) - 3, 0)


def test_a_sentence_held_back_leaves_its_turn_and_the_counts_of_what_landed() -> None:
    batch = clean_batch(3)
    batch["core.sentences"] = with_row(batch["core.sentences"], 11, end_s=1.0)
    outcome = audited(batch)
    assert heights(outcome.valid) == [3, 3, 9, 17, 3, 3]
    counts = (
        outcome.valid["core.transcripts"].select("n_sentences", "n_words", "n_turns", "duration_s").rows()
    )
    assert counts == [(6, 60, 3, 24.0), (5, 50, 3, 20.0), (6, 60, 3, 24.0)]
    assert outcome.valid["core.transcripts"].schema == batch["core.transcripts"].schema
    assert outcome.valid["raw.documents"].equals(batch["raw.documents"])


def test_a_row_held_back_is_kept_whole_with_key_source_and_reason() -> None:
    batch = clean_batch(3)
    batch["core.sentences"] = with_row(batch["core.sentences"], 8, end_s=1.0)
    (row,) = audited(batch).quarantined.to_dicts()
    assert (row["table_name"], row["row_key"]) == ("core.sentences", "doc-00000001/2")
    assert (row["document_id"], row["uri"]) == ("doc-00000001", "file:///shows/doc-00000001.txt")
    assert row["rule"] == "end-after-start"
    assert row["detail"].startswith("start_s 8.0, end_s 1.0: ")
    assert json.loads(row["row"]) == batch["core.sentences"].row(8, named=True)


def test_a_turn_held_back_takes_its_sentences_along() -> None:
    batch = clean_batch(3)
    batch["core.turns"] = with_row(batch["core.turns"], 4, p_start=7.0)
    outcome = audited(batch)
    assert heights(outcome.valid) == [3, 3, 8, 16, 3, 3]
    detail = "hangs on core.turns doc-00000001/1, held back by p-start-is-share"
    assert held(outcome, "row_key", "rule", "detail")[1:] == [
        ("doc-00000001/2", "parent-quarantined", detail),
        ("doc-00000001/3", "parent-quarantined", detail),
    ]


def test_a_transcript_held_back_takes_everything_along_and_its_document_says_why() -> None:
    batch = clean_batch(3)
    batch["core.transcripts"] = with_row(batch["core.transcripts"], 1, n_words=999)
    outcome = audited(batch)
    assert heights(outcome.valid) == [3, 2, 6, 12, 2, 2]
    assert outcome.rows_quarantined == 1 + 3 + 6 + 1 + 1
    documents = outcome.valid["raw.documents"]
    assert documents["status"].to_list() == ["published", "quarantined", "published"]
    assert str(documents["reason"][1]).startswith("n-words-agrees: n_words 999, found_words 60: ")
    assert set(held(outcome, "table_name", "rule")) == {
        ("core.transcripts", "n-words-agrees"),
        ("core.turns", "parent-quarantined"),
        ("core.sentences", "parent-quarantined"),
        ("core.segments", "parent-quarantined"),
        ("core.sounds", "parent-quarantined"),
    }


def test_a_document_held_back_lands_in_the_ledger_without_what_was_read_from_it() -> None:
    batch = clean_batch(3)
    batch["raw.documents"] = with_row(batch["raw.documents"], 1, text=None)
    outcome = audited(batch)
    assert heights(outcome.valid) == [3, 2, 6, 12, 2, 2]
    assert outcome.valid["raw.documents"]["status"].to_list() == ["published", "quarantined", "published"]
    first = outcome.quarantined.row(0, named=True)
    assert (first["table_name"], first["row_key"]) == ("raw.documents", "doc-00000001/1")
    assert (first["rule"], first["row"]) == ("published-has-text", None)


def test_a_document_that_could_not_be_parsed_is_in_quarantine_with_its_reason() -> None:
    batch = clean_batch(3)
    problem = {"status": "quarantined", "reason": "too-large: 70 MB: more than 64 MB"}
    for name, frame in batch.items():
        key = frame.columns[0]
        batch[name] = frame if name == "raw.documents" else frame.filter(pl.col(key) != "doc-00000001")
    batch["raw.documents"] = with_row(batch["raw.documents"], 1, **problem)
    outcome = audited(batch)
    assert outcome.valid["raw.documents"].equals(batch["raw.documents"])
    assert held(outcome, "table_name", "row_key", "rule", "detail", "row") == [
        ("raw.documents", "doc-00000001/1", "too-large", "70 MB: more than 64 MB", None)
    ]
    assert outcome.rows_quarantined == 0


def test_rows_of_a_shared_key_are_all_held_back_and_told_apart() -> None:
    batch = clean_batch(3)
    batch["core.sentences"] = pl.concat([batch["core.sentences"], batch["core.sentences"][[17, 17]]])
    batch["core.transcripts"] = with_row(batch["core.transcripts"], 2, n_sentences=8, n_words=80)
    outcome = audited(batch)
    duplicates = outcome.quarantined.filter(rule="key-unique")["row_key"].to_list()
    assert duplicates == ["doc-00000002/5", "doc-00000002/5#2", "doc-00000002/5#3"]
    assert outcome.rows_quarantined == 3
    keys = outcome.quarantined.select("table_name", "row_key", "rule")
    assert keys.is_unique().all()


def test_a_row_that_breaks_two_rules_is_held_back_once_for_each() -> None:
    batch = clean_batch(3)
    batch["core.sentences"] = with_row(batch["core.sentences"], 8, end_s=1.0, p_end=2.0)
    outcome = audited(batch)
    assert {rule for (rule,) in held(outcome, "rule")} == {"end-after-start", "p-end-is-share"}
    assert outcome.rows_quarantined == 1


def test_pieces_without_a_transcript_are_held_back_without_a_source() -> None:
    batch = clean_batch(3)
    batch["core.sounds"] = with_row(batch["core.sounds"], 1, transcript_id="nobody")
    assert held(audited(batch), "row_key", "document_id", "uri") == [("nobody/0", "nobody", "")]


def test_a_row_that_would_be_lost_stops_the_batch() -> None:
    batch = clean_batch(3)
    outcome = audited(batch)
    lossy = outcome.valid | {"core.sounds": batch["core.sounds"].head(2)}
    with pytest.raises(TerminalError, match="3 rows came in, but 2 would land and 0 be held back"):
        _checked(SOUNDS, batch, lossy, outcome.quarantined)
