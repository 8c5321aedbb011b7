"""Turn headings into segments: each lasts until the document's next heading."""

from __future__ import annotations

import polars as pl

from tasks.segment.words import spoken

METHOD = "heading/1"


def chapters_of(headings: pl.DataFrame, sentences: pl.DataFrame) -> pl.DataFrame:
    """Return one row a heading that speech follows: ``doc``, span, ``title``, ``method``, ``score``.

    The span reaches from the first to the last sentence under the heading.
    """
    titles = headings.select("doc", "start_char", title=spoken(pl.col("text"))).filter(pl.col("title") != "")
    titles = titles.with_row_index("heading").with_columns(at=pl.col("start_char"))
    under = sentences.select("doc", "start_char", "end_char", "start_s", "end_s", "error_s").join_asof(
        titles.select("doc", "at", "heading", "title"),
        left_on="start_char",
        right_on="at",
        by="doc",
        check_sortedness=False,
    )
    return (
        under.drop_nulls("heading")
        .group_by("heading", maintain_order=True)
        .agg(
            pl.col("doc", "start_char", "title").first(),
            pl.col("end_char").last(),
            pl.col("start_s").min(),
            pl.col("end_s").max(),
            pl.col("error_s").max(),
        )
        .with_columns(method=pl.lit(METHOD), score=pl.lit(1.0))
    )
