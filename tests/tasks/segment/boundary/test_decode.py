from __future__ import annotations

import numpy as np
import polars as pl

from tasks.segment.boundary.decode import decode
from tasks.segment.boundary.model import Gaps


def starts(p_turn: list[float], threshold: float, known_ends: list[bool | None] | None = None) -> list[int]:
    """Return where turns start in a document whose words have such probabilities of a turn behind them."""
    n = len(p_turn)
    marks = np.tile(np.array([1, 0, 0, 0], np.float32), (n, 1))
    gaps = Gaps(marks, np.array(p_turn, np.float32), np.zeros(n, np.float32))
    known = pl.Series(known_ends, dtype=pl.Boolean) if known_ends else None
    return np.flatnonzero(decode(gaps, pl.Series([0] * n), threshold, known).turn).tolist()


def test_a_turn_starts_behind_each_gap_that_reaches_the_threshold() -> None:
    assert starts([0.2, 0.7, 0.7, 0, 1, 1], 0.5) == [2, 3, 5]


def test_no_turn_starts_inside_a_sentence_of_the_source_however_low_the_threshold() -> None:
    assert starts([0.9, 0, 0.9, 0.9], 0.0, [False, True, False, None]) == [2]
