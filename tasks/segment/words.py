"""Count what is said: words, fillers and immediate repeats."""

from __future__ import annotations

import polars as pl

from tasks.parse.pieces import BLANK, FILL

_FILLER = r"(?i:(?-u:\b)(?:uh+m*|um+|er+m*|hm+|mhm+|mm+-?hm+|ah+)(?-u:\b))"


AROUND = ".,;:!?\u2026\"'\u2018\u2019\u201c\u201d\u00ab\u00bb()[]{}<>*_`~|/\\-\u2013\u2014\u00bf\u00a1\u3002\uff0c\uff1f\uff01^="
"""Marks that surround a word without being part of it."""


def spoken(text: pl.Expr) -> pl.Expr:
    """Return the words of masked text: masks dropped, white space single, ends stripped."""
    plain = text.str.replace_all(FILL, "", literal=True).str.replace_all(r"[ \t\r]{2,}", " ")
    return plain.str.strip_chars(BLANK)


def bare(word: pl.Expr) -> pl.Expr:
    """Return what a recogniser would hear of a word: small letters, straight apostrophes, no marks around it."""
    return word.str.to_lowercase().str.replace_all("\u2019", "'", literal=True).str.strip_chars(AROUND)


def raised(word: pl.Expr) -> pl.Expr:
    """Return a word with a capital in front; a letter that its capital does not lead back to stays, such as \u00df."""
    first = word.str.slice(0, 1)
    capital = first.str.to_uppercase()
    return pl.when(capital.str.to_lowercase() == first).then(capital).otherwise(first) + word.str.slice(1)


def count_words(words: pl.Expr) -> pl.Expr:
    """Count the words of text that ``spoken`` returned."""
    spaces = words.str.count_matches(" ", literal=True).cast(pl.Int32)
    return pl.when(words.str.len_bytes() > 0).then(spaces + 1).otherwise(0)


def count_fillers(words: pl.Expr) -> pl.Expr:
    """Count hesitations such as "um" and "uh"; words that may carry meaning ("like") do not count."""
    return words.str.count_matches(_FILLER).cast(pl.Int32)


def count_repeats(words: pl.Series) -> pl.Series:
    """Count, in each text, the words that equal the word before (case and a comma apart)."""
    tokens = words.str.to_lowercase().str.split(" ")
    ends = tokens.list.len().cast(pl.Int64).cum_sum()
    starts = ends.shift(1, fill_value=0)
    word = tokens.explode().str.strip_chars_end(",.-\u2013\u2026")
    repeats = ((word == word.shift(1)) & (word != "")).fill_null(value=False)
    said = pl.concat(
        [pl.Series([0], dtype=pl.Int32), repeats.scatter(starts, False).cast(pl.Int32).cum_sum()]
    )
    return said.gather(ends) - said.gather(starts)
