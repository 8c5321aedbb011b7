"""The suite of ``core.sentences``."""

from __future__ import annotations

import polars as pl

from expectations import spans
from expectations.rules import RowRule, Suite, Tables, has_text, in_order, probability, said
from warehouse.contracts import SENTENCES, TURNS

MOST_WORDS = 300
"""Two minutes without a stop at 150 words a minute, the usual pace of English speech
(National Center for Voice and Speech): no sentence end was found, rather than a long sentence."""


def frame(tables: Tables) -> pl.LazyFrame:
    """Return the sentences with what their transcript knows and whether their turn is there."""
    turns = in_order(spans.frame(TURNS, tables).select(spans.key("turn"))).to_series()
    return spans.frame(SENTENCES, tables).with_columns(turn_found=spans.key("turn").is_in(turns.implode()))


SUITE = Suite(
    SENTENCES,
    (
        *spans.structure(SENTENCES),
        *spans.placed(),
        RowRule(
            name="turn-exists",
            column="turn",
            severity="critical",
            why="a sentence without its turn has no speaker",
            low=1,
            measure=pl.col("turn_found"),
            seen=said("turn"),
        ),
        spans.numbered("sentence"),
        spans.offsets_in_order("critical"),
        *spans.timed(),
        has_text("text"),
        RowRule(
            name="not-enormous",
            column="n_words",
            severity="warning",
            why=f"more than {MOST_WORDS} words without an end means that none was found",
            high=MOST_WORDS,
            measure=pl.col("n_words"),
            seen=said("n_words"),
        ),
        probability("p_end"),
    ),
    frame,
)
