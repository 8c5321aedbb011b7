"""A small synthetic batch: the staged tables as a clean transform makes them, of any size."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from warehouse.contracts import STAGED

WORDS = 10
SENTENCE = "the quick brown fox met one lazy dog again today."
STEP = len(SENTENCE) + 1
LENGTH_S = 4.0
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def clean_batch(n_documents: int = 2, n_sentences: int = 6) -> dict[str, pl.DataFrame]:
    """Make documents of ``n_sentences`` sentences each, two sentences a turn, two speakers."""
    ids = pl.Series("transcript_id", [f"doc-{number:08}" for number in range(n_documents)], dtype=pl.String)
    sentences = _sentences(ids, n_sentences)
    turns = _turns(sentences)
    tables = (
        _documents(ids, n_sentences),
        _transcripts(ids, n_sentences),
        turns,
        sentences,
        _segments(ids),
        _sounds(ids),
    )
    return {
        table.full_name: frame.select(
            pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype).alias(name)
            for name, dtype in table.polars_schema.items()
        )
        for table, frame in zip(STAGED, tables, strict=True)
    }


def _documents(ids: pl.Series, n_sentences: int) -> pl.DataFrame:
    text = " ".join([SENTENCE] * n_sentences)
    constants = {
        "revision": 1,
        "podcast_id": "show",
        "podcast": "A Show",
        "stamp": "1",
        "sha256": "00",
        "n_bytes": len(text),
        "format": "text",
        "encoding": "utf-8",
        "text": text,
        "published_at": NOW,
        "status": "published",
        "run_id": "run",
        "batch": 0,
        "version": "1",
        "ingested_at": NOW,
    }
    return pl.DataFrame({"document_id": ids}).with_columns(
        *(pl.lit(value).alias(name) for name, value in constants.items()),
        episode_id="document_id",
        path=pl.format("{}.txt", "document_id"),
        uri=pl.format("file:///shows/{}.txt", "document_id"),
        issues=pl.lit([], pl.List(pl.String)),
        persons=pl.lit([], pl.List(pl.String)),
    )


def _transcripts(ids: pl.Series, n_sentences: int) -> pl.DataFrame:
    constants = {
        "podcast_id": "show",
        "revision": 1,
        "format": "text",
        "has_times": True,
        "has_speakers": True,
        "is_punctuated": True,
        "n_words": n_sentences * WORDS,
        "n_sentences": n_sentences,
        "n_turns": (n_sentences + 1) // 2,
        "duration_s": n_sentences * LENGTH_S,
        "is_current": True,
        "text_fingerprint": "f",
        "method": "rules-1",
        "version": "1",
    }
    return pl.DataFrame({"transcript_id": ids}).with_columns(
        *(pl.lit(value).alias(name) for name, value in constants.items()), episode_id="transcript_id"
    )


def _sentences(ids: pl.Series, n_sentences: int) -> pl.DataFrame:
    number = pl.col("sentence")
    return (
        pl.DataFrame({"transcript_id": ids})
        .join(pl.DataFrame({"sentence": range(n_sentences)}, {"sentence": pl.Int64}), how="cross")
        .with_columns(
            episode_id="transcript_id",
            turn=number // 2,
            start_char=number * STEP,
            end_char=number * STEP + len(SENTENCE),
            start_s=number * LENGTH_S,
            end_s=(number + 1) * LENGTH_S,
            end_punct=pl.lit("."),
            p_end=pl.lit(1.0),
            method=pl.lit("rules-1"),
            n_words=pl.lit(WORDS),
            n_fillers=pl.lit(0),
            n_repeats=pl.lit(0),
            text=pl.lit(SENTENCE),
        )
    )


def _turns(sentences: pl.DataFrame) -> pl.DataFrame:
    return (
        sentences.group_by("transcript_id", "episode_id", "turn", maintain_order=True)
        .agg(
            pl.col("start_char", "start_s").first(),
            pl.col("end_char", "end_s").last(),
            pl.col("n_words").sum(),
            pl.col("text").str.join(" "),
        )
        .with_columns(
            speaker=pl.format("Speaker {}", pl.col("turn") % 2),
            speaker_label=pl.format("S{}", pl.col("turn") % 2),
            p_start=pl.lit(1.0),
            method=pl.lit("label"),
        )
    )


def _segments(ids: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"transcript_id": ids}).with_columns(
        episode_id="transcript_id",
        segment=pl.lit(0),
        start_char=pl.lit(0),
        end_char=pl.lit(len(SENTENCE)),
        start_s=pl.lit(0.0),
        end_s=pl.lit(LENGTH_S),
        title=pl.lit("Opening"),
        method=pl.lit("chapters"),
        score=pl.lit(1.0),
    )


def _sounds(ids: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"transcript_id": ids}).with_columns(
        episode_id="transcript_id",
        sound=pl.lit(0),
        start_char=pl.lit(0),
        end_char=pl.lit(len(SENTENCE)),
        start_s=pl.lit(0.0),
        label=pl.lit("music"),
    )


def with_row(frame: pl.DataFrame, row: int, **values: object) -> pl.DataFrame:
    """Return ``frame`` with other values in one row."""
    here = pl.int_range(pl.len()) == row
    return frame.with_columns(
        pl.when(here).then(pl.lit(value, frame.schema[name])).otherwise(name).alias(name)
        for name, value in values.items()
    )
