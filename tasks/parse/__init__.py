"""Parse documents of any format into pieces."""

from __future__ import annotations

import polars as pl

from tasks.parse import captions, prose, segments_json, sniff
from tasks.parse.pieces import PIECES

_PARSERS = ((sniff.CAPTIONS, captions.parse), (sniff.PROSE, prose.parse), (sniff.JSON, segments_json.parse))


def parse(documents: pl.DataFrame) -> pl.DataFrame:
    """Parse documents into pieces, in the order of documents and of their text.

    Args:
        documents: Columns ``doc`` (ascending), ``format``, ``text`` and ``body_char``.
    """
    parts = [PIECES.to_frame()]
    for formats, parser in _PARSERS:
        mine = documents.filter(pl.col("format").is_in(formats))
        if mine.height:
            parts.append(parser(mine).select(PIECES.names()))
    ordered = pl.concat(parts).sort("doc", maintain_order=True)
    return ordered.with_columns(cue=pl.struct("doc", "cue").rle_id())
