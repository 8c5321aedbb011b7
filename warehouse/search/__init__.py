"""Search in the sentences of a lake: ``search(settings, Query("machine learning"))``, or a ``Searcher`` for many queries.

The index lies beside the lake, follows it snapshot by snapshot, and can be deleted at any time. It holds all that a page of
hits shows, so that an answer is of one snapshot, and asks DuckDB for nothing.

``similar(settings, text)`` finds passages that are about the same in other words, by vectors that ``embed_passages`` makes.
"""

from __future__ import annotations

from warehouse.search.follow import Followed, follow
from warehouse.search.passages import embed_passages
from warehouse.search.records import Found, Hit, Query
from warehouse.search.searcher import Searcher, search
from warehouse.search.similar import Alike, Passage, similar

__all__ = [
    "Alike",
    "Followed",
    "Found",
    "Hit",
    "Passage",
    "Query",
    "Searcher",
    "embed_passages",
    "follow",
    "search",
    "similar",
]
