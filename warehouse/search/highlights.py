"""Find in a sentence what a query asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from warehouse.search.analysis import Token, tokens

Ranges = tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Marks:
    """What is highlighted: words by their stems, words that may differ in one letter, and phrases."""

    stems: set[str] = field(default_factory=set)
    near: list[str] = field(default_factory=list)
    phrases: list[tuple[str, ...]] = field(default_factory=list)

    def ranges(self, text: str) -> Ranges:
        """Return the half-open ranges of characters to highlight, in order and without overlap."""
        found = tokens(text)
        single = ((one.start, one.end) for one in found if self._has(one))
        merged: list[tuple[int, int]] = []
        for start, end in sorted({*single, *self._phrases_in(found)}):
            if merged and start < merged[-1][1]:
                merged[-1] = merged[-1][0], max(end, merged[-1][1])
            else:
                merged.append((start, end))
        return tuple(merged)

    def _has(self, token: Token) -> bool:
        return token.stem in self.stems or any(differ_little(token.word, word) for word in self.near)

    def _phrases_in(self, found: list[Token]) -> Iterator[tuple[int, int]]:
        words = tuple(token.word for token in found)
        for phrase in self.phrases:
            for first in range(len(words) - len(phrase) + 1):
                if words[first : first + len(phrase)] == phrase:
                    yield found[first].start, found[first + len(phrase) - 1].end


def differ_little(word: str, other: str) -> bool:
    """Say whether two words are equal but for one letter added, dropped, changed, or swapped with its neighbour.

    Example:
        >>> (
        ...     differ_little("kubernetes", "kuberentes"),
        ...     differ_little("cat", "cart"),
        ...     differ_little("cat", "dogs"),
        ... )
        (True, True, False)
    """
    if abs(len(word) - len(other)) > 1:
        return False
    shorter = min(len(word), len(other))
    begin = next((i for i in range(shorter) if word[i] != other[i]), shorter)
    rest = shorter - begin
    end = next((i for i in range(rest) if word[-1 - i] != other[-1 - i]), rest)
    left, right = word[begin : len(word) - end], other[begin : len(other) - end]
    return max(len(left), len(right)) <= 1 or (len(left) == len(right) == 2 and left == right[::-1])  # noqa: PLR2004  two letters that changed places
