"""Cut documents into windows of words, and hash the word groups around each gap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.segment.boundary.vocabulary import PAD, Ids

N_GROUPS = 3
"""Word groups of a gap: the pair across it, the pair with the word before, the pair with the word behind."""

_PRIMES = tuple(np.uint64(prime) for prime in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))


def group_ids(ids: npt.NDArray[Any], bits: int) -> npt.NDArray[np.int64]:
    """Return the hashes of the word groups at each gap, along the first axis.

    Args:
        ids: Words, ``(words, ...)``; the gap lies behind the word of its position.
        bits: Logarithm of the number of hashes.

    Returns:
        ``(words, ..., N_GROUPS)``.
    """
    words: npt.NDArray[np.uint64] = np.full((len(ids) + 3, *ids.shape[1:]), PAD, np.uint64)
    words[1:-2] = ids
    before, left, right, behind = (words[start : start + len(ids)] for start in range(4))
    a, b, c = _PRIMES
    groups = np.empty((*ids.shape, N_GROUPS), np.int64)
    shift = np.uint64(64 - bits)
    groups[..., 0] = np.right_shift((left * a + right * b + np.uint64(1)) * c, shift)
    groups[..., 1] = np.right_shift((before * a + left * b + right * c + np.uint64(2)) * a, shift)
    groups[..., 2] = np.right_shift((left * b + right * a + behind * c + np.uint64(3)) * b, shift)
    return groups


@dataclass(frozen=True, slots=True)
class Windows:
    """How long documents are cut into windows that overlap.

    A document's windows begin at fixed places in it, so what the model says of a word never depends on the other
    documents of a batch.

    Attributes:
        n_words: Words in a window.
        margin: Words at each end that only give context to those between.
    """

    n_words: int = 512
    margin: int = 16

    @property
    def stride(self) -> int:
        """Words that a window answers for."""
        return self.n_words - 2 * self.margin

    def cut(self, ids: Ids, lengths: npt.NDArray[np.int64]) -> tuple[Ids, npt.NDArray[np.int64]]:
        """Return the windows of documents that follow each other, and where each word's answer stands.

        Args:
            ids: Words of all documents.
            lengths: Words of each document.

        Returns:
            Windows as ``(windows, n_words)``, and for each word its position in the flattened windows.
        """
        counts = -(-lengths // self.stride)
        starts = np.concatenate([[0], np.cumsum(counts * self.stride)])[:-1]
        within = np.arange(len(ids)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        window = np.repeat(starts, lengths) // self.stride + within // self.stride
        at = window * self.n_words + self.margin + within % self.stride
        # Each document is laid out behind margins of silence of its own.
        windows = np.full((int(counts.sum()), self.n_words), PAD, np.int32)
        windows.ravel()[at] = ids
        follows = np.ones(len(windows), dtype=bool)
        follows[starts // self.stride] = False
        follows = np.flatnonzero(follows)
        m, s = self.margin, self.stride
        windows[follows, :m] = windows[follows - 1, s : s + m]
        windows[follows - 1, m + s :] = windows[follows, m : 2 * m]
        return windows, at
