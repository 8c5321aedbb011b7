"""Read labelled transcripts as gold for segmentation: their words, and what each document can be scored for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import polars as pl

from tasks.batch import batches
from tasks.clean import collapse_rolling, take_sounds
from tasks.decode import decode
from tasks.discover import discover
from tasks.document import Document, read
from tasks.evaluate import tokens
from tasks.parse import parse, sniff
from tasks.parse.frontmatter import read_front_matter
from tasks.segment.gold import gold_words
from tasks.segment.language import identify
from tasks.segment.turns import assign_turns
from warehouse.settings import Settings

DOCUMENTS = pl.Schema(
    {
        "doc": pl.UInt32(),
        "show": pl.String(),
        "episode": pl.String(),
        "stem": pl.String(),
        "format": pl.String(),
        "text": pl.String(),
        "body_char": pl.Int32(),
        "problem": pl.String(),
    }
)
"""show: the podcast's name. episode: its id. stem: file name without extension. problem: why it is no gold."""

FACTS = ("has_turns", "has_case", "is_punctuated", "n_cut_turns")
"""What is known of a document's labels."""

WORDS_PER_END = 75
"""Fewer sentence marks than one in so many words: the document is unpunctuated (3 marks in 1,000 letters)."""
_WORDS_PER_CAPITAL = 40
"""Fewer capitals than one word in so many: the document is written small."""
_END = r"[.?!\u2026\u3002\uff1f\uff01][^\p{L}\p{N}\s]*(?:\s|$)"


@dataclass(frozen=True, slots=True)
class Gold:
    """Labelled words of a batch of documents.

    Attributes:
        words: As ``tasks.segment.gold.GOLD``, sorted by ``doc``.
        documents: ``doc``, ``show``, ``episode``, ``stem``, ``language`` as its words tell, ``has_turns``, ``has_case``,
            ``is_punctuated`` and ``n_cut_turns`` (that begin with a small letter), a row a document that has words.
        left_out: ``show`` and ``problem``, a row a document that could not be read.
    """

    words: pl.DataFrame
    documents: pl.DataFrame
    left_out: pl.DataFrame


def read_gold(sources: Sequence[str | Path], settings: Settings) -> Iterator[Gold]:
    """Yield the gold of sources, batch by batch, found and parsed as ``podlake ingest`` does.

    Rev's token tables are read too. Of an episode in several formats, the document that comes first counts.

    Raises:
        SourceError: A source does not exist or cannot be listed.
    """
    seen: set[str] = set()
    for batch in batches(discover(sources, settings), settings.batch_bytes):
        yield _gold([_read(document, seen) for document in batch.documents])


def usable(gold: Gold) -> Gold:
    """Leave out documents without punctuation, whose marks say nothing, and those in a language that is not restored."""
    problem = (
        pl.when(~pl.col("is_punctuated"))
        .then(pl.lit("unpunctuated"))
        .when(pl.col("language") != "en")
        .then(pl.lit("not English"))
    )
    documents = gold.documents.with_columns(problem=problem)
    dropped = documents.drop_nulls("problem").select("show", "problem")
    kept = documents.filter(pl.col("problem").is_null()).drop("problem")
    words = gold.words.join(kept, on="doc", how="semi", maintain_order="left")
    return Gold(words, kept, pl.concat([gold.left_out, dropped]))


def _read(document: Document, seen: set[str]) -> dict[str, object]:
    """Decode a document and tell its format; ``seen`` holds the episodes read so far."""
    document, data = read(document)
    row: dict[str, object] = {"show": document.podcast, "episode": document.episode_id}
    row["stem"] = PurePosixPath(document.path).name.partition(".")[0]
    if document.problem:
        return row | {"problem": document.problem[0]}
    decoded = decode(data)
    if decoded.problem or decoded.text is None:
        return row | {"problem": decoded.problem[0] if decoded.problem else "binary"}
    front = read_front_matter(decoded.text)
    sniffed = sniff.sniff(decoded.text, PurePosixPath(document.path).name, front.body_char)
    if front.holds_transcript or (sniffed.problem and sniffed.format != tokens.FORMAT):
        return row | {"problem": "unsupported"}
    if document.episode_id in seen:
        return row | {"problem": "another format of an episode scored already"}
    seen.add(document.episode_id)
    return row | {"format": sniffed.format, "text": decoded.text, "body_char": front.body_char}


def _gold(rows: Iterable[dict[str, object]]) -> Gold:
    documents = pl.DataFrame(
        [{"problem": None, **row} for row in rows],
        schema={name: dtype for name, dtype in DOCUMENTS.items() if name != "doc"},
    ).with_row_index("doc")
    readable = documents.filter(pl.col("problem").is_null())
    speech = _speech(readable)
    words = gold_words(speech)
    facts = _facts(speech, words)
    languages = identify(speech).select("doc", "language")
    about = readable.select("doc", "show", "episode", "stem").join(
        languages, on="doc", how="left", maintain_order="left"
    )
    kept = about.join(facts, on="doc", maintain_order="left")
    wordless = readable.join(facts, on="doc", how="anti").select("show", problem=pl.lit("no words"))
    left_out = documents.drop_nulls("problem").select("show", "problem")
    return Gold(words, kept, pl.concat([left_out, wordless]))


def _speech(readable: pl.DataFrame) -> pl.DataFrame:
    """Parse and clean documents as the pipeline does, and assign their turns."""
    is_table = pl.col("format") == tokens.FORMAT
    parsed = parse(readable.filter(~is_table).select("doc", "format", "text", "body_char"))
    captions = readable.filter(pl.col("format").is_in(sniff.CAPTIONS))["doc"]
    tabled = tokens.parse(readable.filter(is_table))
    both = pl.concat([collapse_rolling(parsed, captions), tabled]).sort("doc", maintain_order=True)
    pieces, _ = take_sounds(both)
    return assign_turns(pieces.filter(~pl.col("heading")))


def _facts(speech: pl.DataFrame, words: pl.DataFrame) -> pl.DataFrame:
    """Say of each document with words whether it has turns, capitals and punctuation."""
    ends = speech.group_by("doc").agg(n_ends=pl.col("text").str.count_matches(_END).sum())
    capital = pl.col("surface").str.contains(r"\p{Lu}")
    said = words.group_by("doc", maintain_order=True).agg(
        n_words=pl.len(),
        has_turns=pl.col("turn").any(),
        has_case=capital.sum() * _WORDS_PER_CAPITAL >= pl.len(),
        n_cut_turns=(pl.col("turn") & pl.col("surface").str.contains(r"^\p{Ll}")).sum().cast(pl.Int64),
    )
    punctuated = pl.col("n_ends") * WORDS_PER_END >= pl.col("n_words")
    joined = said.join(ends, on="doc", maintain_order="left").with_columns(is_punctuated=punctuated)
    return joined.select("doc", *FACTS)
