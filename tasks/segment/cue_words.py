"""Guess sentence ends in unpunctuated text by the words that like to start a sentence.

The words are those of which at least one in four starts a sentence in punctuated English conversation, counted in
140 transcripts of Changelog Media (CC BY-SA 4.0). On 60 others, stripped of punctuation, the rule reaches precision
.39, recall .51, F1 .44. It is the floor that a learned model replaces behind the same two functions.
"""

from __future__ import annotations

import polars as pl

from tasks.parse.pieces import CUT, FILL

METHOD = "cue-words/1"
P_END = 0.39
"""Precision of the rule, so the probability of each end that it sets."""
FEWEST_WORDS = 3
"""A sentence shorter than this is more often a false start than a sentence."""

_WORDS = (
    "alright|yeah|yes|wow|thank|so|oh|thanks|okay|but|well|let['\u2019]s|sorry|what['\u2019]s|no|that['\u2019]s|he['\u2019]s|"
    "exactly|here['\u2019]s|i['\u2019]m|i|it['\u2019]s|absolutely|we['\u2019]ll|i['\u2019]ll|i['\u2019]ve|and"
)
_START = rf"(^|[ \t{FILL}])((?i:{_WORDS})[ \t{FILL},])"


def mark_ends(text: pl.Series) -> pl.Series:
    """Put ``CUT`` before each word that may start a sentence."""
    return text.str.replace_all(_START, f"$1{CUT}$2")


def long_enough(doc: pl.Expr, n_words: pl.Expr, ends: pl.Expr) -> pl.Expr:
    """Keep those ends that lie at least ``FEWEST_WORDS`` words behind the end before."""
    said = n_words.cum_sum()
    at_end = pl.when(ends | (doc != doc.shift(-1))).then(said)
    before = at_end.forward_fill().shift(1).fill_null(0)
    return ends & (said - before >= FEWEST_WORDS)
