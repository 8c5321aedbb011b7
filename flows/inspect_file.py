"""Show what the transform makes of one file; nothing lands."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tasks.discover import discover
from tasks.document import read
from tasks.transform import Source, transform
from warehouse.contracts import DOCUMENTS, SEGMENTS, SENTENCES, TRANSCRIPTS, TURNS
from warehouse.errors import SourceError
from warehouse.settings import Settings

_SENTENCE = ("start_char", "end_char", "text", "end_punct", "p_end", "start_s", "end_s", "turn")
_TURN = ("start_char", "end_char", "speaker", "start_s", "end_s", "p_start")
_SEGMENT = ("start_char", "end_char", "title", "score")


@dataclass(frozen=True, slots=True)
class Inspection:
    """One transcript as podlake reads it; ``reason`` says why it would be held back, ``has_times`` whether times are its own."""

    format: str
    language: str | None
    reason: str | None
    has_times: bool
    sentences: list[dict[str, object]]
    turns: list[dict[str, object]]
    segments: list[dict[str, object]]
    mentions: list[dict[str, object]] = field(default_factory=list)
    issues: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """Return the inspection for JSON, where the reason is one of the issues."""
        found = asdict(self)
        del found["has_times"]
        reason = found.pop("reason")
        return found | {"issues": [*self.issues, reason]} if reason else found


def inspect_file(file: Path, settings: Settings) -> Inspection:
    """Run one file through the transform.

    Raises:
        SourceError: The file is an archive or cannot be listed.
    """
    documents = list(discover([file], settings))
    if len(documents) != 1:
        raise SourceError(
            "only one transcript can be inspected", where=str(file), remedy="Unpack the archive first."
        )
    tables = transform([Source(*read(documents[0]))], turn_threshold=settings.turn_threshold)
    document = tables[DOCUMENTS.full_name].row(0, named=True)
    transcript = tables[TRANSCRIPTS.full_name]

    def rows(name: str, columns: tuple[str, ...]) -> list[dict[str, object]]:
        return tables[name].select(columns).to_dicts()

    return Inspection(
        document["format"],
        next(iter(transcript["language"]), document["language"]),
        document["reason"],
        transcript["has_times"].any(),
        rows(SENTENCES.full_name, _SENTENCE),
        rows(TURNS.full_name, _TURN),
        rows(SEGMENTS.full_name, _SEGMENT),
        issues=document["issues"],
    )


def print_inspection(inspection: Inspection) -> None:
    """Print a transcript as a person reads it: chapters, turns, and a line a sentence."""
    lines = [f"{inspection.format}, language {inspection.language or 'unknown'}"]
    if inspection.issues:
        lines.append(f"issues: {', '.join(inspection.issues)}")
    if inspection.reason:
        lines.append(f"held back: {inspection.reason}")
    chapters = {segment["start_char"]: segment["title"] for segment in inspection.segments}
    turn = None
    for sentence in inspection.sentences:
        if sentence["start_char"] in chapters:
            lines += ["", f"## {chapters[sentence['start_char']]}"]
        if sentence["turn"] != turn:
            turn = sentence["turn"]
            speaker = inspection.turns[int(str(turn))]["speaker"]
            clock = _clock(sentence["start_s"], "" if inspection.has_times else "~")
            lines += ["", f"{clock}{speaker or 'somebody'}:"]
        lines.append(f"  {sentence['text']}")
    sys.stdout.write("\n".join(lines) + "\n")


def _clock(seconds: object, about: str) -> str:
    if not isinstance(seconds, float):
        return ""
    minutes, rest = divmod(int(seconds), 60)
    return f"[{about}{minutes // 60:02}:{minutes % 60:02}:{rest:02}] "
