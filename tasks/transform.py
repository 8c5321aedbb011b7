"""Transform sources into tables: decode, parse, clean, segment. Pure: no I/O, no clock, no orchestration."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath

import polars as pl

from tasks.clean import collapse_rolling, take_sounds
from tasks.clock import Timed
from tasks.decode import decode
from tasks.document import Document
from tasks.parse import parse, sniff
from tasks.parse.frontmatter import read_front_matter
from tasks.segment import Segmented, boundary, segment
from tasks.segment.language import languages_of
from warehouse.contracts import DOCUMENTS, SEGMENTS, SENTENCES, SOUNDS, STAGED, TRANSCRIPTS, TURNS, Table
from warehouse.settings import TURN_THRESHOLD
from warehouse.stale import Versions

VERSION = "5"
"""Version of parsing, cleaning and segmenting; rows that another version made are stale."""


def current_versions() -> Versions:
    """Return what makes rows today; rows of any other transform or model are stale."""
    return Versions(transform=VERSION, models=frozenset({boundary.VERSION}))


Tables = dict[str, pl.DataFrame]
"""One frame per staged table, by the table's full name."""

_REMEDIES = {
    "unsupported": "Convert it to WebVTT, SRT, text, Markdown, Whisper JSON or Podcasting 2.0 JSON.",
    "invalid": "Export it again; the next run reads it anew.",
    "empty": "There is nothing to land.",
    "binary": "Remove it from the source, or convert it to text.",
    "defect": "This is a defect of podlake: please report it. A newer podlake tries it again with podlake reprocess.",
}
_MOST_SEEN = 300
"""Characters of an error that a reason tells: some quote whole columns."""
_LANGUAGE_HEADER = re.compile(r"^Language:[ \t]*([A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*)", re.MULTILINE)
_LANGUAGE_SUFFIX = re.compile(r"\.([a-z]{2})(?:-[A-Za-z]+)?\.[a-z0-9]+$")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOWER = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz")
_UNSPOKEN = b"".join(bytes([code]) for code in range(128) if not chr(code).isalnum())


_IDENTITY = (
    "document_id",
    "podcast_id",
    "episode_id",
    "podcast",
    "path",
    "uri",
    "stamp",
    "sha256",
    "n_bytes",
)
_READ = pl.Schema(
    {
        **{
            c.name: c.dtype
            for c in DOCUMENTS.columns
            if c.name not in ("status", "reason", "run_id", "batch", "ingested_at")
        },
        "body_char": pl.Int32(),
        "problem": pl.String(),
    }
)


@dataclass(frozen=True, slots=True)
class Source:
    """A document and its bytes; None where they could not be read, for the reason that the document gives.

    The bytes of a document that has a problem are decoded, so that the lake holds its text, and not read further.
    """

    document: Document
    data: bytes | None


def _untimed(_: str) -> AbstractContextManager[None]:
    return nullcontext()


def transform(
    sources: Sequence[Source],
    *,
    run_id: str = "",
    batch: int = 0,
    at: datetime = _EPOCH,
    timed: Timed = _untimed,
    turn_threshold: float = TURN_THRESHOLD,
) -> Tables:
    """Turn documents into one frame for each staged table.

    Every source becomes a row of ``raw.documents``, with status published or quarantined; nothing a document holds
    raises. Rows are in the order of sources, so the same documents give the same rows, however they are batched.
    What only the lake knows (``revision``, ``is_current``) is a placeholder until publishing.
    """
    place = (pl.lit(run_id).alias("run_id"), pl.lit(batch).alias("batch"), pl.lit(at).alias("ingested_at"))
    with timed("parse"):
        rows = pl.DataFrame([_read(source) for source in sources], schema=_READ, orient="row")
        rows = rows.with_row_index("doc")
        readable = rows.filter(pl.col("problem").is_null())
        pieces = parse(readable.select("doc", "format", "text", "body_char"))
    with timed("clean"):
        captions = readable.filter(pl.col("format").is_in(sniff.CAPTIONS))["doc"]
        pieces, sounds = take_sounds(collapse_rolling(pieces, captions))
    with timed("segment"):
        languages = languages_of(readable, pieces)
        rows = rows.join(
            languages.rename({"language": "spoken_language"}), on="doc", how="left", maintain_order="left"
        )
        spoken = languages.join(
            readable.select("doc", "duration_s"), on="doc", how="left", maintain_order="left"
        )
        segmented = segment(pieces, spoken, turn_threshold)
        return _tables(_without_wordless(rows, segmented).with_columns(place), segmented, sounds)


def defective(source: Source, seen: str) -> Source:
    """Return a source on which podlake itself fails, to be held back for what was ``seen``.

    Its text lands, so that a version without the defect can read it; not where the document had a problem already,
    and still failed.
    """
    document = source.document
    if document.problem:
        return Source(document, None)
    detail = " ".join(seen.encode(errors="replace").decode().split())[:_MOST_SEEN]
    return Source(replace(document, problem=("defect", detail)), source.data)


def _without_wordless(documents: pl.DataFrame, segmented: Segmented) -> pl.DataFrame:
    """Hold back the documents in which nothing was said."""
    spoken = segmented.sentences.select("doc").unique()
    wordless = pl.col("problem").is_null() & ~pl.col("doc").is_in(spoken["doc"].implode())
    return documents.with_columns(
        problem=pl.when(wordless).then(pl.lit(_reason(("empty", "it holds no words")))).otherwise("problem"),
    )


def _read(source: Source) -> dict[str, object]:
    """Decode one source and tell its format."""
    document = source.document
    row: dict[str, object] = {name: getattr(document, name) for name in _IDENTITY}
    row |= {
        "revision": document.revision,
        "version": VERSION,
        "format": "unknown",
        "issues": [],
        "persons": [],
        "body_char": 0,
    }
    if source.data is None or (document.problem and not source.data):
        return row | {"problem": _reason(document.problem or ("unreadable", "its bytes could not be read"))}
    decoded = decode(source.data)
    row |= {"encoding": decoded.encoding, "text": decoded.text, "issues": list(decoded.issues)}
    problem = document.problem or decoded.problem
    if problem or decoded.text is None:
        return row | {"problem": _reason(problem or ("binary", "it is not text"))}
    front = read_front_matter(decoded.text)
    sniffed = sniff.sniff(decoded.text, PurePosixPath(document.path).name, front.body_char)
    if front.holds_transcript:
        sniffed = sniff.Sniffed("yaml", ("unsupported", "its transcript stands in its front matter"))
    return row | {
        "format": sniffed.format,
        "problem": _reason(sniffed.problem) if sniffed.problem else None,
        "issues": [*decoded.issues, *front.issues],
        "language": front.language or _language(decoded.text, sniffed.format, document.path),
        **{
            name: getattr(front, name) for name in ("title", "published_at", "duration_s", "url", "body_char")
        },
        "persons": list(front.persons),
    }


def _reason(problem: tuple[str, str]) -> str:
    code, seen = problem
    return f"{code}: {seen.rstrip('.')}. {_REMEDIES.get(code, '')}".rstrip()


def _language(text: str, format_: str, path: str) -> str | None:
    """Return the language that a document declares, by header, key or the suffix of its name."""
    if format_ == "webvtt" and (header := _LANGUAGE_HEADER.search(text, 0, 500)):
        return header[1]
    if format_ in sniff.JSON and (key := re.search(r'"language"\s*:\s*"([A-Za-z-]{2,12})"', text)):
        return key[1]
    suffix = _LANGUAGE_SUFFIX.search(path)
    return suffix[1] if suffix else None


def _tables(documents: pl.DataFrame, segmented: Segmented, sounds: pl.DataFrame) -> Tables:
    """Give the rows their ids and positions, in the contracts' columns."""
    ids = documents.select("doc", "episode_id", transcript_id="document_id")
    sounds = sounds.join(
        documents.filter(pl.col("problem").is_null()), on="doc", how="semi", maintain_order="left"
    )
    turns = _numbered(segmented.turns, "turn_of_batch", "turn")
    sentences = _numbered(segmented.sentences, None, "sentence").rename({"turn": "turn_of_batch"})
    sentences = sentences.join(
        turns.select("turn_of_batch", "turn"), on="turn_of_batch", maintain_order="left"
    )
    parts = {
        TURNS: turns,
        SENTENCES: sentences,
        SEGMENTS: _numbered(segmented.segments, None, "segment"),
        SOUNDS: _numbered(sounds, None, "sound"),
    }
    tables = {
        table.full_name: _fit(frame.join(ids, on="doc", maintain_order="left"), table)
        for table, frame in parts.items()
    }
    tables[TRANSCRIPTS.full_name] = _fit(_transcripts(documents, segmented), TRANSCRIPTS)
    status = pl.when(pl.col("problem").is_null()).then(pl.lit("published")).otherwise(pl.lit("quarantined"))
    tables[DOCUMENTS.full_name] = _fit(documents.with_columns(status=status, reason="problem"), DOCUMENTS)
    return {table.full_name: tables[table.full_name] for table in STAGED}


def _numbered(frame: pl.DataFrame, old: str | None, name: str) -> pl.DataFrame:
    """Number the rows of each document from 0; a number that ran through the batch is kept as ``old``."""
    kept = frame.rename({name: old}) if old else frame
    return kept.with_columns(pl.int_range(pl.len(), dtype=pl.Int32).over("doc").alias(name))


def _fit(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Bring a frame to the columns and types of a contract."""
    return frame.select(pl.col(column.name).cast(column.dtype) for column in table.columns)


def _transcripts(documents: pl.DataFrame, segmented: Segmented) -> pl.DataFrame:
    """Sum up each document that holds words as one transcript."""
    given = pl.col("error_s").is_null()
    sentences = segmented.sentences.group_by("doc", maintain_order=True).agg(
        pl.col("n_words").sum(),
        n_sentences=pl.len(),
        has_times=(given & pl.col("start_s").is_not_null()).any(),
        duration_s=pl.col("end_s").filter(given).max(),
        is_punctuated=pl.col("is_punctuated").first(),
        method=pl.col("method").first(),
        has_restored=(pl.col("method") == boundary.VERSION).any(),
        text=pl.col("text").str.join(" "),
    )
    turns = segmented.turns.group_by("doc").agg(
        n_turns=pl.len(),
        has_speakers=(pl.col("speaker").is_not_null() & pl.col("voice").is_null()).any(),
        has_voices=pl.col("voice").is_not_null().any(),
    )
    facts = documents.drop("duration_s", "text").with_columns(
        transcript_id="document_id",
        language="spoken_language",
        is_current=pl.lit(value=True),
    )
    is_restored = pl.col("has_restored") | pl.col("has_voices")
    return (
        sentences.with_columns(
            text_fingerprint=pl.Series([fingerprint(text) for text in sentences["text"]], dtype=pl.String)
        )
        .join(turns, on="doc", maintain_order="left")
        .join(facts, on="doc", maintain_order="left")
        .with_columns(model=pl.when(is_restored).then(pl.lit(boundary.VERSION)))
    )


def fingerprint(text: str) -> str:
    """Return a hash of the letters and digits of a text; case, spaces and ASCII punctuation do not count."""
    return hashlib.sha256(text.encode().translate(_LOWER, _UNSPOKEN)).hexdigest()[:16]
