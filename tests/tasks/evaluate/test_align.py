from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tasks.evaluate.align import align, carry
from tasks.segment.gold import COMMA, GOLD, NONE, PERIOD, QUESTION

Row = tuple[str, int, bool]


def gold(*rows: Row) -> pl.DataFrame:
    """Words as an editor wrote them, the mark behind each, and whether a turn starts with it."""
    words = [(0, surface.lower(), surface, mark, turn, False) for surface, mark, turn in rows]
    return pl.DataFrame(words, schema=GOLD, orient="row")


def heard(text: str) -> pl.DataFrame:
    return gold(*((word, NONE, False) for word in text.split()))


REFERENCE = gold(
    ("Is", NONE, False),
    ("it", NONE, False),
    ("Berlin", QUESTION, False),
    ("No", COMMA, True),
    ("I", NONE, False),
    ("think", NONE, False),
    ("Bonn", PERIOD, False),
    ("Right", PERIOD, True),
)


@pytest.mark.parametrize(
    ("text", "marks", "turns"),
    [
        ("is it berlin no i think bonn right", [0, 0, 3, 1, 0, 0, 2, 2], [3, 7]),
        ("is it merlin no i think bon right", [0, 0, 3, 1, 0, 0, 2, 2], [3, 7]),  # substituted at the marks
        ("is it no i think right", [0, 3, 1, 0, 2, 2], [2, 5]),  # deleted at the marks
        ("is it berlin i think bonn right", [0, 0, 3, 0, 0, 2, 2], [3, 6]),  # deleted where the turn starts
        (
            "is it berlin um no i think bonn uh right",
            [0, 0, 3, 0, 1, 0, 0, 2, 0, 2],
            [4, 9],
        ),  # inserted behind marks
        ("is it berlin no i think bonn", [0, 0, 3, 1, 0, 0, 2], [3]),  # a turn deleted
    ],
)
def test_marks_and_turns_go_to_the_words_that_were_heard(
    text: str, marks: list[int], turns: list[int]
) -> None:
    carried = carry(REFERENCE, heard(text))
    assert carried["word"].to_list() == text.split()
    assert carried["mark"].to_list() == marks
    assert carried["turn"].arg_true().to_list() == turns


def test_case_is_known_only_of_words_that_the_reference_holds() -> None:
    carried = carry(REFERENCE, heard("is it merlin no i sink bonn right"))
    known = carried.filter(~pl.col("initial"))
    assert known.select("surface").to_series().to_list() == ["it", "I", "Bonn"]


def test_nothing_is_carried_to_words_of_another_text() -> None:
    assert carry(REFERENCE.clear(), heard("quite another text"))["mark"].to_list() == [NONE] * 3


def distance(reference: pl.Series, hypothesis: pl.Series, found: NDArray[np.int64]) -> int:
    pairs = [(i, int(j)) for i, j in enumerate(found) if j >= 0]
    assert [j for _, j in pairs] == sorted({j for _, j in pairs})
    wrong = sum(str(reference[i]) != str(hypothesis[j]) for i, j in pairs)
    return wrong + len(reference) + len(hypothesis) - 2 * len(pairs)


def test_halving_a_long_text_finds_an_alignment_as_short_as_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    random = np.random.default_rng(7)
    reference = pl.Series([f"w{n}" for n in random.integers(0, 40, 300)])
    kept = random.random(300) > 0.2
    hypothesis = pl.Series(
        [word if random.random() > 0.1 else "x" for word in reference.filter(pl.Series(kept))]
    )
    whole = distance(reference, hypothesis, align(reference, hypothesis))
    monkeypatch.setattr("tasks.evaluate.align._TRACED_CELLS", 50)
    assert distance(reference, hypothesis, align(reference, hypothesis)) == whole


def test_an_empty_side_aligns_with_nothing() -> None:
    nothing = pl.Series([], dtype=pl.String)
    assert align(pl.Series(["a", "b"]), nothing).tolist() == [-1, -1]
    assert align(nothing, pl.Series(["a", "b"])).tolist() == []
