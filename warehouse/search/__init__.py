"""Search in the sentences of a lake: ``search(settings, Query("machine learning"))``, or a ``Searcher`` for many queries.

The index lies beside the lake, follows it snapshot by snapshot, and can be deleted at any time. It holds all that a page of
hits shows, so that an answer is of one snapshot, and asks DuckDB for nothing.
"""

from __future__ import annotations

from warehouse.search.follow import Followed, follow
from warehouse.search.records import Found, Hit, Query
from warehouse.search.searcher import Searcher, search

__all__ = ["Followed", "Found", "Hit", "Query", "Searcher", "follow", "search"]
