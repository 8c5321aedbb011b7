r"""Whisper JSON and Podcasting 2.0 JSON: a list of segments with times, text and, in the latter, a speaker.

A JSON parser gives values without places, so each value is found again in the source, in order, and its escapes are
masked to their own length: ``\u00fc`` stays six characters wide, one letter and five fills.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

import orjson
import polars as pl

from tasks.parse.mask import filled, mask
from tasks.parse.pieces import FILL, pieces
from tasks.parse.speakers import caption_speakers


@dataclass(frozen=True, slots=True)
class Dialect:
    """The keys under which one tool writes a segment."""

    format: str
    start: str
    end: str
    text: str
    speaker: str

    def fits(self, segment: object) -> bool:
        """Tell whether a segment has this dialect's keys."""
        return isinstance(segment, dict) and isinstance(segment.get(self.text), str) and self.start in segment

    def names_speakers(self, segments: list[object]) -> bool:
        """Tell whether any segment has this dialect's key for the speaker."""
        return any(isinstance(segment, dict) and self.speaker in segment for segment in segments)


DIALECTS = (
    Dialect("podcast-json", "startTime", "endTime", "body", "speaker"),
    Dialect("whisper-json", "start", "end", "text", "speaker"),
    Dialect("whisper-json", "start", "end", "text", "speakerLabel"),
)

_SAMPLE = 20
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL
)


def load(text: str) -> object:
    """Parse JSON; fall back to the slower parser for what the strict one refuses, such as lone surrogates.

    Raises:
        ValueError: The text is not JSON, with the place of the fault.
    """
    try:
        return orjson.loads(text.lstrip("\ufeff"))
    except orjson.JSONDecodeError:
        try:
            return json.loads(text.lstrip("\ufeff"))
        except RecursionError:
            raise ValueError("nested too deeply to be a transcript") from None


def dialect_of(content: object) -> Dialect | None:
    """Return the dialect of a parsed document, or None if it is no list of segments."""
    if not isinstance(content, dict) or not isinstance(content.get("segments"), list):
        return None
    segments = content["segments"]
    fitting = [d for d in DIALECTS if segments and all(d.fits(s) for s in segments[:_SAMPLE])]
    return max(fitting, key=lambda dialect: dialect.names_speakers(segments), default=None)


def parse(documents: pl.DataFrame) -> pl.DataFrame:
    """Read segments into pieces, one a segment.

    Args:
        documents: Columns ``doc`` and ``text``, each of which ``dialect_of`` knows.
    """
    rows = [
        (doc, *segment)
        for doc, text in documents.select("doc", "text").iter_rows()
        for segment in _segments(text)
    ]
    schema = {
        "doc": pl.UInt32, "start_char": pl.Int32, "text": pl.String,
        "start_s": pl.Float64, "end_s": pl.Float64, "speaker": pl.String,
    }  # fmt: skip
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_row_index("cue")
    return caption_speakers(mask(pieces(frame)))


def _segments(text: str) -> Iterator[tuple[int, str, float | None, float | None, str | None]]:
    """Yield offset, masked text, start, end and speaker of each segment of one document."""
    content = load(text)
    dialect = dialect_of(content)
    if dialect is None or not isinstance(content, dict):
        return
    speakers = content.get("speakers")
    names = speakers if isinstance(speakers, dict) else {}
    values = re.finditer(rf'"{dialect.text}"\s*:\s*"([^"\\]*(?:\\.[^"\\]*)*)"', text, re.DOTALL)
    for segment in content["segments"]:
        wanted = segment.get(dialect.text) if isinstance(segment, dict) else None
        if not isinstance(wanted, str):
            continue
        found = next((match for match in values if _decoded(match[1]) == wanted), None)
        if found is None:
            return
        yield (
            found.start(1),
            _ESCAPE.sub(_unescaped, found[1]) if "\\" in found[1] else found[1],
            _number(segment.get(dialect.start)),
            _number(segment.get(dialect.end)),
            _name(segment.get(dialect.speaker), names),
        )


def _decoded(raw: str) -> str:
    return str(json.loads(f'"{raw}"', strict=False)) if "\\" in raw else raw


def _unescaped(match: re.Match[str]) -> str:
    decoded = _decoded(match.group())
    if "\ud800" <= decoded <= "\udfff":
        decoded = "\ufffd"
    if decoded in "\n\r\t\b\f":
        decoded = " "
    return decoded + filled(match)[len(decoded) :] if decoded != FILL else filled(match)


def _name(speaker: object, names: dict[str, object]) -> str | None:
    """Return the name of a speaker, looked up where the document maps ids to names."""
    if not isinstance(speaker, str | int) or speaker == "":
        return None
    named = names.get(str(speaker), speaker)
    return str(named).encode(errors="replace").decode()


def _number(value: object) -> float | None:
    """Read a time; null, booleans and what is no finite number give None."""
    if not isinstance(value, int | float | str) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
