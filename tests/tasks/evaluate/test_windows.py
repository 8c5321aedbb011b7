from __future__ import annotations

import numpy as np
import pytest

from tasks.evaluate.windows import f1, half_segment, matched, pk, window_diff


def starts(pattern: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Read ``..|.`` as one sentence a sign, a bar where a segment starts."""
    return np.array([sign == "|" for sign in pattern])


@pytest.mark.parametrize(
    ("reference", "found", "expected_pk", "expected_window_diff"),
    [
        # Two segments of four: the window is two sentences, so six windows; the one boundary lies in two of them.
        ("....|...", "....|...", 0.0, 0.0),
        ("....|...", "........", 2 / 6, 2 / 6),
        # A boundary one sentence off is wrong in the window at either side.
        ("....|...", ".....|..", 2 / 6, 2 / 6),
        # A second boundary beside the first changes one Pk window, but the count in two.
        ("....|...", "....||..", 1 / 6, 2 / 6),
    ],
)
def test_windows_by_hand(reference: str, found: str, expected_pk: float, expected_window_diff: float) -> None:
    assert half_segment(starts(reference)) == 2
    assert pk(starts(reference), starts(found)) == pytest.approx(expected_pk)
    assert window_diff(starts(reference), starts(found)) == pytest.approx(expected_window_diff)


def test_a_boundary_counts_once_and_within_three_sentences_or_ten_seconds() -> None:
    untimed = np.full(12, np.nan)
    assert matched(starts("....|......."), starts(".|.....|...."), untimed) == 1
    assert matched(starts("..|........."), starts("......|....."), untimed) == 0
    assert matched(starts("..|........."), starts("......|....."), np.arange(12, dtype=np.float64) * 2) == 1
    assert matched(starts("..|........."), starts("......|....."), np.arange(12, dtype=np.float64) * 3) == 0


def test_f1_of_counts() -> None:
    assert f1(2, 4, 4) == pytest.approx(0.5)
    assert f1(0, 4, 0) == 0.0
