"""Documents: the current transcript of each episode as one text, a line a turn, and as lines of JSON.

The lines have the fields that datatrove and dolma read: ``id``, ``text``, ``source``, ``added``, ``created``, ``metadata``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby

import duckdb

from warehouse.export.progress import Told, nobody
from warehouse.export.selected import Facts, Row, current_transcripts
from warehouse.export.selection import EVERYTHING, Selection


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says in one go; speaker and times are None where nothing tells."""

    speaker: str | None
    start_s: float | None
    end_s: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """The current transcript of an episode.

    Attributes:
        facts: The columns of the SQL model ``export.selected`` by name.
        turns: Its turns, in order.
    """

    facts: Facts
    turns: tuple[Turn, ...]

    @property
    def text(self) -> str:
        """What is said, a line a turn, without names."""
        return "\n".join(turn.text for turn in self.turns)

    @property
    def speakers(self) -> list[str]:
        """Who speaks, in the order of their first words."""
        return list(dict.fromkeys(turn.speaker for turn in self.turns if turn.speaker is not None))


def documents(
    lake: duckdb.DuckDBPyConnection, selection: Selection = EVERYTHING, told: Told = nobody
) -> Iterator[Document]:
    """Yield the documents in the order of ``current_transcripts``, whose args and errors they share."""
    for facts, rows in current_transcripts(lake, "export.turns", selection, told):
        yield Document(facts, tuple(_turns(rows)))


def _turns(rows: Sequence[Row]) -> Iterator[Turn]:
    """Join the pieces of each turn."""
    for _, pieces in groupby(rows, key=lambda row: row[0]):
        first, *rest = pieces
        _, _, speaker, start_s, end_s, text = first
        yield Turn(speaker, start_s, end_s, "".join([text, *(piece[5] for piece in rest)]))


def document_lines(
    lake: duckdb.DuckDBPyConnection, selection: Selection = EVERYTHING, told: Told = nobody
) -> Iterator[str]:
    """Yield each document as a line of JSON, with its line break; args and errors are those of ``current_transcripts``."""
    for document in documents(lake, selection, told):
        yield json.dumps(_record(document), ensure_ascii=False) + "\n"


def _record(document: Document) -> dict[str, object]:
    """Return a document as text-corpus tools name its fields; ``turns`` of the metadata has an entry a line of the text."""
    facts = document.facts
    turns = [
        {name: value for name, value in asdict(turn).items() if name != "text"} for turn in document.turns
    ]
    return {
        "id": facts["episode_id"],
        "text": document.text,
        "source": facts["podcast"],
        "added": _moment(facts["ingested_at"]),
        "created": _moment(facts["published_at"]),
        "metadata": {
            "podcast": facts["podcast"],
            "episode": facts["episode_id"],
            "transcript": facts["transcript_id"],
            "title": facts["title"],
            "published_at": _moment(facts["published_at"]),
            "language": facts["language"],
            "speakers": document.speakers,
            "url": facts["url"],
            "audio_url": facts["audio_url"],
            "uri": facts["uri"],
            "format": facts["format"],
            "n_words": facts["n_words"],
            "duration_s": facts["duration_s"],
            "is_punctuated": facts["is_punctuated"],
            "restored_by": facts["model"],
            "times_are_estimates": not facts["has_times"],
            "turns": turns,
        },
    }


def _moment(at: datetime | None) -> str | None:
    """Return a time as both tools read it: ISO 8601 in UTC, to the millisecond."""
    return None if at is None else f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"
