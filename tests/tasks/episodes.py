"""Draw episodes and render them in every format, to state laws that hold whatever was said."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from tasks.document import Document
from tasks.identity import identify
from tasks.transform import Source

SPEAKERS = ("Mara Quill", "Émile Sørensen", "Dr. O'Neil", "Speaker 7")
_OPENINGS = ("now", "then", "here", "this", "week", "our", "guest", "will", "tell", "how", "bread", "learned")
_WRITTEN = """
    Well, it's 3.5 per cent. U.S. Dr. Fig e.g. No. v1.2.3 example.org/a?b=1 o'clock ... wait—what? Yes! a.m. um yes yes
    I Grüße שלום مرحبا नमस्ते 日本語。 «Ça» “quoted.”
"""
_SAID = st.sampled_from([*_WRITTEN.split(), "e\u0301te\u0301", "\U0001f600", "\U0001f469\u200d\U0001f680"])
_LETTERS = st.text(
    st.characters(categories=["Lu", "Ll", "Lo", "Mn"], exclude_characters="\u00ad"), min_size=1, max_size=6
)
_NASTY = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp", "Cf"], exclude_characters="<{[(&"),
    min_size=1,
    max_size=5,
)


@dataclass(frozen=True, slots=True)
class Cue:
    """What one person says in one go, timed in milliseconds."""

    start_ms: int
    end_ms: int
    speaker: str
    words: tuple[str, ...]

    @property
    def text(self) -> str:
        """The words as they are written."""
        return " ".join(self.words)


@st.composite
def episodes(draw: st.DrawFn, said: st.SearchStrategy[str] = _SAID | _LETTERS) -> list[Cue]:
    """Draw two cues or more, forward in time, each beginning with another ordinary word than the one before."""
    cues = []
    clock = 0
    for number in range(draw(st.integers(2, 8))):
        words = draw(st.lists(said, max_size=8))
        ordinary = [_OPENINGS[(number + step) % len(_OPENINGS)] for step in range(8)]
        start = clock + 1000 * draw(st.integers(0, 3))
        clock = start + 1000 * draw(st.integers(1, 5_000))
        speaker = SPEAKERS[number] if number < 2 else draw(st.sampled_from(SPEAKERS))
        cues.append(Cue(start, clock, speaker, (*ordinary, *words)))
    return cues


nasty_episodes = episodes(_SAID | _NASTY)
"""Their words may hold any character but controls, blanks, invisible ones and what begins markup; only JSON can hold them as they are."""


def clock(ms: int, point: str = ".") -> str:
    """Write a time as captions do."""
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"


def webvtt(cues: Sequence[Cue]) -> str:
    return "WEBVTT\n\n" + "".join(
        f"{clock(cue.start_ms)} --> {clock(cue.end_ms)}\n<v {cue.speaker}>{cue.text}\n\n" for cue in cues
    )


def srt(cues: Sequence[Cue]) -> str:
    return "".join(
        f"{number}\n{clock(cue.start_ms, ',')} --> {clock(cue.end_ms, ',')}\n{cue.speaker}: {cue.text}\n\n"
        for number, cue in enumerate(cues, 1)
    )


def markdown(cues: Sequence[Cue]) -> str:
    return "".join(f"**{cue.speaker}:** \\[{clock(cue.start_ms)[:8]}\\] {cue.text}\n\n" for cue in cues)


def timed_text(cues: Sequence[Cue]) -> str:
    return "".join(f"{clock(cue.start_ms)[:8]} {cue.text}\n\n" for cue in cues)


def text(cues: Sequence[Cue]) -> str:
    return "\n\n".join(cue.text for cue in cues)


def whisper_json(cues: Sequence[Cue], *, ascii_only: bool = True) -> str:
    segments = [
        {
            "id": n,
            "start": cue.start_ms / 1000,
            "end": cue.end_ms / 1000,
            "text": " " + cue.text,
            "speaker": cue.speaker,
        }
        for n, cue in enumerate(cues)
    ]
    whole = "".join(str(segment["text"]) for segment in segments)
    return json.dumps({"text": whole, "segments": segments, "language": "en"}, ensure_ascii=ascii_only)


def podcast_json(cues: Sequence[Cue]) -> str:
    segments = [
        {
            "speaker": cue.speaker,
            "startTime": cue.start_ms / 1000,
            "endTime": cue.end_ms / 1000,
            "body": cue.text,
        }
        for cue in cues
    ]
    return json.dumps({"version": "1.0.0", "segments": segments}, ensure_ascii=False, indent=1)


RENDERINGS: dict[str, Callable[[Sequence[Cue]], str]] = {
    "webvtt": webvtt,
    "srt": srt,
    "markdown": markdown,
    "timed-text": timed_text,
    "text": text,
    "whisper-json": whisper_json,
    "podcast-json": podcast_json,
}


def source(content: str | bytes, path: str = "episode.txt") -> Source:
    """Return a document that holds ``content``."""
    data = content.encode() if isinstance(content, str) else content
    who = identify("archive", ["The Slow Elevator", path])
    document = Document(
        document_id=who.document_id,
        podcast_id=who.podcast_id,
        episode_id=who.episode_id,
        podcast=who.podcast,
        path=who.path,
        uri=f"file:///archive/{path}",
        stamp="1",
        sha256="0" * 64,
        n_bytes=len(data),
    )
    return Source(document, data)
