"""A folder that Hugging Face's ``datasets`` loads: a document a row, split by episode, with a card."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from typing import Self

import pyarrow as pa

from warehouse.export.documents import Document
from warehouse.export.folder import Folder
from warehouse.export.parts import FILE_BYTES, ParquetParts
from warehouse.settings import MEGABYTE

SPLITS = ("train", "validation", "test")
_HELD_OUT = 0.05
"""Share of the episodes in each of validation and test."""

_GROUP_CHARACTERS = 8 * MEGABYTE
_MOMENT = pa.timestamp("us", "UTC")
_TURN = pa.struct(
    [("speaker", pa.string()), ("start_s", pa.float64()), ("end_s", pa.float64()), ("text", pa.string())]
)

COLUMNS: dict[str, tuple[pa.DataType, str]] = {
    "id": (pa.string(), "Stable id of the episode."),
    "podcast": (pa.string(), "Name of the podcast."),
    "title": (pa.string(), "Title of the episode."),
    "published_at": (_MOMENT, "Publication time."),
    "language": (pa.string(), "Language that the source declares, or else the one identified."),
    "url": (pa.string(), "Link to the episode."),
    "audio_url": (pa.string(), "Where its audio is."),
    "duration_s": (pa.float64(), "Duration in seconds."),
    "n_words": (pa.int32(), "Words."),
    "format": (pa.string(), "Format of the transcript that was read."),
    "is_punctuated": (pa.bool_(), "Whether sentence ends come from the source's own punctuation."),
    "restored_by": (pa.string(), "Model that restored marks, capitals or turns; null where none did."),
    "times_are_estimates": (pa.bool_(), "Whether the source gives no times."),
    "speakers": (
        pa.list_(pa.string()),
        "Who speaks, in order; S1 and S2 take turns where a model found the turns, by words alone.",
    ),
    "text": (pa.string(), "What is said, a line a turn, without names."),
    "turns": (pa.list_(_TURN), "The turns: speaker, start_s, end_s and text; each is a line of text."),
}
"""Columns of the data set, with their types and meanings."""

SCHEMA = pa.schema([(name, kind) for name, (kind, _) in COLUMNS.items()])


@dataclass(slots=True)
class Counts:
    """What the card says of the documents.

    Attributes:
        splits: Documents of each split that has any.
        podcasts: Documents of each podcast.
        languages: Documents of each language; an empty name where it is unknown.
        n_words: Words in all.
        n_restored: Documents of which a model restored something.
    """

    splits: Counter[str] = field(default_factory=Counter)
    podcasts: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    n_words: int = 0
    n_restored: int = 0

    def add(self, document: Document, split: str) -> None:
        """Count a document."""
        facts = document.facts
        self.splits[split] += 1
        self.podcasts[facts["podcast"]] += 1
        self.languages[facts["language"] or ""] += 1
        self.n_words += facts["n_words"]
        self.n_restored += facts["model"] is not None


def split_of(episode_id: str) -> str:
    """Return the split of an episode: by a hash of its id alone, so the same on any machine and in any export.

    Example:
        >>> split_of("4i6xnuq4qjy7")
        'train'
    """
    digest = hashlib.sha256(episode_id.encode()).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64
    return "validation" if place < _HELD_OUT else "test" if place < 2 * _HELD_OUT else "train"


def write_splits(folder: Folder, documents: Iterable[Document], *, file_bytes: int = FILE_BYTES) -> Counts:
    """Write ``data/<split>-00000-of-00001.parquet`` and on; a split without documents has no file, but for train.

    Returns:
        What is in them, for the card.
    """
    counts = Counts()
    with ExitStack() as files:
        splits = {"train": files.enter_context(_Split(folder, "train", file_bytes))}
        for document in documents:
            name = split_of(document.facts["episode_id"])
            if name not in splits:
                splits[name] = files.enter_context(_Split(folder, name, file_bytes))
            splits[name].add(document)
            counts.add(document, name)
    return counts


class _Split:
    """Gathers the documents of one split into row groups."""

    def __init__(self, folder: Folder, name: str, file_bytes: int) -> None:
        self._parts = ParquetParts(folder, f"data/{name}", SCHEMA, file_bytes=file_bytes)
        self._rows: list[dict[str, object]] = []
        self._n_characters = 0

    def __enter__(self) -> Self:
        self._parts.__enter__()
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        if kind is None:
            self._flush()
        self._parts.__exit__(kind, *rest)

    def add(self, document: Document) -> None:
        row = _row(document)
        self._rows.append(row)
        self._n_characters += len(document.text)
        if self._n_characters >= _GROUP_CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._parts.write(pa.RecordBatch.from_pylist(self._rows, SCHEMA))
        self._rows, self._n_characters = [], 0


def _row(document: Document) -> dict[str, object]:
    facts = document.facts
    made = {
        "id": facts["episode_id"],
        "restored_by": facts["model"],
        "times_are_estimates": not facts["has_times"],
        "speakers": document.speakers,
        "text": document.text,
        "turns": [asdict(turn) for turn in document.turns],
    }
    return {name: made[name] if name in made else facts[name] for name in COLUMNS}
