from __future__ import annotations

import polars as pl

from tasks.segment.turns import turns_of
from tests.tasks.segment.test_sentences import Row, segmented


def turns(*rows: Row) -> list[tuple[object, ...]]:
    found = segmented(*({"speaker": None, "mark": False, **row} for row in rows)).turns
    return found.select("speaker", "speaker_label", "method", "text").rows()


def test_a_turn_lasts_until_the_label_changes() -> None:
    rows: list[Row] = [
        {"text": "One.", "speaker": "Ann"},
        {"text": "Two."},
        {"text": "Three.", "speaker": "Ann"},
    ]
    assert turns({"text": "Zero."}, *rows, {"text": "Four.", "speaker": "Bo"}) == [
        (None, None, "document", "Zero."),
        ("Ann", "Ann", "label", "One. Two. Three."),
        ("Bo", "Bo", "label", "Four."),
    ]


def test_a_mark_without_a_label_starts_a_turn_of_nobody() -> None:
    assert turns(
        {"text": "One.", "speaker": "Ann"}, {"text": "Two.", "mark": True}, {"text": "Three.", "mark": True}
    ) == [
        ("Ann", "Ann", "label", "One."),
        (None, None, "mark", "Two."),
        (None, None, "mark", "Three."),
    ]


def test_spellings_of_one_name_are_one_speaker_and_unknown_is_nobody() -> None:
    labels = ["ANN ODE", "Bo", "Ann Ode", "bo", "Unknown Speaker", "Bo"]
    found = turns(*({"text": f"Number {n}.", "speaker": label} for n, label in enumerate(labels)))
    assert [(name, label) for name, label, _, _ in found] == [
        ("Ann Ode", "ANN ODE"),
        ("Bo", "Bo"),
        ("Ann Ode", "Ann Ode"),
        ("Bo", "bo"),
        (None, "Unknown Speaker"),
        ("Bo", "Bo"),
    ]


def test_headings_are_chapters_and_not_speech() -> None:
    found = segmented(
        {"text": "Start", "heading": True},
        {"text": "One.", "heading": False, "start_s": 1.0, "end_s": 2.0},
        {"text": "Two.", "heading": False, "start_s": 2.0, "end_s": 3.0},
        {"text": "Empty", "heading": True},
        {"text": "End", "heading": True},
        {"text": "Three.", "heading": False, "start_s": 4.0, "end_s": 5.0},
    )
    assert found.sentences["text"].to_list() == ["One.", "Two.", "Three."]
    assert found.segments.select("title", "start_s", "end_s").rows() == [
        ("Start", 1.0, 3.0),
        ("End", 4.0, 5.0),
    ]


def test_an_introduction_names_the_labels_of_the_source_but_no_restored_voice() -> None:
    texts = ["My guest today is Wren Abbot.", "Thank you."]
    sentences = pl.DataFrame(
        {"doc": [0, 0], "turn": [1, 2], "text": texts, "turn_method": ["label", "label"]}
    )
    sentences = sentences.with_columns(
        p_start=0.9, start_char=0, end_char=9, start_s=0.0, end_s=1.0, error_s=0.0, n_words=2
    )
    spoken_by = pl.Series(["S1", "S2"])
    nobody = pl.Series([None, None], dtype=pl.String)
    labelled = turns_of(sentences.with_columns(speaker_label=spoken_by, voice=nobody))
    restored = turns_of(sentences.with_columns(speaker_label=nobody, voice=spoken_by))
    assert labelled["speaker"].to_list() == ["S1", "Wren Abbot"]
    assert restored["speaker"].to_list() == ["S1", "S2"]
