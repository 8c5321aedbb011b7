"""Cut a sentence into cues that can be read: at ends of words, two short lines and a few seconds each.

The limits are those that the style guides of broadcasters and streaming services share for languages in Latin letters.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LINE_CHARACTERS = 42
LINES = 2
LONGEST_S = 7.0
SHORTEST_S = 5 / 6


@dataclass(frozen=True, slots=True)
class Cue:
    """What is shown at one time, of one speaker."""

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]


def cues_of(words: Sequence[str], start_s: float, end_s: float) -> Iterator[Cue]:
    """Cut what is said from ``start_s`` to ``end_s`` into cues; times in between follow the characters.

    Args:
        words: At least one, without blanks. A word longer than a line is a line of its own, one that lasts longer than a cue a cue.
        start_s: Start of the first cue.
        end_s: End of the last cue; where it is the start, they last ``SHORTEST_S``.

    Example:
        >>> [
        ...     cue.lines
        ...     for cue in cues_of(
        ...         "Please mind the gap between what it does and what it is for.".split(), 0.0, 4.0
        ...     )
        ... ]
        [('Please mind the gap between', 'what it does and what it is for.')]
    """
    if round(start_s * 1000) == round(end_s * 1000):
        # No player shows a cue that ends as it begins, and sources have them; what follows may begin meanwhile.
        end_s = start_s + SHORTEST_S
    groups = _groups(words, end_s - start_s)
    # Each cue lasts as long as its characters, a blank behind it among them.
    n_all = _length(words) + 1
    n_before = 0
    begin_ms = round(start_s * 1000)
    for group in groups:
        n_before += _length(group) + 1
        end_ms = round((start_s + (end_s - start_s) * n_before / n_all) * 1000)
        yield Cue(begin_ms, end_ms, _lines(group))
        begin_ms = end_ms


def _groups(words: Sequence[str], duration_s: float) -> list[Sequence[str]]:
    """Share the words among as few cues as can be, about equally."""
    n_characters = _length(words)
    n_cues = max(math.ceil(n_characters / (LINES * LINE_CHARACTERS)), math.ceil(duration_s / LONGEST_S), 1)
    if n_cues == 1 and _fits(words, n_characters):
        return [words]
    most = (n_characters + 1) * LONGEST_S / duration_s - 1 if duration_s > 0 else math.inf
    groups: list[Sequence[str]] = []
    begin, n_left = 0, n_characters
    while begin < len(words):
        wanted = min(n_left / max(n_cues - len(groups), 1), most)
        end = _end(words, begin, wanted, most)
        groups.append(words[begin:end])
        n_left -= _length(words[begin:end]) + 1
        begin = end
    return groups


def _end(words: Sequence[str], begin: int, wanted: float, most: float) -> int:
    """Return where a cue from ``begin`` on ends that has about ``wanted`` characters, and never more than fit."""
    end = begin + 1
    n_characters = len(words[begin])
    while end < len(words):
        longer = n_characters + 1 + len(words[end])
        is_nearer = longer - wanted <= wanted - n_characters
        if not is_nearer or longer > most or not _fits(words[begin : end + 1], longer):
            break
        n_characters = longer
        end += 1
    return end


def _fits(words: Sequence[str], n_characters: int) -> bool:
    if n_characters <= LINE_CHARACTERS:
        return True
    if n_characters > LINES * LINE_CHARACTERS + 1:
        return False
    return max(map(len, _lines(words))) <= LINE_CHARACTERS


def _lines(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words on one line where they fit, or else on two of about the same length."""
    whole = " ".join(words)
    if len(whole) <= LINE_CHARACTERS or len(words) == 1:
        return (whole,)
    # The longer of the two is shortest beside the middle: at the first blank behind it, or at the one before.
    middle = len(whole) // 2
    blanks = (whole.rfind(" ", 0, middle), whole.find(" ", middle))
    blank = min(
        (blank for blank in blanks if blank >= 0), key=lambda blank: max(blank, len(whole) - blank - 1)
    )
    return whole[:blank], whole[blank + 1 :]


def _length(words: Sequence[str]) -> int:
    return len(" ".join(words))
