"""When each sentence of a transcript begins and ends, also where the source says only when a turn begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_CHARACTERS_PER_S = 15.0
"""150 words a minute, the usual pace of English speech (National Center for Voice and Speech), at six characters a word."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as captions need it; what is None is not known.

    Attributes:
        turn: Position of its turn.
        speaker: Who says it.
        start_s: Start in the audio, in seconds.
        end_s: End in the audio, in seconds.
        text: Its words.
    """

    turn: int
    speaker: str | None
    start_s: float | None
    end_s: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Spoken(Sentence):
    """A sentence of which both times are known."""

    start_s: float
    end_s: float


def spoken(sentences: Sequence[Sentence]) -> Iterator[Spoken]:
    """Yield the sentences with both times; those of the source stay as they are.

    Sentences without an end, or without a start, share the time up to the next start by their characters; behind the last
    start there is the time that they usually take.
    """
    position, clock = 0, 0.0
    while position < len(sentences):
        first = sentences[position]
        if first.start_s is not None and first.end_s is not None:
            clock = max(first.start_s, first.end_s)
            yield Spoken(first.turn, first.speaker, first.start_s, clock, first.text)
            position += 1
            continue
        run = _run(sentences, position)
        position += len(run)
        begin = clock if first.start_s is None else first.start_s
        following = sentences[position].start_s if position < len(sentences) else None
        yield from _spread(run, begin, following)
        clock = begin if following is None else max(begin, following)


def _run(sentences: Sequence[Sentence], begin: int) -> Sequence[Sentence]:
    """Return the sentences from ``begin`` on that know no more of their times than the first."""
    end = begin + 1
    while (
        end < len(sentences)
        and sentences[end].end_s is None
        and sentences[end].start_s in {None, sentences[begin].start_s}
    ):
        end += 1
    return sentences[begin:end]


def _spread(run: Sequence[Sentence], begin: float, following: float | None) -> Iterator[Spoken]:
    n_all = sum(len(sentence.text) for sentence in run)
    length = n_all / _CHARACTERS_PER_S if following is None else max(following - begin, 0.0)
    n_before = 0
    for sentence in run:
        start_s = begin + length * n_before / n_all
        n_before += len(sentence.text)
        yield Spoken(
            sentence.turn, sentence.speaker, start_s, begin + length * n_before / n_all, sentence.text
        )
