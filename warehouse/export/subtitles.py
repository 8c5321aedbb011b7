"""SRT, WebVTT and Podcasting 2.0 JSON of a transcript, with its speakers.

Who speaks stands in ``<v Name>`` (WebVTT), in ``[Name]:`` where a turn begins (SRT), or in ``speaker`` (JSON). A turn of
somebody unnamed begins with ``>>``, the sign of captions for a change of speaker; JSON, which has no such sign, calls them Unknown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal, get_args

import duckdb

from warehouse.errors import ExportError
from warehouse.export.cues import cues_of
from warehouse.export.selected import Row, rows_of
from warehouse.export.timeline import Sentence, Spoken, spoken

Form = Literal["srt", "vtt", "json"]
FORMS: tuple[Form, ...] = get_args(Form)

_UNKNOWN = "Unknown"
_CHANGE = ">>"
_UNBRACKETED = str.maketrans("[]:", "()-")
_JOINER = "\u2060"
_TIE = "\u00a0"
_MARKUP = re.compile(r"<(?=[/a-zA-Z])|\{(?=\\|[yY]:)|--(?=>)|&(?=#?\w{1,8};)")
"""What players take for a tag, a position, a time or an entity in SRT, which has no escapes: an invisible joiner parts it."""


def rendered(
    lake: duckdb.DuckDBPyConnection, transcript_id: str, form: Form, *, estimated: bool = False
) -> Iterator[str]:
    """Yield a transcript as captions, cue by cue.

    Args:
        lake: Any lake, at any snapshot.
        transcript_id: The transcript, current or not.
        form: ``srt``, ``vtt`` or ``json``.
        estimated: Whether times that podlake estimated will do; in WebVTT a note says so.

    Raises:
        ExportError: There is no such transcript, or it has no times, or only estimates and these are not wanted.
    """
    found = lake.execute(
        "SELECT has_times FROM core.transcripts WHERE transcript_id = ?", [transcript_id]
    ).fetchone()
    if not found:
        raise ExportError(f"there is no transcript {transcript_id!r}")
    rows = rows_of(lake, "export.sentences", transcript_id)
    problem = why_not(rows, has_times=found[0], estimated=estimated)
    if problem:
        raise ExportError(f"{problem[0]}: no captions can be made", where=transcript_id, remedy=problem[1])
    return captions(rows, form, has_times=found[0])


def why_not(rows: Sequence[Row], *, has_times: bool, estimated: bool) -> tuple[str, str] | None:
    """Say why a transcript has no captions, and what to do; None where it has."""
    if not any(row[3] is not None for row in rows):
        return "the transcript has no times", "Take its text: podlake export jsonl."
    if not (has_times or estimated):
        return (
            "the times of the transcript are estimates",
            "Add --estimated if they will do, or take its text: podlake export jsonl.",
        )
    return None


def captions(rows: Sequence[Row], form: Form, *, has_times: bool) -> Iterator[str]:
    """Yield the captions of one transcript.

    Args:
        rows: Of the SQL model ``export.sentences``; one of them at least has a time.
        form: What to write.
        has_times: Whether the times are the source's own.
    """
    sentences = list(
        spoken([Sentence(turn, speaker, start, end, text) for _, turn, speaker, start, end, _, text in rows])
    )
    if form == "json":
        return _podcast_json(sentences)
    if form == "srt":
        return _srt(sentences)
    errors = [row[5] for row in rows if row[5] is not None]
    return _webvtt(sentences, "" if has_times else _note(max(errors, default=None)))


def _note(error_s: float | None) -> str:
    width = "" if error_s is None else f", nine in ten of them within {error_s:.0f} s"
    return f"NOTE\nThe source gives no times: these are estimates{width}.\n\n"


def _webvtt(sentences: Sequence[Spoken], note: str) -> Iterator[str]:
    yield f"WEBVTT\n\n{note}"
    for sentence, opens in _opening(sentences):
        voice = "" if sentence.speaker is None else f"<v {_escaped(_one_line(sentence.speaker))}>"
        words = sentence.text.split()
        mark = _CHANGE if opens and sentence.speaker is None else ""
        for cue in cues_of(_marked(mark, words), sentence.start_s, sentence.end_s):
            lines = _escaped("\n".join(cue.lines)).replace(_TIE, " ")
            yield f"{_clock(cue.start_ms, '.')} --> {_clock(cue.end_ms, '.')}\n{voice}{lines}\n\n"


def _srt(sentences: Sequence[Spoken]) -> Iterator[str]:
    number = 0
    for sentence, opens in _opening(sentences):
        label = (
            _CHANGE
            if sentence.speaker is None
            else f"[{_one_line(sentence.speaker).translate(_UNBRACKETED)}]:"
        )
        words = _marked(label if opens else "", sentence.text.split())
        for cue in cues_of(words, sentence.start_s, sentence.end_s):
            number += 1
            lines = _MARKUP.sub(rf"\g<0>{_JOINER}", "\n".join(cue.lines)).replace(_TIE, " ")
            yield f"{number}\n{_clock(cue.start_ms, ',')} --> {_clock(cue.end_ms, ',')}\n{lines}\n\n"


def _podcast_json(sentences: Sequence[Spoken]) -> Iterator[str]:
    """Yield a segment a sentence; the form has no limit for its length."""
    is_named = any(sentence.speaker is not None for sentence in sentences)
    separator = '{"version": "1.0.0", "segments": ['
    for sentence in sentences:
        speaker = {"speaker": sentence.speaker or _UNKNOWN} if is_named else {}
        times = {"startTime": round(sentence.start_s, 3), "endTime": round(sentence.end_s, 3)}
        segment = json.dumps({**speaker, **times, "body": sentence.text}, ensure_ascii=False)
        yield f"{separator}\n{segment}"
        separator = ","
    yield "\n]}\n"


def _opening(sentences: Sequence[Spoken]) -> Iterator[tuple[Spoken, bool]]:
    """Yield each sentence, and whether it must say that somebody else speaks; an unnamed first one need not."""
    yield sentences[0], sentences[0].speaker is not None
    for before, sentence in pairwise(sentences):
        yield sentence, sentence.turn != before.turn


def _marked(mark: str, words: Sequence[str]) -> list[str]:
    """Tie a mark to the first word: no line break may part them, or break the name in it."""
    return [_TIE.join([*mark.split(), words[0]]), *words[1:]] if mark else list(words)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _one_line(name: str) -> str:
    return " ".join(name.split())


def _clock(ms: int, point: str) -> str:
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"
