from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pytest

from tasks.parse.pieces import FILL, pieces
from tasks.segment import Segmented, segment

Row = Mapping[str, object]


def pieces_of(*rows: Row) -> pl.DataFrame:
    """Make pieces that follow each other in one document, a cue each."""
    given = pl.DataFrame(list(rows), infer_schema_length=None).with_row_index("cue")
    length = pl.col("text").str.len_chars() + 1
    return pieces(given.with_columns(doc=0, start_char=length.cum_sum() - length))


def segmented(*rows: Row, language: str | None = None) -> Segmented:
    """Segment such pieces, of a recording whose length nobody knows."""
    return segment(pieces_of(*rows), recordings(0, language=language))


def recordings(*docs: int, language: str | None = None) -> pl.DataFrame:
    """Describe recordings whose length nobody knows."""
    schema = {"doc": pl.UInt32, "language": pl.String, "duration_s": pl.Float64}
    return pl.DataFrame([(doc, language, None) for doc in docs], schema, orient="row")


def sentences(*texts: str) -> list[str]:
    return segmented(*({"text": text} for text in texts)).sentences["text"].to_list()


@pytest.mark.parametrize(
    "sentence",
    [
        "It costs 3.50 in version 1.2.3 at example.org/a.b today.",
        "Dr. Joakim Kennedy met Mr. Back and Erik St. Martin.",
        "It was Samuel L. Jackson, e.g. Not me.",
        "See Bengio et al. 2003, no. 5 and vol. 2 of it.",
        "We got up at 3:00 a.m. every day.",
        "In the U.S. they do that.",
        "Well... maybe not, i.e. No.",
        "\u201cIs it ripe?\u201d",
        "Die Folge kostet ca. 20 Euro, d.h. Geld.",
    ],
)
def test_a_mark_inside_a_sentence_does_not_end_it(sentence: str) -> None:
    assert sentences(f"Yes. {sentence} That is all.") == ["Yes.", sentence, "That is all."]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("No. No, no. Yes.", ["No.", "No, no.", "Yes."]),
        ("Apples, pears, etc. Then we left.", ["Apples, pears, etc.", "Then we left."]),
        ("It is B-Y-T-E-S. And that is it.", ["It is B-Y-T-E-S.", "And that is it."]),
        ('He said "Stop!" Then he left.', ['He said "Stop!"', "Then he left."]),
        ("What?! No... Really\u2026 Yes.", ["What?!", "No...", "Really\u2026", "Yes."]),
        (
            "\u4f60\u597d\u3002\u597d\u5417\uff1f\u597d\uff01",
            ["\u4f60\u597d\u3002", "\u597d\u5417\uff1f", "\u597d\uff01"],
        ),
        ("The year was 2020. Then came 2021.", ["The year was 2020.", "Then came 2021."]),
    ],
)
def test_a_sentence_ends_at_its_mark(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


def test_a_sentence_may_run_through_cues_but_not_through_turns() -> None:
    assert sentences("We go", "up. And", "down.") == ["We go up.", "And down."]
    turns: list[Row] = [
        {"text": "We go", "speaker": "Ann"},
        {"text": "up.", "speaker": "Bo"},
        {"text": "Yes.", "speaker": None},
    ]
    found = segmented(*turns)
    assert found.sentences["text"].to_list() == ["We go", "up.", "Yes."]
    assert found.turns.select("speaker", "text").rows() == [("Ann", "We go"), ("Bo", "up. Yes.")]


def test_times_are_interpolated_by_words() -> None:
    rows: list[Row] = [
        {"text": "One two. Three", "start_s": 0.0, "end_s": 3.0},
        {"text": "four.", "start_s": 5.0, "end_s": 6.0},
    ]
    found = segmented(*rows).sentences.select("start_s", "end_s", "text").rows()
    assert found == [(0.0, 2.0, "One two."), (2.0, 6.0, "Three four.")]


def test_times_are_interpolated_alike_whether_one_cue_or_many_share_the_batch() -> None:
    cue: Row = {"text": "One. " * 80, "start_s": 0.0, "end_s": 1.0}
    alone, beside = (segmented(*rows).sentences.head(79) for rows in ([cue], [cue, cue]))
    assert alone.select("start_s", "end_s").rows() == beside.select("start_s", "end_s").rows()


def test_a_cue_without_end_gives_its_start() -> None:
    found = segmented({"text": "One. Two.", "start_s": 7.0, "end_s": None}).sentences
    assert found.select("start_s", "end_s").rows() == [(7.0, None), (7.0, None)]


def test_the_span_begins_at_the_first_word_and_keeps_what_touches_the_last() -> None:
    found = segmented({"text": f"{FILL * 3} {FILL}Hi. \u2019Tis \u201d{FILL * 4} {FILL * 8}"}).sentences
    assert found.select("start_char", "end_char").rows() == [(5, 8), (9, 19)]


def test_what_is_written_small_goes_on_only_where_capitals_are_in_use() -> None:
    cased = "We All Went Up. and then Down Again. Yes."
    assert sentences(cased) == ["We All Went Up. and then Down Again.", "Yes."]
    assert sentences(cased.lower() * 9)[:2] == ["we all went up.", "and then down again."]


@pytest.mark.parametrize(
    ("text", "mark"),
    [("Hi.", "."), ("Hi?", "?"), ('"Hi!"', "!"), ("Hi...", "\u2026"), ("\u597d\u3002", ".")],
)
def test_the_end_mark_is_told(text: str, mark: str | None) -> None:
    assert segmented({"text": text}).sentences["end_punct"].to_list() == [mark]


def test_fillers_and_repeats_are_counted_not_deleted() -> None:
    found = segmented({"text": "Um, I, I think uh the the summer, hmm. The umbrella."}).sentences
    assert found.select("n_words", "n_fillers", "n_repeats").rows() == [(9, 3, 2), (2, 0, 0)]
