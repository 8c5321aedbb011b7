"""Give a feed's chapters to the current transcript of their episode, where it has no headings of its own."""

from __future__ import annotations

import duckdb

from warehouse.changes import delete, exist, insert, make
from warehouse.contracts import SEGMENTS
from warehouse.models import model


def land_chapters(lake: duckdb.DuckDBPyConnection) -> None:
    """Replace the segments of touched transcripts by the chapters of their feed, where these differ.

    Needs the temporary tables ``touched`` and ``episode_items``, inside a transaction.
    """
    if not exist(lake, "FROM episode_items WHERE chapters IS NOT NULL"):
        return
    make(lake, "chapters", model("feeds.chapters"))
    make(lake, "segmented", f"FROM {SEGMENTS.full_name} SEMI JOIN chapters USING (transcript_id)")
    make(
        lake,
        "rechaptered",
        """
        SELECT transcript_id
        FROM ((FROM chapters EXCEPT FROM segmented) UNION ALL (FROM segmented EXCEPT FROM chapters)) AS changes
        """,
    )
    delete(lake, SEGMENTS, "transcript_id", "FROM rechaptered")
    if exist(lake, "FROM rechaptered"):
        insert(lake, SEGMENTS, "FROM chapters SEMI JOIN rechaptered USING (transcript_id)")
