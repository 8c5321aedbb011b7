from __future__ import annotations

import re

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tasks.parse.pieces import pieces
from tasks.segment import boundary, segment
from tests.tasks.segment.test_sentences import Row, pieces_of, recordings, segmented
from warehouse.settings import TURN_THRESHOLD

INTERVIEW = (
    "welcome to the show today we're talking about bread and my guest is a baker from oslo how are you doing "
    "i'm great thanks for having me so tell us how did you get started with baking well my grandmother had a "
    "bakery and i spent every summer there and i learned everything from her that's amazing and what was the "
    "hardest part i think it was getting up at four in the morning you know it never gets easy"
)
GERMAN = (
    "und dann haben wir das brot gegessen weil es so gut war und danach sind wir nach hause gegangen " * 3
)


def bare_words(text: str) -> list[str]:
    return re.sub(r"[.,?]", "", text.lower()).split()


def test_bare_captions_become_sentences_with_marks_and_capitals() -> None:
    found = segmented({"text": INTERVIEW}).sentences
    assert found.height >= 5
    assert set(found["end_punct"]) == {".", "?"}
    assert all(text[0].isupper() for text in found["text"])
    assert found["method"].unique().to_list() == [boundary.VERSION]
    assert found["p_end"].is_between(0, 1).all()
    assert " I'm great" in " ".join(["", *found["text"]])


def test_no_word_is_changed_dropped_or_moved() -> None:
    found = segmented({"text": INTERVIEW}).sentences
    assert bare_words(" ".join(found["text"])) == INTERVIEW.split()
    spans = [INTERVIEW[row["start_char"] : row["end_char"]] for row in found.iter_rows(named=True)]
    assert " ".join(spans) == INTERVIEW
    assert [bare_words(text) for text in found["text"]] == [span.split() for span in spans]


def test_two_voices_take_turns_where_the_model_hears_a_change() -> None:
    found = segmented({"text": INTERVIEW}).turns
    assert found.height >= 3
    assert found["speaker"].to_list() == [("S1", "S2")[n % 2] for n in range(found.height)]
    assert found["speaker_label"].null_count() == found.height
    assert found["method"].to_list() == ["document"] + [boundary.VERSION] * (found.height - 1)
    assert found["p_start"][0] == 1
    assert (found["p_start"][1:] >= TURN_THRESHOLD).all()


def test_a_turn_below_the_threshold_is_not_asserted() -> None:
    turns = [
        segment(pieces_of({"text": INTERVIEW}), recordings(0, language="en"), t).turns
        for t in (0.2, 0.9, 1.0)
    ]
    assert turns[0].height > turns[1].height >= turns[2].height
    assert turns[2]["speaker"].to_list() == [None] * turns[2].height


def test_at_a_threshold_of_one_punctuated_text_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundary, "restore", lambda *_: pytest.fail("the model ran"))
    found = segment(
        pieces_of({"text": "How are you? I'm great."}), recordings(0, language="en"), turn_threshold=1
    )
    assert found.turns["method"].to_list() == ["document"]
    assert found.sentences["text"].to_list() == ["How are you?", "I'm great."]


def test_punctuated_text_keeps_its_marks_and_turns_start_with_its_sentences() -> None:
    text = (
        "How are you doing? I'm great, thanks for having me. So tell us, how did you get started with baking? "
        "Well, my grandmother had a bakery, and I spent every summer there. That's amazing! What was the hardest "
        "part? I think it was getting up at four in the morning."
    )
    found = segmented({"text": text})
    assert " ".join(found.sentences["text"]) == text
    assert found.sentences["method"].unique().to_list() == ["punctuation/1"]
    assert found.turns.height >= 2
    assert all(turn.endswith((".", "?", "!")) for turn in found.turns["text"])


def test_labels_are_kept_and_only_sentences_restored() -> None:
    half = len(INTERVIEW.split()) // 2
    first, second = " ".join(INTERVIEW.split()[:half]), " ".join(INTERVIEW.split()[half:])
    rows: list[Row] = [
        {"text": first, "speaker": "Ann", "mark": False},
        {"text": second, "speaker": "Bo", "mark": False},
    ]
    found = segmented(*rows)
    assert found.turns.select("speaker", "method").rows() == [("Ann", "label"), ("Bo", "label")]
    assert found.sentences.height > 4


def test_what_a_word_has_of_its_own_stays() -> None:
    text = INTERVIEW.replace("oslo", "McOslo,").replace("bakery", "b4kery\u2019s")
    said = " ".join(segmented({"text": text}).sentences["text"])
    assert "McOslo, " in said
    assert "b4kery\u2019s" in said


@pytest.mark.parametrize("times", [None, (0.0, 9.0)])
def test_other_languages_are_not_restored_and_say_so(times: tuple[float, float] | None) -> None:
    cues: list[Row] = [
        {"text": GERMAN, "start_s": times and times[0], "end_s": times and times[1]},
        {"text": GERMAN, "start_s": times and times[1], "end_s": times and times[1] + 9},
    ]
    found = segmented(*cues, language="de")
    assert found.sentences["method"].unique().to_list() == ["cue/1" if times else "window/1"]
    assert found.sentences["n_words"].max() == (len(GERMAN.split()) if times else 25)
    assert found.sentences["end_punct"].null_count() == found.sentences.height
    assert " ".join(found.sentences["text"]) == f"{GERMAN}{GERMAN}".strip()
    assert found.turns["speaker"].to_list() == [None]


def test_other_languages_keep_their_small_letters() -> None:
    text = f"{'brot, ' * 25}{GERMAN}".strip()
    found = segmented({"text": text}, language="de").sentences
    assert found.height > 1
    assert " ".join(found["text"]) == text


@pytest.mark.parametrize("dash", ["-", "\u2014"])
def test_a_dash_is_no_sentence_of_its_own(dash: str) -> None:
    words = INTERVIEW.split()
    found = segmented({"text": INTERVIEW}).turns
    turns = found["n_words"].cum_sum().to_list()[:-1]
    text = " ".join(f"{dash} {word}" if n in turns else word for n, word in enumerate(words))
    dashed = segmented({"text": text})
    assert dashed.turns["text"].to_list() == [found["text"][0], *(f"{dash} {t}" for t in found["text"][1:])]
    assert dash not in dashed.sentences["text"]
    assert dashed.turns["p_start"].equals(found["p_start"])


def test_a_document_is_restored_alike_whatever_is_in_its_batch() -> None:
    words = (INTERVIEW + " ") * 7
    texts = {0: words, 1: INTERVIEW, 2: f"{words}and {words}", 3: "so"}

    def tables(*docs: int) -> tuple[pl.DataFrame, pl.DataFrame]:
        given = pl.DataFrame(
            {"doc": list(docs), "text": [texts[doc] for doc in docs], "cue": list(docs), "start_char": 0}
        )
        found = segment(pieces(given), recordings(*docs, language="en"))
        return found.sentences.drop("sentence", "turn"), found.turns.drop("turn")

    together = tables(0, 1, 2, 3)
    for n, frame in enumerate(together):
        assert_frame_equal(frame, pl.concat([tables(doc)[n] for doc in texts]), check_exact=True)
        assert_frame_equal(frame, tables(3, 2, 1, 0)[n].sort("doc", maintain_order=True), check_exact=True)
