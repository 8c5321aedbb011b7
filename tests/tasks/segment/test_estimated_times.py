from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
import pytest

from tasks.segment.estimated_times import LETTERS_PER_S, START_ERROR_S, estimate_times
from tests.tasks.test_transform import transformed

Times = Sequence[tuple[float | None, float | None]]
UNTIMED = (None, None)
LETTERS = 50


def estimated(*documents: Times, durations: Mapping[int, float | None] | None = None) -> list[pl.DataFrame]:
    """Each document is the times of its sentences, all equally long."""
    rows = [(doc, *times) for doc, sentences in enumerate(documents) for times in sentences]
    sentences = pl.DataFrame(
        rows, {"doc": pl.UInt32, "start_s": pl.Float64, "end_s": pl.Float64}, orient="row"
    ).with_columns(n_words=10, text=pl.lit(" ".join(["bread"] * 9 + ["oven"] * 1) + "!"))
    known = pl.DataFrame(
        list((durations or {}).items()), {"doc": pl.UInt32, "duration_s": pl.Float64}, orient="row"
    )
    found = estimate_times(sentences, known)
    return [found.filter(doc=doc).select("start_s", "end_s", "error_s") for doc in range(len(documents))]


def test_a_known_duration_is_spread_over_the_words_and_is_least_sure_in_the_middle() -> None:
    (rows,) = estimated([UNTIMED] * 100, durations={0: 3600.0})
    assert rows["start_s"].to_list() == pytest.approx([36.0 * n for n in range(100)])
    assert rows["end_s"].to_list() == pytest.approx([36.0 * n for n in range(1, 101)])
    widest = rows["error_s"].arg_max()
    assert widest is not None
    assert 40 < widest < 60
    assert rows["error_s"].max() > 3 * rows["error_s"][0]


def test_without_a_duration_the_pace_of_speech_tells_and_grows_unsure() -> None:
    (rows,) = estimated([UNTIMED] * 100)
    assert rows["end_s"][-1] == pytest.approx(100 * LETTERS / LETTERS_PER_S)
    assert rows["error_s"].is_sorted()
    assert rows["error_s"][0] == pytest.approx(START_ERROR_S, rel=0.01)


@pytest.mark.parametrize("duration_s", [10.0, 0.0, None])
def test_a_duration_in_which_nobody_could_say_it_counts_as_unknown(duration_s: float | None) -> None:
    assert estimated([UNTIMED] * 100, durations={0: duration_s})[0].equals(estimated([UNTIMED] * 100)[0])


def test_given_times_stay_and_what_stands_between_them_is_spread() -> None:
    given: Times = [UNTIMED, (60.0, 70.0), UNTIMED, UNTIMED, (100.0, None), (110.0, 115.0)]
    (rows,) = estimated(given)
    assert rows.rows()[1] == (60.0, 70.0, None)
    assert rows.rows()[4] == (100.0, None, None)
    assert rows["start_s"].to_list() == [0.0, 60.0, 70.0, 85.0, 100.0, 110.0]
    assert rows["end_s"].to_list()[:4] == [60.0, 70.0, 85.0, 100.0]
    assert rows["error_s"].is_not_null().to_list() == [True, False, True, True, False, False]


def test_after_the_last_stamp_a_document_goes_on_at_its_own_pace() -> None:
    slow: Times = [(30.0 * n, 30.0 * n + 30.0) for n in range(10)]
    (rows,) = estimated([*slow, UNTIMED])
    assert rows.rows()[-1][:2] == pytest.approx((300.0, 330.0))


def test_stamps_that_jump_back_do_not_turn_an_estimate_around() -> None:
    (rows,) = estimated([(50.0, 60.0), UNTIMED, (20.0, 30.0)])
    assert rows.rows()[1][:2] == (60.0, 60.0)


def test_documents_do_not_touch_each_other() -> None:
    documents: list[Times] = [[UNTIMED] * 3, [(5.0, 6.0), UNTIMED], [UNTIMED] * 2, [(1.0, 2.0)]]
    together = estimated(*documents, durations={0: 60.0, 2: 90.0})
    alone = [
        estimated(document, durations={0: known})[0]
        for document, known in zip(documents, [60.0, None, 90.0, None], strict=True)
    ]
    assert all(ours.equals(theirs) for ours, theirs in zip(together, alone, strict=True))


def test_a_character_of_chinese_takes_as_long_as_a_syllable() -> None:
    rows = pl.DataFrame(
        {
            "doc": [0, 1],
            "start_s": None,
            "end_s": None,
            "n_words": [1, 1],
            "text": ["烤箱对我们说什么", "the oven said to us what"],
        },
        {
            "doc": pl.UInt32,
            "start_s": pl.Float64,
            "end_s": pl.Float64,
            "n_words": pl.Int32,
            "text": pl.String,
        },
    )
    chinese, english = estimate_times(rows, rows.clear().select("doc", duration_s="end_s"))["end_s"]
    assert chinese == pytest.approx(english, rel=0.1)


def test_a_transcript_without_times_gets_estimates_that_are_marked() -> None:
    tables = transformed(
        "---\nduration: '0:30'\n---\n**Ann:** Hello there.\n\n**Bo:** And good bye to you.\n"
    )
    transcript = tables["core.transcripts"].row(0, named=True)
    assert (transcript["has_times"], transcript["duration_s"]) == (False, None)
    for table in ("core.sentences", "core.turns"):
        rows = tables[table].select("start_s", "end_s", "error_s")
        assert rows.null_count().sum_horizontal().item() == 0
        assert (rows["start_s"][0], rows["end_s"][-1]) == (0.0, pytest.approx(30.0))
