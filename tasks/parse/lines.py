"""Cut documents into lines that know where they stand in their document."""

from __future__ import annotations

import polars as pl

from tasks.parse.pieces import cut


def lines(documents: pl.DataFrame) -> pl.DataFrame:
    """Cut each document at its line feeds.

    Args:
        documents: Columns ``doc`` and ``text``.

    Returns:
        Columns ``doc``, ``start_char`` and ``text``, one row a line, in order. A line keeps its line feed's place
        in the offsets, but not in its text; carriage returns stay, so that no character is lost count of, and end
        the lines of a document without line feeds.
    """
    whole = documents.select("doc", "text", start_char=pl.lit(0, pl.Int32))
    old_mac = ~pl.col("text").str.contains("\n", literal=True)
    breaks = pl.when(old_mac).then(pl.col("text").str.replace_all("\r", "\n", literal=True)).otherwise("text")
    return cut(whole.with_columns(text=breaks), "\n")
