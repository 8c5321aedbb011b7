"""Plain text, text with leading times, and Markdown with speaker labels: lines, and what starts them."""

from __future__ import annotations

import polars as pl

from tasks.parse.lines import lines
from tasks.parse.mask import mask, mask_markdown
from tasks.parse.pieces import advance, pieces
from tasks.parse.speakers import prose_speakers

_HEADING = r"^(\s*#{1,6}\s+)\S"


def parse(documents: pl.DataFrame) -> pl.DataFrame:
    """Read prose into pieces, one a line.

    Args:
        documents: Columns ``doc``, ``text``, ``format`` and ``body_char`` (where the front matter ends).

    Returns:
        Pieces; headings of Markdown are marked, times at the start of lines become cues.
    """
    start = documents.select("doc", "body_char")
    rows = lines(documents).join(start, on="doc", how="left", maintain_order="left")
    rows = mask(pieces(rows.filter(pl.col("start_char") >= pl.col("body_char"))))
    is_markdown = pl.col("doc").is_in(documents.filter(pl.col("format") == "markdown")["doc"].implode())
    plain, marked = rows.filter(~is_markdown), rows.filter(is_markdown)
    return pl.concat(
        [prose_speakers(plain, dashes=True), mask_markdown(prose_speakers(_headings(marked), dashes=False))]
    ).with_columns(cue=pl.struct("doc", "cue").rle_id())


def _headings(rows: pl.DataFrame) -> pl.DataFrame:
    """Mark headings and move past their hashes."""
    length = pl.col("text").str.extract(_HEADING).str.len_chars()
    return advance(rows.with_columns(heading=length.is_not_null()), length)
