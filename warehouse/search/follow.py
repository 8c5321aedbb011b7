"""Bring the index to what the lake holds: only transcripts that changed are indexed anew."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import tantivy

from warehouse.errors import SearchIndexError
from warehouse.search.analysis import composed, spaced
from warehouse.search.index import OpenIndex, State, about, create, guarded, open_index, writer
from warehouse.search.shelf import Shelf
from warehouse.search.source import Snapshot, Source, newest_snapshot, source_of
from warehouse.settings import Settings


@dataclass(frozen=True, slots=True)
class Followed:
    """What it took to bring an index up to date.

    Attributes:
        snapshot_id: The lake's snapshot that the index is of now.
        n_transcripts: Transcripts that were indexed.
        n_sentences: Their sentences.
        n_removed: Transcripts that were taken out; a changed one is taken out and indexed.
        is_new: Whether the index was made from nothing.
    """

    snapshot_id: int
    n_transcripts: int
    n_sentences: int
    n_removed: int
    is_new: bool


def follow(settings: Settings, *, timeout_s: float, anew: bool = False) -> Followed:
    """Bring the index up to date, or make one where there is none, none of this lake, or none that can be read.

    A process that is killed meanwhile leaves the index as it was.

    Args:
        settings: Names the lake.
        timeout_s: How long to wait for another process that is at it.
        anew: Whether to make it from nothing in any case.

    Raises:
        LakeError: There is no lake, or another podlake made it.
        LakeLockedError: Another process was at it for ``timeout_s``.
        SearchIndexError: The index cannot be written.
    """
    newest_snapshot(settings)  # a lake that is not there shall get no folder
    shelf = Shelf.of(settings)
    try:
        with shelf.locked(timeout_s):
            opened = None if anew else opened_at(shelf.current())
            newest = newest_snapshot(settings)
            if opened and belongs(opened, newest):
                with suppress(SearchIndexError):  # what can be opened may be damaged inside
                    return _updated(settings, shelf, opened, newest)
            return _made(settings, shelf, newest)
    except OSError as error:
        raise SearchIndexError(
            f"the search index cannot be written: {error.strerror}",
            where=str(shelf.root),
            remedy="Look at free space and write rights, then search again.",
        ) from error


def opened_at(folder: Path | None) -> OpenIndex | None:
    """Open the index in a folder, if there is one that can be read."""
    try:
        return open_index(folder) if folder else None
    except SearchIndexError:
        return None


def belongs(opened: OpenIndex, newest: Snapshot) -> bool:
    """Say whether an index that was opened before is of this lake, and not of a future that was taken back."""
    return opened.state.lake_id == newest.lake_id and opened.state.snapshot_id <= newest.snapshot_id


def _updated(settings: Settings, shelf: Shelf, opened: OpenIndex, newest: Snapshot) -> Followed:
    if opened.state.snapshot_id == newest.snapshot_id:
        return Followed(newest.snapshot_id, 0, 0, 0, is_new=False)
    with guarded(shelf.root, "read"):
        described = map(json.loads, about(opened.searcher, opened.schema, "transcript"))
        known = {one["transcript_id"]: one["fingerprint"] for one in described}
    with source_of(settings, known) as source, guarded(shelf.root, "written"):
        return _write(opened.index, source, newest.lake_id, is_new=False)


def _made(settings: Settings, shelf: Shelf, newest: Snapshot) -> Followed:
    folder = shelf.new()
    try:
        with source_of(settings, {}) as source, guarded(shelf.root, "written"):
            followed = _write(create(folder), source, newest.lake_id, is_new=True)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shelf.install(folder)
    return followed


def _write(index: tantivy.Index, source: Source, lake_id: str, *, is_new: bool) -> Followed:
    """Take out what is outdated, add what is wanted, and commit both with the snapshot that they are of."""
    snapshot = source.snapshot(lake_id)
    outdated = source.outdated()
    pen = writer(index)
    try:
        for transcript_id in outdated:
            pen.delete_documents_by_term("transcript_id", transcript_id)
        pen.delete_documents_by_term("kind", "state")
        n_transcripts = _add_transcripts(pen, source)
        n_sentences = _add_sentences(pen, source)
        pen.add_document(_state(snapshot))
        pen.commit()
    except BaseException:
        pen.rollback()
        raise
    pen.wait_merging_threads()
    return Followed(snapshot.snapshot_id, n_transcripts, n_sentences, len(outdated), is_new)


def _add_transcripts(pen: tantivy.IndexWriter, source: Source) -> int:
    n_transcripts = 0
    for transcript_id, text in source.transcripts():
        document = tantivy.Document()
        document.add_text("kind", "transcript")
        document.add_text("transcript_id", transcript_id)
        document.add_bytes("about", text.encode())
        pen.add_document(document)
        n_transcripts += 1
    return n_transcripts


def _add_sentences(pen: tantivy.IndexWriter, source: Source) -> int:
    """Add one document a sentence; tantivy takes no batches, and this loop is a fifth of the cost of an index."""
    n_sentences = 0
    for transcript_id, sentence, text, start_s, speaker, podcast, episode, year in source.sentences():
        document = tantivy.Document()
        document.add_text("transcript_id", transcript_id)
        document.add_unsigned("sentence", sentence)
        apart = spaced(text)
        document.add_text("words", apart)
        document.add_text("stems", apart)
        document.add_bytes("text", text.encode())
        if start_s is not None:
            document.add_float("start_s", start_s)
        if speaker is not None:
            document.add_text("speaker", spaced(speaker))
            document.add_bytes("said_by", speaker.encode())
        if podcast is not None:
            document.add_text("podcast", composed(podcast))
        if episode is not None:
            document.add_text("episode", spaced(episode))
        if year is not None:
            document.add_unsigned("year", year)
        pen.add_document(document)
        n_sentences += 1
    return n_sentences


def _state(snapshot: Snapshot) -> tantivy.Document:
    document = tantivy.Document()
    document.add_text("kind", "state")
    state = State(snapshot.snapshot_id, snapshot.as_of, snapshot.lake_id)
    document.add_bytes("about", state.as_json().encode())
    return document
