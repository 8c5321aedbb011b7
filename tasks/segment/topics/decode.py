"""Choose the cuts that are expected to be wrong least often, by the measure that segmentations are judged by.

Pk (Beeferman et al. 1999) slides a window over the text and counts how often two segmentations disagree whether its
ends lie in one topic. Given the probability of a cut at each gap, a window has no cut inside with probability q, the
product of (1 - p). To put a cut into it is expected to gain 1 - 2q. The best set of cuts follows by dynamic
programming over the last cut, so the number of topics is found, not given.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

_LEAST_P = 0.05
"""Gaps below this are never cut: they make up nine in ten."""
_SHARPNESS = 0.02
"""What a cut gains by its own log odds: it settles where within a window the cut lies, and no more."""
_SHORTEST_WINDOW = 3


def best_cuts(p: Values) -> list[int]:
    """Return the gaps to cut, ascending, of one document.

    Args:
        p: Probability that a topic starts with each sentence; the first is no gap.
    """
    n = len(p)
    width = max(_SHORTEST_WINDOW, round(n / (p[1:].sum() + 1) / 2))
    if n <= width + 1:
        return []
    gain = _gains(p, width)
    gaps = np.flatnonzero(p >= _LEAST_P)
    gaps = gaps[gaps > 0]
    own = _SHARPNESS * np.minimum(0.0, np.log(p[gaps] / (1 - p[gaps])))
    return _trace(
        gaps.tolist(), gain[gaps].tolist(), gain[np.maximum(gaps - width, 0)].tolist(), own.tolist(), width
    )


def _gains(p: Values, width: int) -> Values:
    """Return at each gap the summed gain of all windows that start before it."""
    log_q = np.concatenate([[0.0], np.cumsum(np.log1p(-p))])
    start = np.arange(len(p) - width)
    gain = 1 - 2 * np.exp(log_q[start + width + 1] - log_q[start + 1])
    total = np.concatenate([[0.0], np.cumsum(gain)])
    return np.concatenate([total, np.full(width, total[-1])])


def _trace(
    gaps: list[int], upto: list[float], before: list[float], own: list[float], width: int
) -> list[int]:
    """Run the dynamic programme over the gaps: the best last cut of each, then back from the best of all.

    A cut at gap b covers the windows that start in [b - width, b). One before it, at a, already covers those before a:
    far cuts leave it all of its own windows, near ones (in ``near``, best first) the windows from a on.
    """
    value: list[float] = []
    back: list[int] = []
    near: deque[int] = deque()
    far, far_value, left = -1, 0.0, 0
    for i, gap in enumerate(gaps):
        while gaps[left] <= gap - width:
            if value[left] > far_value:
                far, far_value = left, value[left]
            left += 1
        while near and near[0] < left:
            near.popleft()
        best, last = far_value + upto[i] - before[i], far
        if near and (shared := value[near[0]] + upto[i] - upto[near[0]]) > best:
            best, last = shared, near[0]
        value.append(best + own[i])
        back.append(last)
        while near and value[near[-1]] - upto[near[-1]] <= value[i] - upto[i]:
            near.pop()
        near.append(i)
    i = int(np.argmax(value)) if value else -1
    cuts = []
    while i >= 0 and max(value) > 0:
        cuts.append(gaps[i])
        i = back[i]
    return cuts[::-1]
