"""Cut pieces behind their sentence marks; a fragment is the part of a sentence that one piece holds."""

from __future__ import annotations

import polars as pl

from tasks.parse.pieces import BLANK, FILL, cut
from tasks.segment import punctuation
from tasks.segment.words import count_words, spoken

_TRAILING = rf"(?:[ \t\r\n\v\f]{FILL}*)+$"
"""Masks that touch the last word stay in the span: they may be the rest of an entity or an escape."""
_WORDS_PER_END = 75
"""Fewer sentence ends than one in so many words: the document is unpunctuated (3 marks in 1,000 letters)."""
_LETTERS_PER_CAPITAL = 200
"""Fewer capitals than one in so many bytes: the document is written small throughout."""


def fragments_of(pieces: pl.DataFrame) -> pl.DataFrame:
    """Cut pieces behind the marks that end a sentence, one row a fragment, in order.

    Args:
        pieces: Speech alone, with the turns that ``assign_turns`` gave.

    Returns:
        The pieces' columns; ``ends``, whether a sentence ends with the fragment; its ``words`` as they are spoken and
        ``n_words``; ``is_punctuated`` of its document. ``start_char`` and ``end_char`` span the words,
        ``text_char`` is where the masked ``text`` starts. Fragments without words are left out.
    """
    marked = pieces.with_columns(text=punctuation.mark_ends(pl.col("text") + " ")).with_row_index("piece")
    ends = (pl.col("piece") == pl.col("piece").shift(-1)).fill_null(value=False)
    fragments = cut(marked).with_columns(words=spoken(pl.col("text")), ends=ends)
    fragments = fragments.with_columns(n_words=count_words(pl.col("words")))
    fragments = fragments.join(_facts(fragments), on="doc", how="left", maintain_order="left")
    is_open = pl.col("ends") & pl.col("is_cased")
    goes_on = punctuation.goes_on(pl.col("words"), pl.col("words").shift(-1), is_open)
    fragments = fragments.with_columns(ends=pl.col("ends") & ~goes_on)
    ended = pl.col("ends").shift(1, fill_value=True)
    sentences = fragments.with_columns(sentence=(ended | changes("turn")).cum_sum()).filter(
        pl.col("n_words") > 0
    )
    return _narrowed(sentences.with_columns(ends=changes("sentence").shift(-1, fill_value=True)))


def changes(column: str) -> pl.Expr:
    """Say of each row whether the column differs from the row before; the first row's does."""
    return (pl.col(column) != pl.col(column).shift(1)).fill_null(value=True)


def _facts(fragments: pl.DataFrame) -> pl.DataFrame:
    """Say of each document whether it is punctuated and whether it is cased."""
    capitals, n_bytes = pl.col("words").str.count_matches("[A-Z]"), pl.col("words").str.len_bytes()
    return fragments.group_by("doc").agg(
        is_punctuated=pl.col("ends").sum() * _WORDS_PER_END >= pl.col("n_words").sum(),
        is_cased=capitals.sum() * _LETTERS_PER_CAPITAL >= n_bytes.sum(),
    )


def _narrowed(fragments: pl.DataFrame) -> pl.DataFrame:
    """Narrow each fragment's span to its words."""
    lead = pl.col("text").str.len_chars() - pl.col("text").str.strip_chars_start(BLANK).str.len_chars()
    said = pl.col("text").str.replace(_TRAILING, "").str.len_chars()
    return fragments.with_columns(
        text_char=pl.col("start_char"),
        start_char=pl.col("start_char") + lead.cast(pl.Int32),
        end_char=pl.col("start_char") + said.cast(pl.Int32),
    ).drop("piece", "sentence", "is_cased")
