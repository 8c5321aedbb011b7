from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tasks.evaluate.baselines import Restore, cue_words, fixed_windows
from tasks.evaluate.gold import Gold, read_gold, usable
from tasks.evaluate.scores import METRICS
from tasks.evaluate.segmentation import evaluate
from tasks.segment.gold import NONE, PERIOD, QUESTION
from warehouse.errors import SourceError
from warehouse.settings import load

LABELLED = "**Ann:** Is it Bo? It is.\n\n**Bo:** Yes, it is me.\n"
PLAIN = "So it was Bo. And he said that the NASA people came. Did they? They did.\n"
GERMAN = (
    "Und dann haben wir das Brot gegessen. Es war sehr gut, und danach sind wir alle nach Hause gegangen.\n"
)
BARE = PLAIN.lower().replace(".", "").replace("?", "")


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def gold_of(folder: Path) -> Gold:
    (gold,) = read_gold([folder], load())
    return gold


def test_shows_are_named_and_documents_judged_as_when_they_are_ingested(tmp_path: Path) -> None:
    written(tmp_path, birds__1_md=LABELLED, trees__2_txt=PLAIN, trees__3_txt=BARE)
    facts = gold_of(tmp_path).documents.select("show", "stem", "has_turns", "has_case", "is_punctuated")
    assert facts.rows() == [
        ("birds", "1", True, True, True),
        ("trees", "2", False, True, True),
        ("trees", "3", False, False, False),
    ]


def test_what_is_no_gold_is_left_out_with_its_reason(tmp_path: Path) -> None:
    written(tmp_path, trees__1_txt=PLAIN, trees__1_md=LABELLED, trees__2_txt=BARE, trees__3_txt=" \n")
    written(tmp_path, trees__4_txt=GERMAN)
    gold = usable(gold_of(tmp_path))
    assert gold.documents["stem"].to_list() == ["1"]
    assert gold.words["word"].to_list()[:3] == ["is", "it", "bo"]
    assert sorted(gold.left_out["problem"].to_list()) == [
        "another format of an episode scored already",
        "empty",
        "not English",
        "unpunctuated",
    ]


def test_a_token_table_is_read_by_the_names_of_its_columns(tmp_path: Path) -> None:
    table = (
        "token|speaker|ts|endTs|punctuation|case|tags\r\nIs|1|||||\r\n<laugh>|1|||||\r\nit|1|||?||\r\n"
        "Yes|2|||.|UC|\r\n"
    )
    words = gold_of(written(tmp_path, calls__7_nlp=table)).words
    assert words.select("word", "mark", "turn").rows() == [
        ("is", NONE, False),
        ("it", QUESTION, False),
        ("yes", PERIOD, True),
    ]


def test_marks_of_a_reference_are_scored_on_the_words_of_each_recogniser(tmp_path: Path) -> None:
    written(tmp_path / "truth", talk_md=LABELLED)
    written(
        tmp_path / "output",
        one__talk_txt="is it low it is yes it is me",
        two__talk_txt="is it bo it yes it's me",
    )
    written(tmp_path / "output", two__other_txt="nobody wrote this down")
    found = evaluate([tmp_path / "output"], load(), {"cue": cue_words}, tmp_path / "truth")
    assert found.gold.select("show", "n_words", "n_sentences", "n_questions", "n_turns").rows() == [
        ("one", 9, 3, 1, 1),
        ("two", 7, 3, 1, 1),
        ("all shows", 16, 6, 2, 2),
    ]
    assert found.scores["f1_low"].null_count() == found.scores.height  # one recording, however many heard it
    assert found.left_out.rows() == [("two", "no punctuated reference of that name", 1)]


def test_figures_do_not_depend_on_how_documents_are_batched(tmp_path: Path) -> None:
    written(tmp_path, **{f"birds__{n}_md": LABELLED * 700 * n for n in range(1, 6)})
    methods = {"windows": fixed_windows, "cue": cue_words}
    assert len(list(read_gold([tmp_path], load(batch_bytes=100_000)))) > 1
    one, many = (evaluate([tmp_path], load(batch_bytes=size), methods) for size in (10_000_000, 100_000))
    for name in ("gold", "scores", "calibration"):
        assert_frame_equal(getattr(one, name), getattr(many, name))
    assert many.costs["n_words"].to_list() == one.costs["n_words"].to_list()


def test_who_restores_everything_gets_full_marks(tmp_path: Path) -> None:
    written(
        tmp_path, birds__1_md=LABELLED + "\n**Cy:** Dr. Wren, the NASA one, said so.\n\n**Ann:** [laughs]\n"
    )
    truth = gold_of(tmp_path).words.with_columns(p_end=0.5, p_turn=0.5)

    def oracle(words: pl.DataFrame) -> pl.DataFrame:
        return truth.head(words.height)

    found = evaluate([tmp_path], load(), {"oracle": oracle}).scores
    assert found["metric"].unique().sort().to_list() == sorted(METRICS)
    assert found["f1"].to_list() == [1.0] * found.height


def test_nothing_to_score_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    written(tmp_path, trees__1_txt="no marks at all " * 30)
    with pytest.raises(SourceError, match="punctuated"):
        evaluate([tmp_path], load(), {"cue": cue_words})


@pytest.mark.parametrize("restore", [fixed_windows, cue_words])
def test_a_baseline_restores_each_document_as_if_alone(restore: Restore) -> None:
    words = pl.DataFrame(
        {
            "doc": [0] * 70 + [3] * 5,
            "word": [*["um"] * 60, "yeah", *["um"] * 9, "i", "saw", "it", "yeah", "so"],
        },
        schema={"doc": pl.UInt32, "word": pl.String},
    )
    whole = restore(words)
    assert whole["turn"].filter(words["doc"] == 3)[0] is False
    assert whole["mark"][69] == PERIOD
    assert whole["surface"][70:72].to_list() == ["I", "saw"]
    for doc in (0, 3):
        alone = restore(words.filter(doc=doc))
        assert alone.drop("p_end").equals(whole.filter(words["doc"] == doc).drop("p_end"))
