"""Make edited text resemble recognised speech: words dropped, doubled, misheard, and hesitations kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.segment.boundary.vocabulary import Ids

IGNORED = 255
"""Label of a gap that is not learned from."""
UNKNOWN_CASE = 2

_NOISY, _RUN_WORDS = 0.7, 4096
"""Noise comes and goes in runs of so many words: a third of the text stays as it was edited."""
_DROPPED, _MISHEARD, _DOUBLED, _HESITATED = 0.025, 0.02, 0.01, 0.01
"""Shares of words; together about half of the word error rate of captions on conversation, some 13 %."""
_UNKNOWN = 0.05
"""Share of words that become their bucket: without it the model leans on names and phrases of the shows it saw."""
FILLERS = ("um", "uh", "like", "uh", "um", "so", "and", "well")


@dataclass(frozen=True, slots=True)
class Labelled:
    """Words and what is to be learned of each: the mark and the turn behind it, and whether it has a capital."""

    ids: Ids
    mark: npt.NDArray[np.uint8]
    turn: npt.NDArray[np.uint8]
    capital: npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Noise:
    """Draws noise.

    Attributes:
        random: Where chance comes from.
        cumulated: Cumulated probability of each word to be what another is misheard as.
        fillers: Words of hesitation.
        buckets: Bucket of each word.
    """

    random: np.random.Generator
    cumulated: npt.NDArray[np.float64]
    fillers: Ids
    buckets: Ids

    def __call__(self, text: Labelled) -> Labelled:
        """Return the text with noise in most of it; labels move along with their words."""
        n_words = len(text.ids)
        noisy = np.repeat(self.random.random(n_words // _RUN_WORDS + 1) < _NOISY, _RUN_WORDS)[:n_words]
        noisy &= text.mark < IGNORED
        noisy[1:] &= text.mark[:-1] < IGNORED
        drawn = self.random.random(n_words)
        dropped = noisy & (drawn < _DROPPED)
        doubled = noisy & (drawn > 1 - _DOUBLED)
        hesitated = noisy & (drawn > 1 - _DOUBLED - _HESITATED) & ~doubled
        misheard = noisy & (self.random.random(n_words) < _MISHEARD)
        unknown = noisy & (self.random.random(n_words) < _UNKNOWN)
        ids, mark, turn = text.ids.copy(), text.mark.copy(), text.turn.copy()
        ids[misheard] = np.searchsorted(self.cumulated, self.random.random(misheard.sum()))
        ids[unknown] = self.buckets[ids[unknown]]
        # The gap behind a dropped word closes over the one before it.
        lost = np.flatnonzero(dropped[1:]) + 1
        mark[lost - 1] = np.maximum(mark[lost - 1], mark[lost])
        turn[lost - 1] |= turn[lost]
        return self._repeated(Labelled(ids, mark, turn, text.capital), dropped, doubled, hesitated)

    def _repeated(
        self,
        text: Labelled,
        dropped: npt.NDArray[np.bool_],
        doubled: npt.NDArray[np.bool_],
        hesitated: npt.NDArray[np.bool_],
    ) -> Labelled:
        """Leave words out, say them twice, or put a hesitation before them."""
        times = 1 - dropped.astype(np.int64) + doubled + hesitated
        source = np.repeat(np.arange(len(times)), times)
        is_extra = np.append(source[:-1] == source[1:], False)
        ids, mark = text.ids[source], text.mark[source]
        turn, capital = text.turn[source], text.capital[source]
        mark[is_extra] = turn[is_extra] = 0
        capital[is_extra] = UNKNOWN_CASE
        filled = is_extra & hesitated[source]
        ids[filled] = self.random.choice(self.fillers, filled.sum())
        return Labelled(ids, mark, turn, capital)
