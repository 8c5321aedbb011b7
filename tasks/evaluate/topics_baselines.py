"""What finding topics is measured against: no boundary, even spacing, and TextTiling."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tasks.segment.topics.tokens import Tokens

Flags = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]

_BLOCK_WORDS = 120
_BUCKETS = 2048
_FEWEST_LETTERS = 4


def nothing(reference: Flags) -> Flags:
    """Return a segmentation without a boundary."""
    return np.zeros(len(reference), dtype=bool)


def even(reference: Flags) -> Flags:
    """Return as many segments as the reference has, all of one length: the number is given away."""
    n_segments = int(reference.sum()) + 1
    found = nothing(reference)
    found[(np.arange(1, n_segments) * len(reference) / n_segments).astype(int)] = True
    return found


def text_tiling(tokens: Tokens) -> Flags:
    """Cut where the cosine of the words on both sides falls into a deep valley (Hearst 1997).

    Blocks of 120 words are compared at each sentence; a valley is cut if its depth exceeds the mean less half a standard deviation.

    Args:
        tokens: Words of one document.
    """
    start = tokens.first[:-1]
    buckets = (tokens.hashes % np.uint64(_BUCKETS)).astype(np.int64)
    counted = np.where(tokens.n_bytes >= _FEWEST_LETTERS, 1.0, 0.0)
    cosines = np.array([_cosine(buckets, counted, int(gap)) for gap in start])
    return _deep_valleys(cosines)


def _cosine(buckets: npt.NDArray[np.int64], counted: Values, gap: int) -> float:
    """Compare the words before and behind a gap."""
    left = slice(max(gap - _BLOCK_WORDS, 0), gap)
    right = slice(gap, gap + _BLOCK_WORDS)
    before, behind = (np.bincount(buckets[side], counted[side], minlength=_BUCKETS) for side in (left, right))
    norm = np.sqrt((before @ before) * (behind @ behind))
    return float(before @ behind / norm) if norm else 0.0


def _deep_valleys(cosines: Values) -> Flags:
    """Mark the local minima that lie deep below the peaks on both sides."""
    depths = np.zeros(len(cosines))
    low = np.flatnonzero((cosines[1:-1] <= cosines[:-2]) & (cosines[1:-1] < cosines[2:])) + 1
    for gap in low.tolist():
        left, right = gap, gap
        while left > 0 and cosines[left - 1] >= cosines[left]:
            left -= 1
        while right < len(cosines) - 1 and cosines[right + 1] >= cosines[right]:
            right += 1
        depths[gap] = cosines[left] + cosines[right] - 2 * cosines[gap]
    if not len(low):
        return np.zeros(len(cosines), dtype=bool)
    deep: Flags = depths > max(depths[low].mean() - depths[low].std() / 2, 0.0)
    return deep
