"""The suite of ``core.turns``."""

from __future__ import annotations

from functools import partial

import polars as pl

from expectations import spans
from expectations.rules import (
    History,
    RowRule,
    Suite,
    TableRule,
    Tables,
    has_text,
    probability,
    said,
)
from warehouse.contracts import TURNS

FASTEST = 650
"""Words per minute; the fastest talker on record reached 637 (Guinness World Records, S. Woodmore)."""


def _share_unlabelled(tables: Tables, _history: History) -> float | None:
    turns = tables[TURNS.full_name]
    return turns["speaker"].null_count() / turns.height if turns.height else None


SUITE = Suite(
    TURNS,
    (
        *spans.structure(TURNS),
        *spans.placed(),
        spans.numbered("turn"),
        spans.offsets_in_order("critical"),
        *spans.timed(),
        has_text("text"),
        probability("p_start"),
        RowRule(
            name="words-per-minute",
            column="n_words",
            severity="warning",
            why="nobody talks this fast: words or times are wrong",
            high=FASTEST,
            measure=spans.words_per_minute(pl.col("end_s") - pl.col("start_s")),
            seen=said("n_words", "start_s", "end_s"),
        ),
        TableRule(
            name="share-unlabelled",
            column="speaker",
            severity="info",
            why="talk time per speaker counts only turns that name one",
            high=0.5,
            measure=_share_unlabelled,
        ),
    ),
    partial(spans.frame, TURNS),
)
