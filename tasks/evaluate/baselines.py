"""What a restorer of segmentation is, and two that a model must beat: fixed windows and cue words.

Figures in constants were counted in podcast transcripts of Changelog Media (CC BY-SA 4.0).
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from tasks.segment.gold import NONE, PERIOD

Restore = Callable[[pl.DataFrame], pl.DataFrame]
"""Restores the segmentation of bare words.

Takes words in order, with columns ``doc`` (UInt32, sorted), ``word`` (String, as ``bare`` makes it) and ``mark`` (UInt8,
what stands behind it), which only a method that says so in its name may look at. Returns the same
rows in the same order, with ``mark`` (UInt8, decided, behind the word), ``p_end`` (probability
that a sentence ends behind the word), ``turn`` (another speaker begins with the word; false for the first of a document),
``p_turn`` (its probability) and ``surface`` (the word in its case).
"""

WORDS_PER_SENTENCE = 14
WORDS_PER_TURN = 57

TURN_CUES = (
    "yeah", "yes", "alright", "wow", "absolutely", "oh", "thanks", "exactly", "thank", "sorry", "okay",
)  # fmt: skip
"""Sentence cues of which, where ``cue_words`` starts a sentence, at least one in three starts a turn."""
SENTENCE_CUES = (
    *TURN_CUES, "so", "but", "well", "let's", "what's", "no", "that's", "he's", "here's", "i'm", "i", "it's", "we'll",
    "i'll", "i've", "and",
)  # fmt: skip
"""Words of which at least one in four starts a sentence."""
FEWEST_WORDS = 3
"""A sentence shorter than this is more often a false start than a sentence."""
P_END = (0.04, 0.4)
"""Share of words that end a sentence: before other words, and before a cue."""
P_TURN = (0.014, 0.63)
"""Share of words that start a turn: others, and those that ``cue_words`` starts one with."""


def fixed_windows(words: pl.DataFrame) -> pl.DataFrame:
    """Start a sentence every 14 words and a turn every 57, the means of training."""
    place = _place()
    turn = (place % WORDS_PER_TURN == 0) & (place > 0)
    starts = (place % WORDS_PER_SENTENCE == 0) | turn
    p_end, p_turn = pl.lit(1 / WORDS_PER_SENTENCE), pl.lit(1 / WORDS_PER_TURN)
    return _restored(words, starts=starts, turn=turn, p_end=p_end, p_turn=p_turn)


def cue_words(words: pl.DataFrame) -> pl.DataFrame:
    """Start a sentence before words that like to start one, and a turn before those that like to answer."""
    place = _place()
    starts = pl.col("word").is_in(SENTENCE_CUES) & (place > 0)
    begun = pl.when(starts | (place == 0)).then(place).forward_fill()
    starts = starts & (place - begun.shift(1).fill_null(0) >= FEWEST_WORDS)
    turn = starts & pl.col("word").is_in(TURN_CUES)
    p_end = pl.when(starts.shift(-1)).then(P_END[1]).otherwise(P_END[0])
    p_turn = pl.when(turn).then(P_TURN[1]).otherwise(P_TURN[0])
    return _restored(words, starts=starts, turn=turn, p_end=p_end, p_turn=p_turn)


def _place() -> pl.Expr:
    """Count the words of each document from 0."""
    return pl.int_range(pl.len()).over("doc")


def _restored(
    words: pl.DataFrame, *, starts: pl.Expr, turn: pl.Expr, p_end: pl.Expr, p_turn: pl.Expr
) -> pl.DataFrame:
    """Return the columns of a ``Restore``, given where sentences and turns start; only those and "I" get capitals."""
    first = (pl.col("doc") != pl.col("doc").shift(1)).fill_null(value=True)
    rows = words.with_columns(starts=starts | first, turn=turn, p_end=p_end, p_turn=p_turn)
    ends = pl.col("starts").shift(-1).fill_null(value=True)
    word = pl.col("word")
    capital = pl.col("starts") | word.str.contains(r"^i(?:'|$)")
    upper = word.str.slice(0, 1).str.to_uppercase() + word.str.slice(1)
    return rows.select(
        mark=pl.when(ends).then(PERIOD).otherwise(NONE).cast(pl.UInt8),
        p_end=pl.col("p_end"),
        turn=pl.col("turn"),
        p_turn=pl.col("p_turn"),
        surface=pl.when(capital).then(upper).otherwise(word),
    )
