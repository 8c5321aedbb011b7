"""Read Rev's ``.nlp`` token tables, in which recognisers and references are compared, into pieces."""

from __future__ import annotations

import polars as pl

from tasks.parse.pieces import PIECES, pieces

FORMAT = "rev-nlp"
_COLUMNS = ("token", "speaker", "punctuation")


def parse(documents: pl.DataFrame) -> pl.DataFrame:
    """Turn token tables into pieces, one for each stretch of tokens of one speaker.

    The tables differ in their columns, so these are found by name. Tokens in angle brackets (``<laugh>``) are no words.
    Offsets are not meant: the words of a token table lie nowhere in its source side by side.

    Args:
        documents: Columns ``doc`` and ``text``.
    """
    parts = [_pieces(doc, text) for doc, text in documents.select("doc", "text").iter_rows()]
    return pl.concat([PIECES.to_frame(), *parts])


def _pieces(doc: int, text: str) -> pl.DataFrame:
    lines = pl.Series("line", text.lstrip("\ufeff").splitlines(), dtype=pl.String)
    names = lines[0].split("|")
    fields = lines[1:].str.split("|").list
    token, speaker, mark = (fields.get(names.index(name), null_on_oob=True) for name in _COLUMNS)
    rows = pl.DataFrame({"token": token + mark.fill_null(""), "speaker": speaker})
    rows = rows.filter(pl.col("token").str.contains(r"^[^<]"))
    said = rows.group_by(pl.col("speaker").rle_id().alias("cue"), maintain_order=True).agg(
        pl.col("speaker").first(), text=pl.col("token").str.join(" ")
    )
    return pieces(said.with_columns(doc=doc, start_char=0))
