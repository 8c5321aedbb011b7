"""The suite of ``raw.documents``.

Every document lands, held back or not, so what the ledger itself cannot take (a shared key, a
missing value) rejects the batch; a row rule only holds back what was read from the document.
"""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from expectations.rules import History, RowRule, Suite, TableRule, Tables, key_and_nulls, said, schema
from warehouse.contracts import DOCUMENTS

EARLIEST_YEAR = 1990
"""Older than podcasts (2003) by a margin for radio archives; an epoch of 1970 is a missing date."""

LATEST_DAYS_AHEAD = 366
"""A feed announces episodes, but not more than a year ahead."""

MOST_HELD_BACK = 0.5
LEAST_VOLUME = 0.5
"""Half of the words that the last runs found in as much input: a format changed or a parser broke."""


def _over_the_table(rule: RowRule) -> TableRule:
    """Return the rule that no row of the ledger breaks ``rule``."""

    def total(tables: Tables, _history: History) -> float:
        return float(tables[DOCUMENTS.full_name].select(rule.measure.cast(pl.Int64).sum()).item())

    return TableRule(
        name=rule.name, column=rule.column, severity=rule.severity, why=rule.why, low=0, high=0, measure=total
    )


def _frame(tables: Tables) -> pl.LazyFrame:
    transcripts = (
        tables["core.transcripts"].lazy().select(document_id="transcript_id", transcribed=pl.lit(value=True))
    )
    return (
        tables[DOCUMENTS.full_name]
        .lazy()
        .join(transcripts.unique("document_id"), on="document_id", how="left", maintain_order="left")
        .with_columns(now=pl.lit(datetime.now(UTC)))
    )


def _share_held_back(tables: Tables, _history: History) -> float | None:
    documents = tables[DOCUMENTS.full_name]
    n_held_back = documents.filter(pl.col("status") != "published").height
    return n_held_back / documents.height if documents.height else None


def _words_per_document(tables: Tables, history: History) -> float | None:
    return _volume(tables, _published(tables).height, history.n_words, history.n_documents)


def _words_per_byte(tables: Tables, history: History) -> float | None:
    return _volume(tables, int(_published(tables)["n_bytes"].sum()), history.n_words, history.n_bytes)


def _published(tables: Tables) -> pl.DataFrame:
    return tables[DOCUMENTS.full_name].filter(pl.col("status") == "published")


def _volume(tables: Tables, n_units: int, n_words_before: int, n_units_before: int) -> float | None:
    """Return this batch's words per unit as a share of what the last runs had."""
    if not (n_units and n_words_before and n_units_before):
        return None
    n_words = tables["core.transcripts"]["n_words"].sum()
    return float(n_words / n_units) / (n_words_before / n_units_before)


SUITE = Suite(
    DOCUMENTS,
    (
        schema(DOCUMENTS),
        *(_over_the_table(rule) for rule in key_and_nulls(DOCUMENTS)),
        RowRule(
            name="published-has-transcript",
            column="status",
            severity="critical",
            why="a document counts as published only if its words are there",
            low=1,
            measure=pl.when(pl.col("status") == "published").then(pl.col("transcribed").is_not_null()),
            seen=said("status"),
        ),
        RowRule(
            name="published-has-text",
            column="text",
            severity="critical",
            why="without the source no row can be traced and nothing can be rebuilt",
            low=1,
            measure=pl.when(pl.col("status") == "published").then(pl.col("text").is_not_null()),
            seen=said("format", "encoding"),
        ),
        RowRule(
            name="published-after-1990",
            column="published_at",
            severity="warning",
            why="an earlier date is a default or a typing error, and files the episode under a wrong year",
            low=EARLIEST_YEAR,
            measure=pl.col("published_at").dt.year(),
            seen=said("published_at"),
        ),
        RowRule(
            name="published-by-next-year",
            column="published_at",
            severity="warning",
            why="a date more than a year ahead is a typing error, and files the episode under a wrong year",
            high=LATEST_DAYS_AHEAD,
            measure=(pl.col("published_at") - pl.col("now")).dt.total_days(),
            seen=said("published_at"),
        ),
        TableRule(
            name="share-held-back",
            column="status",
            severity="warning",
            why="when most of a batch cannot be read, the source has probably changed its format",
            high=MOST_HELD_BACK,
            measure=_share_held_back,
        ),
        TableRule(
            name="words-per-document",
            column="text",
            severity="warning",
            why="far fewer words a document than in the last runs mean that text is lost on the way",
            low=LEAST_VOLUME,
            measure=_words_per_document,
        ),
        TableRule(
            name="words-per-byte",
            column="n_bytes",
            severity="warning",
            why="far fewer words a byte than in the last runs mean that text is lost on the way",
            low=LEAST_VOLUME,
            measure=_words_per_byte,
        ),
    ),
    _frame,
)
