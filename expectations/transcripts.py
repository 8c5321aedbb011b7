"""The suite of ``core.transcripts``."""

from __future__ import annotations

import polars as pl

from expectations import spans
from expectations.rules import RowRule, Suite, Tables, key_and_nulls, said, schema
from warehouse.contracts import TRANSCRIPTS

SLOWEST, FASTEST = 30, 300
"""Words per minute of a whole recording. Conversation runs at 120 to 200; music, pauses and silence
slow it down, and nothing keeps a pace of 300 for an episode: then the end of the times is missing."""

MOST_SPEAKERS = 50
"""A panel or a call-in show stays below; more means that sentence openings were taken for labels."""


def frame(tables: Tables) -> pl.LazyFrame:
    """Return the transcripts with the status of their document and the counts of their children."""
    documents = tables["raw.documents"].lazy().select("document_id", "status").unique("document_id")
    sentences = _per_transcript(
        tables["core.sentences"], found_sentences=pl.len(), found_words=pl.sum("n_words")
    )
    turns = _per_transcript(tables["core.turns"], found_turns=pl.len(), n_speakers=pl.n_unique("speaker"))
    return (
        tables[TRANSCRIPTS.full_name]
        .lazy()
        .join(documents, left_on="transcript_id", right_on="document_id", how="left", maintain_order="left")
        .join(sentences, on="transcript_id", how="left", maintain_order="left")
        .join(turns, on="transcript_id", how="left", maintain_order="left")
    )


def _per_transcript(children: pl.DataFrame, **counts: pl.Expr) -> pl.LazyFrame:
    return children.lazy().group_by("transcript_id").agg(**counts)


def _counted(column: str, found: str) -> RowRule:
    return RowRule(
        name=f"{column.replace('_', '-')}-agrees",
        column=column,
        severity="critical",
        why="the transcript's counts are those of its rows, or rows were lost on the way",
        low=0,
        high=0,
        measure=pl.col(found).fill_null(0).cast(pl.Int64) - pl.col(column),
        seen=said(column, found),
    )


SUITE = Suite(
    TRANSCRIPTS,
    (
        schema(TRANSCRIPTS),
        *key_and_nulls(TRANSCRIPTS),
        RowRule(
            name="document-published",
            column="transcript_id",
            severity="critical",
            why="a transcript stands on a document that is in the batch and was not held back",
            low=1,
            measure=(pl.col("status") == "published").fill_null(value=False),
            seen=said("transcript_id", "status"),
        ),
        _counted("n_sentences", "found_sentences"),
        _counted("n_turns", "found_turns"),
        _counted("n_words", "found_words"),
        RowRule(
            name="words-per-minute",
            column="n_words",
            severity="warning",
            why="a pace no episode has: words are missing or doubled, or times are wrong",
            low=SLOWEST,
            high=FASTEST,
            measure=spans.words_per_minute(pl.col("duration_s")),
            seen=said("n_words", "duration_s"),
        ),
        RowRule(
            name="few-speakers",
            column="has_speakers",
            severity="warning",
            why=f"more than {MOST_SPEAKERS} speakers mean that words were taken for names",
            high=MOST_SPEAKERS,
            measure=pl.col("n_speakers"),
            seen=said("n_speakers"),
        ),
    ),
    frame,
)
