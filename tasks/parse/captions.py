"""WebVTT and SRT: cues of one or more lines under a line of two times.

One grammar reads both, since real files mix them: headers and indexes may be missing, hours may be missing, ``,`` and
``.`` both occur, and blank lines stand where they should not. What is not a header, an index, an identifier or a NOTE,
STYLE or REGION block is speech: no line is dropped for being unexpected.
"""

from __future__ import annotations

import polars as pl

from tasks.parse.lines import lines
from tasks.parse.mask import ENTITIES, mask
from tasks.parse.pieces import CUT, advance, cut, pieces
from tasks.parse.speakers import caption_speakers

_TIMING = (
    r"^[ \t]*(?:(?<h1>[0-9]{1,4}):)?(?<m1>[0-9]{1,3}):(?<s1>[0-9]{1,2}[.,][0-9]{1,6})[ \t]*-->"
    r"[ \t]*(?:(?<h2>[0-9]{1,4}):)?(?<m2>[0-9]{1,3}):(?<s2>[0-9]{1,2}[.,][0-9]{1,6})"
)
_VOICE = r"^(?<head><v(?:\.[^ \t>]*)?[ \t]+(?<voice>[^>\n]*)>)"


def parse(documents: pl.DataFrame) -> pl.DataFrame:
    """Read captions into pieces, one a line of a cue.

    Args:
        documents: Columns ``doc`` and ``text``.

    Returns:
        Pieces; ``speaker`` holds the voice of ``<v Name>``. A cue that overlaps the next one ends where that starts, unless
        that one is another speaker's, and one that ends before it starts has no length.
    """
    rows = _mark_lines(lines(documents))
    cues = _cues(rows)
    payload = rows.filter(pl.col("is_payload")).select("doc", "cue", "start_char", "text")
    timed = payload.join(cues, on="cue", how="left", maintain_order="left")
    return _with_crosstalk(caption_speakers(mask(pieces(_voices(timed)))), cues)


def _mark_lines(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the cue that a line stands in and whether it is payload."""
    stripped = pl.col("text").str.strip_chars_end("\r")
    same_doc = pl.col("doc") == pl.col("doc").shift(1)
    marked = rows.with_columns(
        is_timing=pl.col("text").str.contains("-->", literal=True) & pl.col("text").str.contains(_TIMING),
        is_blank=stripped.str.len_bytes() == 0,
    ).with_columns(
        cue=pl.col("is_timing").cum_sum(),
        after_blank=(pl.col("is_blank").shift(1) | ~same_doc).fill_null(value=True),
        before_timing=pl.col("is_timing").shift(-1, fill_value=False)
        & (pl.col("doc") == pl.col("doc").shift(-1)),
    )
    is_block = pl.col("after_blank") & pl.col("text").str.contains(r"^(?:NOTE|STYLE|REGION)(?:\s|$)")
    is_index = pl.col("before_timing") & (pl.col("after_blank") | pl.col("text").str.contains(r"^\s*\d+\s*$"))
    in_block = (
        pl.when(is_block)
        .then(statement=True)
        .when(pl.col("is_blank") | pl.col("is_timing"))
        .then(statement=False)
        .forward_fill()
        .fill_null(value=False)
    )
    cue_of_doc = (
        pl.col("cue")
        - pl.when(~same_doc.fill_null(value=False))
        .then(pl.col("cue") - pl.col("is_timing").cast(pl.UInt32))
        .forward_fill()
    )
    return marked.with_columns(
        is_payload=(cue_of_doc > 0) & ~pl.col("is_timing") & ~pl.col("is_blank") & ~is_index & ~in_block
    )


def _cues(rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row a cue: ``cue``, ``start_s``, ``end_s``, which lies between its start and the next start, and ``told_end_s``."""
    groups = pl.col("text").str.extract_groups(_TIMING)
    cues = (
        rows.filter(pl.col("is_timing"))
        .select("doc", "cue", groups.alias("time"))
        .select("doc", "cue", start_s=_seconds("1"), end_s=_seconds("2"))
    )
    following = pl.col("start_s").shift(-1)
    overlaps = (
        (pl.col("doc") == pl.col("doc").shift(-1))
        & (following >= pl.col("start_s"))
        & (following < pl.col("end_s"))
    )
    told = pl.max_horizontal("start_s", "end_s")
    return cues.select(
        "cue", "start_s", end_s=pl.when(overlaps).then(following).otherwise(told), told_end_s=told
    )


def _with_crosstalk(spoken: pl.DataFrame, cues: pl.DataFrame) -> pl.DataFrame:
    """Give a cue the end that its source tells where it was cut at the cue of another speaker: both talk at once."""
    cut_off = cues.filter(pl.col("told_end_s") > pl.col("end_s")).select("cue", "told_end_s")
    if cut_off.is_empty() or spoken["speaker"].is_null().all():
        return spoken
    turns = spoken.group_by("cue", maintain_order=True).agg(
        pl.col("doc").first(), begins=pl.col("speaker").first(), ends=pl.col("speaker").drop_nulls().last()
    )
    following = pl.col("begins").shift(-1).over("doc")
    crossed = turns.filter(following != pl.col("ends").forward_fill().over("doc")).join(cut_off, on="cue")
    told = spoken.join(crossed.select("cue", "told_end_s"), on="cue", how="left", maintain_order="left")
    return told.with_columns(end_s=pl.coalesce("told_end_s", "end_s")).drop("told_end_s")


def _seconds(which: str) -> pl.Expr:
    """Turn the hour, minute and second fields of one time into seconds."""
    field = pl.col("time").struct.field
    return (
        field(f"h{which}").cast(pl.Float64).fill_null(0.0) * 3600
        + field(f"m{which}").cast(pl.Float64) * 60
        + field(f"s{which}").str.replace(",", ".", literal=True).cast(pl.Float64)
    )


def _voices(rows: pl.DataFrame) -> pl.DataFrame:
    """Cut lines at each ``<v Name>`` and take the name out of the text."""
    has_voice = pl.col("text").str.contains("<v", literal=True)
    if not rows.select(has_voice.any()).item():
        return rows.with_columns(speaker=pl.lit(None, pl.String))
    marked = pl.col("text").str.replace_all(r"(.)(<v[ .])", f"$1{CUT}$2")
    rows = cut(rows.with_columns(text=marked))
    voice = pl.col("text").str.extract_groups(_VOICE)
    rows = rows.with_columns(voice.alias("voice"))
    named = advance(rows, pl.col("voice").struct.field("head").str.len_chars())
    name = pl.col("voice").struct.field("voice").str.replace_many(ENTITIES, leftmost=True)
    return named.with_columns(speaker=name.str.strip_chars())
