"""Score a segmentation against another: Pk, WindowDiff, and boundaries found."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]

NEAR_SENTENCES = 3
NEAR_S = 10.0


def half_segment(reference: Flags) -> int:
    """Return half the mean length of the reference's segments, in sentences: the window of both measures."""
    return max(1, round(len(reference) / (int(reference.sum()) + 1) / 2))


def pk(reference: Flags, found: Flags) -> float:
    """Return how often the two disagree whether sentences a window apart lie in one segment (Beeferman et al. 1999).

    Args:
        reference: Whether a segment starts with each sentence.
        found: The same, of the segmentation to be scored.
    """
    expected, got = _cuts_in_windows(reference, found)
    return float(((expected > 0) != (got > 0)).mean()) if len(expected) else 0.0


def window_diff(reference: Flags, found: Flags) -> float:
    """Return how often the two disagree how many boundaries a window holds (Pevzner and Hearst 2002)."""
    expected, got = _cuts_in_windows(reference, found)
    return float((expected != got).mean()) if len(expected) else 0.0


def _cuts_in_windows(reference: Flags, found: Flags) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    width = half_segment(reference)
    expected, got = np.cumsum(reference), np.cumsum(found)
    return expected[width:] - expected[:-width], got[width:] - got[:-width]


def matched(reference: Flags, found: Flags, start_s: Values) -> int:
    """Count the found boundaries that lie within 3 sentences or 10 s of a reference boundary, one to one, in order.

    Args:
        reference: Whether a segment starts with each sentence.
        found: The same, of the segmentation to be scored.
        start_s: Time of each sentence; NaN where it is unknown.
    """
    wanted, had = np.flatnonzero(reference).tolist(), np.flatnonzero(found).tolist()
    hits = 0
    while wanted and had:
        first, second = wanted[0], had[0]
        if abs(first - second) <= NEAR_SENTENCES or abs(start_s[first] - start_s[second]) <= NEAR_S:
            hits += 1
            wanted.pop(0)
            had.pop(0)
        else:
            (wanted if first < second else had).pop(0)
    return hits


def f1(hits: int, n_reference: int, n_found: int) -> float:
    """Return the harmonic mean of precision and recall; 0 where nothing was hit."""
    return 2 * hits / (n_reference + n_found) if hits else 0.0
