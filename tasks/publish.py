"""Publish one staged batch: one transaction under the lake's lock, all of it or nothing.

Publishing is idempotent. A document whose content the lake already holds is left out, so a batch that
two runs publish at once, or that landed before a kill could say so, lands exactly once. A rebuild leaves
out what is no longer as it was read: what another run has landed or rebuilt meanwhile stays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from tasks.feeds.chapters import land_chapters
from tasks.feeds.join import join_items
from tasks.feeds.land import land_feeds
from tasks.profile.land import Profile, land_measures, land_profiles
from tasks.sources import is_address
from warehouse.changes import changed, delete, exist, insert, make, named
from warehouse.contracts import (
    BATCHES,
    DOCUMENTS,
    EPISODES,
    MEASURES,
    PODCASTS,
    QUARANTINE,
    RESULTS,
    RUNS,
    STAGED,
    TRANSCRIPTS,
    Table,
)
from warehouse.lake import literal, transaction
from warehouse.ledger import Ledger
from warehouse.models import model
from warehouse.settings import Settings

_SPOKEN = tuple(table for table in STAGED if table not in (DOCUMENTS, TRANSCRIPTS))
"""The tables whose rows land as they are staged."""

_ADD_TO_RUN = """
    UPDATE quality.runs
    SET
        n_documents = n_documents + $n_documents,
        n_published = n_published + $n_published,
        n_quarantined = n_quarantined + $n_quarantined,
        n_bytes = n_bytes + $n_bytes,
        updated_at = now()
    WHERE run_id = $run_id
"""

_MARK = """
    UPDATE raw.documents AS documents
    SET uri = places.uri, stamp = places.stamp, vanished_at = places.vanished_at
    FROM places
    WHERE documents.document_id = places.document_id AND documents.revision = places.revision
"""


@dataclass(frozen=True, slots=True)
class Run:
    """The run that publishes.

    Attributes:
        run_id: Its id; sorts by start.
        started_at: When it began.
        sources: Uris of what it reads.
        podlake_version: Version of podlake.
        is_rebuild: Whether it makes the rows of documents anew that ``tasks.rebuild`` read from the lake.
    """

    run_id: str
    started_at: datetime
    sources: tuple[str, ...]
    podlake_version: str
    is_rebuild: bool = False


@dataclass(frozen=True, slots=True)
class StagedBatch:
    """One audited batch, as ``<full_name>.parquet`` of each table that has rows.

    Attributes:
        batch: Position in the run, from 0.
        folder: Where the files are: the staged tables, ``quality.results`` and ``quality.quarantine``.
        rows_quarantined: Rows of core tables that the audit held back; all of them in a rejected batch.
        rejection: Why the audit rejected the batch; None where it did not.
    """

    batch: int
    folder: Path
    rows_quarantined: int = 0
    rejection: str | None = None

    def file(self, table: Table) -> Path:
        """Return where the rows of ``table`` are staged."""
        return self.folder / f"{table.full_name}.parquet"


@dataclass(frozen=True, slots=True)
class Published:
    """What one batch added to the lake; all zero where the lake held every document already."""

    n_documents: int = 0
    n_published: int = 0
    n_quarantined: int = 0
    n_rejected: int = 0
    n_bytes: int = 0
    n_items: int = 0
    rows_published: int = 0


def publish(lake: duckdb.DuckDBPyConnection, settings: Settings, run: Run, staged: StagedBatch) -> Published:
    """Land ``staged`` in ``lake``; where nothing of it is new, commit nothing.

    The tags of a feed land here with the last document that it announced, so that a kill skips none.

    Documents of a rejected batch get the status rejected, and no core table changes for them. A document
    that is broken now keeps the rows that its last good revision gave. In a rebuild, a rejected batch leaves
    its documents as they were, and a document that is held back now loses its rows.

    Raises:
        LakeLockedError: Another publisher held the lock for ``lock_timeout_s``.
    """
    with transaction(lake, settings, f"publish batch {staged.batch}", run_id=run.run_id, batch=staged.batch):
        n_items = land_feeds(lake, staged.folder, run.run_id, is_rejected=bool(staged.rejection))
        join_items(lake, staged.file(DOCUMENTS))
        counts = _find_fresh(lake, run, staged)
        if not (run.is_rebuild and staged.rejection):
            _write_documents(lake)
        rows_published = _write_core(lake, staged) if exist(lake, "FROM touched") else 0
        published = Published(**counts, n_items=n_items, rows_published=rows_published)
        if not published.n_documents:
            return published
        _write_quality(lake, run, staged, published)
        _add_to_run(lake, run, published)
    return published


def finish_run(
    lake: duckdb.DuckDBPyConnection,
    settings: Settings,
    run: Run,
    stages: Mapping[str, object],
    profiles: Sequence[Profile] = (),
) -> None:
    """Mark the run finished, and keep what its stages cost and its profile; a run that landed nothing leaves no trace."""
    with transaction(lake, settings, "finish run", run_id=run.run_id):
        land_profiles(lake, profiles)
        lake.execute(
            "UPDATE quality.runs SET status = 'finished', updated_at = now(), stages = ? WHERE run_id = ?",
            [json.dumps(stages), run.run_id],
        )


def mark_listed(lake: duckdb.DuckDBPyConnection, settings: Settings, run: Run, ledger: Ledger) -> int:
    """Say in ``raw.documents`` what a complete listing of the run's sources told of places, once its documents have landed.

    Documents that it missed are marked as vanished, those that came back no more, and those that moved are under the uri where
    they lie. What was held back as a duplicate and has been ingested from the same place otherwise is dropped.

    Returns:
        How many documents are newly marked as vanished.
    """
    # A feed lists its own items; their transcripts lie anywhere.
    folders = [source for source in run.sources if not is_address(source)]
    vanished, duplicates, moved = list(ledger.vanished(folders)), list(ledger.duplicates()), ledger.moved()
    told = {
        "vanished": vanished,
        "returned": list(ledger.returned()),
        "moved": [document.document_id for document in moved],
        "uris": [document.uri for document in moved],
        "stamps": [document.stamp for document in moved],
        "digests": [document.sha256 for document in moved],
    }
    if duplicates or any(told.values()):
        with transaction(lake, settings, "mark what was listed", run_id=run.run_id):
            make(lake, "places", model("publish.places"), told)
            if exist(lake, "FROM places"):
                lake.execute(_MARK)
            make(lake, "resolved", model("publish.resolved"), {"duplicates": duplicates})
            delete(lake, DOCUMENTS, "document_id", "FROM resolved")
    return len(vanished)


def _find_fresh(lake: duckdb.DuckDBPyConnection, run: Run, staged: StagedBatch) -> dict[str, int]:
    """Make the temporary table of the documents that are to land, and count them."""
    lake.execute(f"CREATE OR REPLACE TEMP VIEW staged_documents AS {_rows_of(staged, DOCUMENTS)}")
    make(lake, "staged", model("publish.staged"))
    make(lake, "landed", model("publish.landed"))
    if run.is_rebuild:
        make(lake, "fresh", model("publish.rebuilt"), {"rejection": staged.rejection})
    else:
        make(lake, "fresh", model("publish.fresh"), {"rejection": staged.rejection, "run_id": run.run_id})
    make(lake, "touched", model("publish.touched"))
    counts = lake.execute(model("publish.counts"))
    names = [column[0] for column in counts.description]
    return dict(zip(names, counts.fetchone() or (), strict=True))


def _write_documents(lake: duckdb.DuckDBPyConnection) -> None:
    """Add a revision of each fresh document, in the place of the one that it replaces."""
    delete(
        lake,
        DOCUMENTS,
        "(document_id, revision)",
        "SELECT (document_id, revision) FROM fresh WHERE takes_place",
    )
    if not exist(lake, "FROM fresh"):
        return
    documents = """
        SELECT document.* REPLACE (
            fresh.revision AS revision, fresh.status AS status, fresh.reason AS reason,
            fresh.ingested_at AS ingested_at, fresh.vanished_at AS vanished_at
        )
        FROM staged_documents AS document
        JOIN fresh ON document.document_id = fresh.document_id
    """
    insert(lake, DOCUMENTS, documents)


def _rows_of(staged: StagedBatch, table: Table) -> str:
    """Return the SELECT of a staged table, files that are tied to a feed's item under the id of its episode."""
    path = staged.file(table)
    if not path.exists():
        return f"SELECT * FROM {table.full_name} LIMIT 0"  # noqa: S608  contracts name the table
    return f"""
        SELECT rows.* REPLACE (coalesce(joined.episode_id, rows.episode_id) AS episode_id)
        FROM read_parquet({literal(str(path))}) AS rows
        LEFT JOIN joined ON rows.episode_id = joined.files_episode_id
    """  # noqa: S608  the path is quoted


def _write_core(lake: duckdb.DuckDBPyConnection, staged: StagedBatch) -> int:
    """Replace the rows of the changed documents in every core table; return how many rows they have now."""
    outdated = "SELECT document_id FROM fresh WHERE has_rows AND changes_rows"
    for table in (TRANSCRIPTS, *_SPOKEN):
        delete(lake, table, "transcript_id", outdated)
    make(lake, "episode_documents", model("publish.episode_documents"))
    make(lake, "episode_items", model("publish.episode_items"))
    make(
        lake,
        "touched_podcasts",
        "SELECT podcast_id FROM episode_documents UNION SELECT podcast_id FROM episode_items",
    )
    _refresh(lake, PODCASTS, "touched_podcasts")
    _refresh(lake, EPISODES, "touched")
    _delete_bare(lake)
    n_rows = _write_transcripts(lake, staged)
    for table in _SPOKEN:
        if staged.file(table).exists():
            spoken = f"""
                SELECT spoken.*
                FROM ({_rows_of(staged, table)}) AS spoken
                WHERE transcript_id IN (SELECT document_id FROM fresh WHERE status = 'published')
            """  # noqa: S608  the path is quoted
            n_rows += insert(lake, table, spoken)
    land_chapters(lake)
    return n_rows


def _delete_bare(lake: duckdb.DuckDBPyConnection) -> None:
    """Delete the episodes that a rebuild left without a document, and the podcasts without an episode."""
    described = "(SELECT episode_id FROM episode_documents UNION SELECT episode_id FROM episode_items)"
    bare = f"FROM fresh ANTI JOIN {described} USING (episode_id) SELECT episode_id WHERE changes_rows"
    if exist(lake, bare):
        delete(lake, EPISODES, "episode_id", bare)
        empty = "FROM fresh ANTI JOIN core.episodes USING (podcast_id) SELECT podcast_id WHERE changes_rows"
        delete(lake, PODCASTS, "podcast_id", empty)


def _write_transcripts(lake: duckdb.DuckDBPyConnection, staged: StagedBatch) -> int:
    """Add the transcripts, and say anew which transcript of each episode is current."""
    make(lake, "transcribed", _rows_of(staged, TRANSCRIPTS))
    make(lake, "ranked", model("publish.ranked"))
    if exist(lake, "SELECT 1 FROM ranked WHERE NOT is_fresh AND is_current <> was_current"):
        lake.execute("""
            UPDATE core.transcripts SET is_current = NOT is_current
            WHERE transcript_id IN (
                SELECT transcript_id FROM ranked WHERE NOT is_fresh AND is_current <> was_current
            )
        """)
    transcripts = """
        SELECT transcript.* REPLACE (fresh.revision AS revision, ranked.is_current AS is_current)
        FROM transcribed AS transcript
        JOIN ranked ON transcript.transcript_id = ranked.transcript_id
        JOIN fresh ON transcript.transcript_id = fresh.document_id
    """
    return insert(lake, TRANSCRIPTS, transcripts)


def _refresh(lake: duckdb.DuckDBPyConnection, table: Table, scope: str) -> None:
    """Bring the rows of ``table`` whose keys are in ``scope`` to what its model says; equal rows stay."""
    key = table.key[0]
    make(lake, "existing", f"FROM {table.full_name} SEMI JOIN {scope} USING ({key})")
    make(lake, "refreshed", f"({model(table.full_name)}) EXCEPT (FROM existing)")
    delete(lake, table, key, f"FROM existing SEMI JOIN refreshed USING ({key}) SELECT {key}")
    if exist(lake, "FROM refreshed"):
        insert(lake, table, "FROM refreshed")


def _write_quality(
    lake: duckdb.DuckDBPyConnection, run: Run, staged: StagedBatch, published: Published
) -> None:
    """Record the batch, its results, and what was held back."""
    held_back = "WHERE document_id IN (SELECT document_id FROM fresh)"
    for table, condition in ((RESULTS, ""), (QUARANTINE, held_back)):
        if staged.file(table).exists():
            rows = f"FROM read_parquet($path) {condition}"
            insert(lake, table, rows, {"path": str(staged.file(table))})
    place = {"run_id": run.run_id, "batch": staged.batch}
    if published.n_rejected:
        insert(lake, QUARANTINE, model("publish.rejected"), place)
    land_measures(lake, staged.file(MEASURES), place)
    row = place | {
        "status": "rejected" if staged.rejection else "published",
        "n_documents": published.n_documents,
        "n_bytes": published.n_bytes,
        "rows_in": published.rows_published + staged.rows_quarantined,
        "rows_published": published.rows_published,
        "rows_quarantined": staged.rows_quarantined,
    }
    insert(lake, BATCHES, f"SELECT {named(row)}, now() AS published_at", row)


def _add_to_run(lake: duckdb.DuckDBPyConnection, run: Run, published: Published) -> None:
    """Add the batch to the totals of its run, whose row begins with its first batch."""
    added = {
        "run_id": run.run_id,
        "n_documents": published.n_documents,
        "n_published": published.n_published,
        "n_quarantined": published.n_quarantined + published.n_rejected,
        "n_bytes": published.n_bytes,
    }
    if changed(lake, _ADD_TO_RUN, added):
        return
    row = added | {
        "started_at": run.started_at,
        "status": "running",
        "sources": list(run.sources),
        "stages": "{}",
        "podlake_version": run.podlake_version,
    }
    insert(lake, RUNS, f"SELECT {named(row)}, now() AS updated_at", row)
