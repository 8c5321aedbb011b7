"""The piece: a window into a document's text, the one shape that flows from parsing to segmenting.

The source is only ever cut, never rewritten. A piece knows the offset of its first character, and its text has exactly
as many characters as the window that it shows; what must not be read as words (tags, entities, escapes) is masked by
``FILL`` instead of being taken out. So every offset holds, however often a piece is cut.
"""

from __future__ import annotations

import polars as pl

FILL = "\0"
"""Stands where a character of the source is not part of the words; dropped when text leaves the transform."""

CUT = "\x1f"
"""Marks where ``cut`` is to cut; masked in sources, so it never stands for itself."""

BLANK = " \t\r\n\v\f" + FILL
"""What may surround words without being part of them."""

PIECES = pl.Schema(
    {
        "doc": pl.UInt32(),
        "cue": pl.UInt32(),
        "start_char": pl.Int32(),
        "text": pl.String(),
        "start_s": pl.Float64(),
        "end_s": pl.Float64(),
        "speaker": pl.String(),
        "mark": pl.Boolean(),
        "heading": pl.Boolean(),
    }
)
"""doc: row of the document in its batch. cue: group of pieces that share start_s and end_s. speaker: label as found,
null where the piece continues. mark: a change of speaker is marked before the piece. heading: a title, not speech."""


def pieces(frame: pl.DataFrame) -> pl.DataFrame:
    """Bring a parser's frame to the schema of pieces; columns that it lacks are null or false."""
    defaults = {"mark": pl.lit(value=False), "heading": pl.lit(value=False)}
    return frame.select(
        (pl.col(name) if name in frame.columns else defaults.get(name, pl.lit(None))).cast(dtype).alias(name)
        for name, dtype in PIECES.items()
    )


def cut(frame: pl.DataFrame, separator: str = CUT) -> pl.DataFrame:
    """Cut the text of every row at a separator, one row a part, and move ``start_char`` along.

    Args:
        frame: Has ``start_char`` and ``text``; other columns are repeated.
        separator: ``CUT``, which takes no place in the source, or a character of the source, which does.
    """
    if separator == CUT and not frame["text"].str.contains(CUT, literal=True).any():
        return frame
    n_chars = pl.col("text").str.len_chars().cast(pl.Int64)
    width = 0 if separator == CUT else 1
    n_marks = pl.col("text").str.count_matches(CUT, literal=True) if separator == CUT else 0
    whole, part = n_chars - n_marks + width, n_chars + width
    base = pl.col("start_char").cast(pl.Int64) - whole.cum_sum() + whole
    exploded = frame.with_columns(start_char=base, text=pl.col("text").str.split(separator)).explode("text")
    return exploded.with_columns(start_char=(pl.col("start_char") + part.cum_sum() - part).cast(pl.Int32))


def advance(frame: pl.DataFrame, n_chars: pl.Expr) -> pl.DataFrame:
    """Move the start of every piece ``n_chars`` to the right; null moves nothing."""
    step = n_chars.cast(pl.Int32).fill_null(0)
    return frame.with_columns(
        start_char=pl.col("start_char") + step,
        text=pl.when(step > 0).then(pl.col("text").str.slice(step)).otherwise("text"),
    )
