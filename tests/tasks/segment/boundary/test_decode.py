from __future__ import annotations

import numpy as np
import polars as pl

from tasks.segment.boundary import restore
from tasks.segment.boundary.decode import decode
from tasks.segment.boundary.model import Gaps
from tasks.segment.gold import NONE, PERIOD, QUESTION


def starts(p_turn: list[float], threshold: float) -> list[int]:
    """Return where turns start in a document whose words have such probabilities of a turn behind them."""
    n = len(p_turn)
    marks = np.tile(np.array([1, 0, 0, 0], np.float32), (n, 1))
    gaps = Gaps(marks, np.array(p_turn, np.float32), np.zeros(n, np.float32))
    return np.flatnonzero(decode(gaps, pl.Series([0] * n), threshold).turn).tolist()


def test_a_turn_starts_behind_each_gap_that_reaches_the_threshold() -> None:
    assert starts([0.2, 0.7, 0.7, 0, 1, 1], 0.5) == [2, 3, 5]


def test_no_turn_starts_where_none_is_possible_however_low_the_threshold() -> None:
    assert starts([0.9, 0, 0.9, 0.9], 0.0) == [1, 3]


def test_marks_that_are_known_stand_and_turns_start_behind_them_alone() -> None:
    said = "how are you today i am fine thank you how about you oh yeah i am well"
    known = [NONE] * 16
    known[3] = known[11] = QUESTION
    known[8] = PERIOD
    words = pl.DataFrame(
        {"doc": 0, "word": said.split()[:16], "known_mark": pl.Series(known, dtype=pl.UInt8)}
    )
    found = restore(words, 0.0)
    assert found["mark"].to_list() == [*known[:15], PERIOD]
    assert found["turn"].arg_true().to_list() == [4, 9, 12]
