"""Write a synthetic podcast archive of any size: the same seed, the same bytes, on any machine.

Randomness is the raw output of PCG64, which numpy promises never to change; numpy's distributions may
change between versions, so none is used.

    python tests/benchmarks/synthetic.py FOLDER --megabytes 100
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt

Format = Literal["webvtt", "srt", "text", "whisper-json", "podcast-json", "markdown", "timed-text"]
FORMATS: tuple[Format, ...] = get_args(Format)

MEGABYTE = 1 << 20
SMALLEST, LARGEST = 30_000, 120_000
WORDS_PER_CUE = 10
UNPUNCTUATED = 8  # one episode in eight is raw captions; real archives hold up to one in ten

_SPEAKERS = [
    "Mara Quill",
    "Tobias Fenn",
    "Dev Okonjo",
    "Ines Calder",
    "Lev Arkin",
    "Josefa Ruiz",
    "Nadia Bloom",
    "Émile Sørensen",
    "Beatrix Hoek",
    "Priya Nair",
    "Otto Lang",
    "Wren Abbot",
    "Sol Finch",
    "Ida Pomm",
    "Rosa Lind",
    "Kit Vale",
]


def _zipf_slots(n_words: int) -> npt.NDArray[np.intp]:
    """Return 65,536 word numbers, each as often as Zipf's law wants it: 16 random bits pick a word."""
    weights = [1 / (rank + 2.7) for rank in range(n_words)]  # Mandelbrot's offset for English
    slots = np.empty(1 << 16, dtype=np.intp)
    seen, total = 0.0, sum(weights)
    for word, weight in enumerate(weights):
        begin, seen = round(seen / total * len(slots)), seen + weight
        slots[begin : round(seen / total * len(slots))] = word
    return slots


def _texts(words: Sequence[str]) -> npt.NDArray[np.object_]:
    return np.array(words, dtype=object)


_WORDS = (Path(__file__).parents[1] / "data" / "words.txt").read_text("utf-8").split()  # by frequency
_SLOTS = _zipf_slots(len(_WORDS))
_PLAIN = _texts(_WORDS)
_LOWER = _texts([word.lower() for word in _WORDS])
_OPENING = _texts([word[0].upper() + word[1:] for word in _WORDS])
_PAUSED = _texts([word + "," for word in _WORDS])
_CLOSING = {mark: _texts([word + mark for word in _WORDS]) for mark in ".?!"}


class Span(NamedTuple):
    """Words spoken by one person in one go: a turn, or the part of it that one cue shows."""

    speaker: str
    opens_turn: bool
    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Episode:
    """What is said in one episode: words, the time at which each starts, and who says which of them."""

    number: int
    is_punctuated: bool
    words: list[str]
    clock: list[int]
    speeches: list[tuple[str, int, int]]

    def turns(self) -> Iterator[Span]:
        """Yield one span for each turn."""
        words, clock = self.words, self.clock
        for speaker, begin, end in self.speeches:
            yield Span(speaker, True, clock[begin], clock[end], " ".join(words[begin:end]))

    def cues(self) -> Iterator[Span]:
        """Yield the turns in pieces of ten words."""
        words, clock = self.words, self.clock
        for speaker, begin, end in self.speeches:
            for low in range(begin, end, WORDS_PER_CUE):
                high = min(end, low + WORDS_PER_CUE)
                yield Span(speaker, low == begin, clock[low], clock[high], " ".join(words[low:high]))


class _Bits:
    """The random bits of one episode."""

    def __init__(self, seed: int, episode: int) -> None:
        self._generator = np.random.PCG64([seed, episode])

    def below(self, limit: int) -> int:
        return int(self._generator.random_raw()) % limit

    def sixteens(self, n: int) -> npt.NDArray[np.uint16]:
        raw: npt.NDArray[np.uint64] = self._generator.random_raw(n // 4 + 1)
        return raw.astype("<u8").view("<u2")[:n]


def _say(bits: _Bits, n_words: int, starts: npt.NDArray[np.intp], is_punctuated: bool) -> list[str]:
    """Return words; where sentences start and end, capitals and marks."""
    picks = _SLOTS[bits.sixteens(n_words)]
    words = (_PLAIN if is_punctuated else _LOWER)[picks]
    if is_punctuated:
        pauses = np.flatnonzero(bits.sixteens(n_words) < 1 << 12)
        words[pauses] = _PAUSED[picks[pauses]]
        words[starts] = _OPENING[picks[starts]]
        ends = np.append(starts[1:], n_words) - 1
        marks = bits.sixteens(len(ends)) % 16
        for mark, is_chosen in ((".", marks > 3), ("?", (marks > 0) & (marks <= 3)), ("!", marks == 0)):
            words[ends[is_chosen]] = _CLOSING[mark][picks[ends[is_chosen]]]
    said: list[str] = words.tolist()
    return said


def _episode(seed: int, number: int, n_words: int, *, is_bare: bool) -> Episode:
    """Return the episode of this number: the same for the same arguments, whatever was made before."""
    bits = _Bits(seed, number)
    is_punctuated = bits.below(UNPUNCTUATED) > 0 and not is_bare
    lengths = 5 + bits.sixteens(n_words // 5 + 1) % 26
    starts = np.concatenate(([0], np.cumsum(lengths, dtype=np.intp)))
    starts = starts[starts < n_words - 1]
    words = _say(bits, n_words, starts, is_punctuated)
    clock: list[int] = np.cumsum(180 + bits.sixteens(n_words + 1) % 320, dtype=np.int64).tolist()
    changes = starts[bits.sixteens(len(starts)) % 4 == 0].tolist()
    first = bits.below(len(_SPEAKERS))
    n_speakers = 2 + bits.below(3)
    speeches = [
        (_SPEAKERS[(first + turn % n_speakers) % len(_SPEAKERS)], begin, end)
        for turn, (begin, end) in enumerate(pairwise(sorted({0, *changes, n_words})))
    ]
    return Episode(number, is_punctuated, words, clock, speeches)


@cache
def _hours_minutes_seconds(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _clock(ms: int, point: str = ".") -> str:
    return f"{_hours_minutes_seconds(ms // 1000)}{point}{ms % 1000:03}"


def _webvtt(episode: Episode) -> str:
    cues = (
        f"{_clock(cue.start_ms)} --> {_clock(cue.end_ms)}\n<v {cue.speaker}>{cue.text.replace('&', '&amp;')}\n\n"
        for cue in episode.cues()
    )
    return "WEBVTT\n\nNOTE synthetic\n\n" + "".join(cues)


def _srt(episode: Episode) -> str:
    return "".join(
        f"{number}\n{_clock(cue.start_ms, ',')} --> {_clock(cue.end_ms, ',')}\n"
        f"{cue.speaker + ': ' if cue.opens_turn else ''}{cue.text}\n\n"
        for number, cue in enumerate(episode.cues(), 1)
    )


def _text(episode: Episode) -> str:
    separator = "\n\n" if episode.is_punctuated else " "
    return separator.join(turn.text for turn in episode.turns()) + "\n"


def _timed_text(episode: Episode) -> str:
    return "".join(f"{_hours_minutes_seconds(cue.start_ms // 1000)} {cue.text}\n\n" for cue in episode.cues())


def _markdown(episode: Episode) -> str:
    names = ", ".join(sorted({speaker for speaker, _, _ in episode.speeches}))
    day = f"{2010 + episode.number % 15}-{1 + episode.number % 12:02}-{1 + episode.number % 28:02}"
    front = f'---\ntitle: "Synthetic episode {episode.number}"\ndate: {day}\nguests: [{names}]\n---\n\n'
    paragraphs = (f"**{turn.speaker}:** {turn.text.replace('&', '&amp;')}\n\n" for turn in episode.turns())
    return front + "".join(paragraphs)


def _whisper_json(episode: Episode) -> str:
    segments = [
        {
            "id": number,
            "seek": cue.start_ms // 30_000 * 3_000,
            "start": cue.start_ms / 1000,
            "end": cue.end_ms / 1000,
            "text": " " + cue.text,
            "tokens": [50364 + cue.start_ms // 20 % 1500, *range(1000 + number % 500, 1008 + number % 500)],
            "temperature": 0.0,
            "avg_logprob": -0.25,
            "compression_ratio": 1.5,
            "no_speech_prob": 0.01,
        }
        for number, cue in enumerate(episode.cues())
    ]
    text = "".join(f" {cue.text}" for cue in episode.cues())
    return json.dumps({"text": text, "segments": segments, "language": "en"}) + "\n"


def _podcast_json(episode: Episode) -> str:
    segments = [
        {
            "speaker": cue.speaker,
            "startTime": cue.start_ms / 1000,
            "endTime": cue.end_ms / 1000,
            "body": cue.text,
        }
        for cue in episode.cues()
    ]
    return json.dumps({"version": "1.0.0", "segments": segments}, ensure_ascii=False) + "\n"


@dataclass(frozen=True, slots=True)
class _Rendering:
    """How one format is written, and about how many bytes a word of speech takes in it."""

    suffix: str
    bytes_per_word: float
    render: Callable[[Episode], str]


_RENDERINGS: dict[Format, _Rendering] = {
    "webvtt": _Rendering(".vtt", 10.0, _webvtt),
    "srt": _Rendering(".srt", 9.1, _srt),
    "text": _Rendering(".txt", 5.2, _text),
    "whisper-json": _Rendering(".json", 35.5, _whisper_json),
    "podcast-json": _Rendering(".json", 13.9, _podcast_json),
    "markdown": _Rendering(".md", 5.5, _markdown),
    "timed-text": _Rendering(".txt", 6.3, _timed_text),
}


def episodes(
    n_bytes: int, seed: int, formats: Sequence[Format], *, is_bare: bool = False
) -> Iterator[tuple[str, bytes]]:
    """Yield relative paths with contents until ``n_bytes`` are reached, two podcasts to each format; bare ones have no marks."""
    written, number = 0, 0
    while written < n_bytes:
        name = formats[number % len(formats)]
        rendering = _RENDERINGS[name]
        size = min(SMALLEST + number * 48_271 % (LARGEST - SMALLEST), max(n_bytes - written, 1_000))
        episode = _episode(seed, number, int(size / rendering.bytes_per_word), is_bare=is_bare)
        data = rendering.render(episode).encode()
        podcast = number % (2 * len(formats))
        yield f"podcast-{podcast:02}-{name}/episode-{number:06}{rendering.suffix}", data
        written += len(data)
        number += 1


def write(
    folder: Path, n_bytes: int, seed: int = 0, formats: Sequence[Format] = FORMATS, *, is_bare: bool = False
) -> None:
    """Write an archive of at least ``n_bytes`` bytes, by less than one episode more, into ``folder``."""
    for path, data in episodes(n_bytes, seed, formats, is_bare=is_bare):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description="Write a synthetic podcast archive.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--megabytes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=FORMATS)
    arguments = parser.parse_args()
    write(arguments.folder, int(arguments.megabytes * MEGABYTE), arguments.seed, arguments.formats)


if __name__ == "__main__":
    main()
