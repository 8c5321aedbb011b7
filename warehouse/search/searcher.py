"""Answer queries from the index of a lake, and let the index follow the lake meanwhile."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import tantivy

from warehouse.errors import LakeLockedError, SearchIndexError
from warehouse.search.follow import Followed, belongs, follow, opened_at
from warehouse.search.highlights import Marks
from warehouse.search.index import OpenIndex, as_text, count_of, guarded
from warehouse.search.links import link
from warehouse.search.matching import match
from warehouse.search.records import Found, Hit, Query
from warehouse.search.shelf import Shelf
from warehouse.search.source import Snapshot, newest_snapshot
from warehouse.settings import Settings

_Stamp = tuple[Path, int, int]
"""The folder of an index, and the inode and time of the file that each commit replaces."""


class Searcher:
    """Answers any number of queries, from any thread; the index is opened once.

    Example:
        >>> from warehouse.search import Query, Searcher
        >>> from warehouse.settings import load
        >>> searcher = Searcher(load(lake="lake"))  # doctest: +SKIP
        >>> searcher.search(Query("machine learning")).total  # doctest: +SKIP
    """

    def __init__(self, settings: Settings) -> None:
        """Name the lake; nothing is opened yet."""
        self._settings = settings
        self._shelf = Shelf.of(settings)
        self._opened: OpenIndex | None = None
        self._stamp: _Stamp | None = None
        self._guard = threading.Lock()

    def search(self, query: Query, *, follows: bool = True) -> Found:
        """Return a page of hits, best first.

        Args:
            query: What to look for.
            follows: Whether to bring the index up to date before, as far as no other process does so just now. A server
                that must answer at once says no, and calls ``follow`` beside. An index that is missing is made anyway.

        Raises:
            QueryError: The query makes no sense.
            LakeError: There is no lake, or another podlake made it.
            LakeLockedError: There is no index yet, and another process took longer than ``lock_timeout_s`` to make it.
            SearchIndexError: The index cannot be written.
        """
        try:
            return self._answer(query, follows=follows)
        except SearchIndexError:
            # What can be opened may be damaged inside: once more, with an index made from the lake.
            self.follow(anew=True)
            return self._answer(query, follows=False)

    @property
    def has_index(self) -> bool:
        """Whether there is an index already: to make one takes up to a minute a million sentences.

        Raises:
            LakeError: There is no lake.
        """
        newest_snapshot(self._settings)
        return self._shelf.current() is not None

    def follow(self, *, anew: bool = False) -> Followed:
        """Bring the index up to date, waiting for another process that is at it; see ``warehouse.search.follow``."""
        return follow(self._settings, timeout_s=self._settings.lock_timeout_s, anew=anew)

    def _answer(self, query: Query, *, follows: bool) -> Found:
        opened = self._reopened()
        newest = newest_snapshot(self._settings)
        if opened is None or not belongs(opened, newest):
            self.follow()
        elif follows and opened.state.snapshot_id < newest.snapshot_id:
            with suppress(LakeLockedError):
                follow(self._settings, timeout_s=0)
        else:
            return _answer(opened, query, newest, self._shelf.root)
        followed = self._reopened()
        if followed is None:
            raise SearchIndexError("the search index is gone again", where=str(self._shelf.root))
        return _answer(followed, query, newest_snapshot(self._settings), self._shelf.root)

    def _reopened(self) -> OpenIndex | None:
        """Return the index as of its last commit, or nothing where none can be read."""
        with self._guard:
            folder = self._shelf.current()
            stamp = _stamp(folder)
            if self._opened is None or stamp != self._stamp:
                self._opened = opened_at(folder)
                self._stamp = stamp
            return self._opened


def search(settings: Settings, query: Query) -> Found:
    """Answer one query; see ``Searcher.search``."""
    return Searcher(settings).search(query)


def _stamp(folder: Path | None) -> _Stamp | None:
    try:
        found = (folder / "meta.json").stat() if folder else None
    except OSError:
        return None
    return (folder, found.st_ino, found.st_mtime_ns) if folder and found else None


def _answer(opened: OpenIndex, query: Query, newest: Snapshot, root: Path) -> Found:
    wanted = match(query, opened)
    with guarded(root, "read"):
        found = opened.searcher.search(wanted.all_of_it(), query.limit, offset=query.offset)
        is_relaxed = count_of(found) == 0 and len(wanted.needed) > 1
        if is_relaxed:
            found = opened.searcher.search(wanted.some_of_it(), query.limit, offset=query.offset)
        hits = _hits(opened, found, wanted.marks)
    state = opened.state
    return Found(
        hits,
        count_of(found),
        state.snapshot_id,
        state.as_of,
        is_behind=state.snapshot_id < newest.snapshot_id,
        is_relaxed=is_relaxed and bool(found.hits),
    )


def _hits(opened: OpenIndex, found: tantivy.SearchResult, marks: Marks) -> tuple[Hit, ...]:
    documents = [(score, opened.searcher.doc(address)) for score, address in found.hits]
    names = {str(document.get_first("transcript_id")) for _, document in documents}
    described = {name: _transcript(opened, name) for name in names}
    return tuple(
        _hit(score, document, described[str(document.get_first("transcript_id"))], marks)
        for score, document in documents
    )


def _transcript(opened: OpenIndex, transcript_id: str) -> dict[str, Any]:
    both = [("kind", "transcript"), ("transcript_id", transcript_id)]
    terms = [tantivy.Query.term_query(opened.schema, name, value) for name, value in both]
    query = tantivy.Query.boolean_query([(tantivy.Occur.Must, term) for term in terms])
    ((_, address),) = opened.searcher.search(query, 1, count=False).hits
    found: dict[str, Any] = json.loads(as_text(opened.searcher.doc(address), "about"))
    return found


def _hit(score: float, document: tantivy.Document, of: dict[str, Any], marks: Marks) -> Hit:
    text, start_s = as_text(document, "text"), document.get_first("start_s")
    return Hit(
        transcript_id=of["transcript_id"],
        sentence=int(document.get_first("sentence") or 0),
        episode_id=of["episode_id"],
        podcast_id=of["podcast_id"],
        podcast=of["podcast"] or "",
        episode=of["episode"] or "",
        speaker=as_text(document, "said_by") or None,
        start_s=start_s,
        text=text,
        highlights=marks.ranges(text),
        score=score,
        link=link(of["audio_url"], of["url"], start_s),
    )
