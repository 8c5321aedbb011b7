"""Search for a server: it answers at once from the index as it is, and has the index follow the lake beside."""

from __future__ import annotations

import logging
from threading import Lock, Thread

from warehouse.errors import PodlakeError
from warehouse.search import Alike, Found, Query, Searcher, similar
from warehouse.settings import Settings

_LOG = logging.getLogger(__name__)


class Finder:
    """A searcher whose index is made and brought up to date in a thread of its own."""

    def __init__(self, settings: Settings) -> None:
        """Name the lake; nothing is opened yet."""
        self._settings = settings
        self._searcher = Searcher(settings)
        self._following: Thread | None = None
        self._lock = Lock()

    def search(self, query: Query) -> Found | None:
        """Return a page of hits; None while the first index is being made.

        Raises:
            QueryError: The query makes no sense.
            LakeError: There is no lake, or its index cannot be read or written.
        """
        if not self._searcher.has_index:
            self._follow()
            return None
        found = self._searcher.search(query, follows=False)
        if found.is_behind:
            self._follow()
        return found

    def alike(self, text: str, limit: int) -> Alike:
        """Return the passages that are most like a text; raises what ``similar`` raises."""
        return similar(self._settings, text, limit=limit)

    def wait(self) -> None:
        """Wait for the index, if one is being made."""
        if self._following:
            self._following.join()

    def _follow(self) -> None:
        with self._lock:
            if self._following is None or not self._following.is_alive():
                self._following = Thread(target=self._follow_now, daemon=True)
                self._following.start()

    def _follow_now(self) -> None:
        try:
            self._searcher.follow()
        except PodlakeError as error:
            _LOG.warning("the search index was not brought up to date: %s", error)
