"""Rules that every table of pieces of a transcript shares: where they stand in the source and in time."""

from __future__ import annotations

import polars as pl

from expectations.rules import RowRule, Rule, Severity, Tables, key_and_nulls, said, schema
from warehouse.contracts import Table

CROSSTALK_S = 1.0
"""Overlap that is no defect: 40 % of speaker changes overlap, most of them by less than a second
(Heldner and Edlund, Pauses, gaps and overlaps in conversations, Journal of Phonetics 38, 2010)."""

SHORTEST_PACED_S = 5.0
"""Below this a pace in words per minute is mostly rounding of the times."""

ROUNDING_S = 0.001
"""Times come in milliseconds and are interpolated in floating point: less than this is equal."""

_START, _END = pl.col("start_char"), pl.col("end_char")


def frame(table: Table, tables: Tables) -> pl.LazyFrame:
    """Return the table's rows with what their transcript knows.

    Adds ``transcript`` (row of the transcript in this batch, null where there is none),
    ``source_chars`` (length of the document's text) and ``follows`` (whether the row before
    belongs to the same transcript).
    """
    text = tables["raw.documents"].lazy().select("document_id", source_chars=pl.col("text").str.len_chars())
    transcripts = (
        tables["core.transcripts"]
        .lazy()
        .select("transcript_id")
        .with_row_index("transcript")
        .unique("transcript_id", keep="first")
        .join(text.unique("document_id"), left_on="transcript_id", right_on="document_id", how="left")
    )
    return (
        tables[table.full_name]
        .lazy()
        .join(transcripts, on="transcript_id", how="left", maintain_order="left")
        .with_columns(follows=pl.col("transcript_id") == pl.col("transcript_id").shift())
    )


def key(column: str) -> pl.Expr:
    """Return one integer for a row's transcript and its number in ``column``."""
    return pl.col("transcript").cast(pl.Int64) * 2**32 + pl.col(column)


def words_per_minute(duration_s: pl.Expr) -> pl.Expr:
    """Return the pace of a row's words; null where the time is unknown or too short to tell."""
    return pl.when(duration_s >= SHORTEST_PACED_S).then(pl.col("n_words") * 60 / duration_s)


def _since_previous(now: str, before: str) -> pl.Expr:
    """Return how far ``now`` lies after ``before`` of the row before in the same transcript."""
    return pl.when("follows").then(pl.col(now) - pl.col(before).shift())


def structure(table: Table) -> tuple[Rule, ...]:
    """Return the rules that the contract of a table of pieces implies."""
    return (schema(table), *key_and_nulls(table, key(table.key[-1])))


def placed() -> tuple[RowRule, RowRule]:
    """Return the rules that a row has its transcript and lies inside the source."""
    return (
        RowRule(
            name="transcript-exists",
            column="transcript_id",
            severity="critical",
            why="a row without its transcript belongs to no episode",
            low=1,
            measure=pl.col("transcript").is_not_null(),
            seen=said("transcript_id"),
        ),
        RowRule(
            name="offsets-in-source",
            column="end_char",
            severity="critical",
            why="offsets are half-open and point into the document's text, or the row cannot be traced",
            low=0,
            measure=pl.min_horizontal(
                _START, _END - _START - 1, pl.col("source_chars").cast(pl.Int64) - _END
            ),
            seen=said("start_char", "end_char", "source_chars"),
        ),
    )


def offsets_in_order(severity: Severity) -> RowRule:
    """Return the rule that a row begins in the source where the row before ended, or later."""
    return RowRule(
        name="offsets-in-order",
        column="start_char",
        severity=severity,
        why="the rows of a transcript follow the source and share no character of it",
        low=0,
        measure=_since_previous("start_char", "end_char"),
        seen=said("start_char", "end_char"),
    )


def timed() -> tuple[RowRule, RowRule, RowRule]:
    """Return the rules on the times of a row and of the row before it."""
    return (
        RowRule(
            name="end-after-start",
            column="end_s",
            severity="critical",
            why="a row that ends before it starts turns every duration negative",
            low=-ROUNDING_S,
            measure=pl.col("end_s") - pl.col("start_s"),
            seen=said("start_s", "end_s"),
        ),
        RowRule(
            name="starts-in-order",
            column="start_s",
            severity="warning",
            why="times that jump back mean shuffled cues or two recordings in one file",
            low=-ROUNDING_S,
            measure=_since_previous("start_s", "start_s"),
            seen=said("start_s"),
        ),
        RowRule(
            name="little-overlap",
            column="start_s",
            severity="warning",
            why="an overlap of more than a second is rarely crosstalk and often doubled captions",
            low=-CROSSTALK_S,
            measure=_since_previous("start_s", "end_s"),
            seen=said("start_s"),
        ),
    )


def numbered(column: str) -> RowRule:
    """Return the rule that rows count up from 0 in each transcript, without a gap."""
    return RowRule(
        name=f"{column}s-numbered",
        column=column,
        severity="critical",
        why="the number is the row's place: a gap or a jump means lost or shuffled rows",
        low=0,
        high=0,
        measure=pl.when("follows")
        .then(pl.col(column) - pl.col(column).shift() - 1)
        .otherwise(pl.col(column)),
        seen=said(column),
    )
