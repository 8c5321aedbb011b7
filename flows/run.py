"""One run over a lake: its staging folder, what it reads, and the counts that become its summary."""

from __future__ import annotations

import secrets
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb

from flows.watchers import Watcher, watcher
from tasks import clock
from tasks.clock import Costs
from tasks.discover import discover_with_feeds
from tasks.document import Document
from tasks.feeds.reader import FeedReader, Found
from tasks.publish import Published, Run, finish_run, mark_listed
from tasks.rebuild import stale_documents
from tasks.sources import is_address, resolve, shown, size_of
from warehouse.busy import leave_if_busy
from warehouse.errors import PodlakeError, TransientError
from warehouse.feeds import FeedBook
from warehouse.lake import connect
from warehouse.ledger import Ledger, open_ledger
from warehouse.settings import Settings
from warehouse.staging import staging
from warehouse.stale import Versions, count_stale
from warehouse.status import reasons_of, recent_volume

if TYPE_CHECKING:  # a run that finds nothing new needs neither
    from expectations.rules import History
    from tasks.profile.land import Profile
    from tasks.stage import Staged

_Found = TypeVar("_Found")

REBUILD_SOURCE = "lake:reprocess"
"""What ``quality.runs`` names as the source of a run that read the lake's own texts."""


@dataclass(slots=True)
class Summary:
    """What a run did.

    Attributes:
        run_id: Id of the run in ``quality.runs``; such a row exists only if something landed.
        documents: New, changed or stale documents that were read.
        published: Documents whose rows landed.
        quarantined: Documents held back whole.
        rejected: Documents of batches that the audit rejected; the next run tries them again.
        damaged: Documents left as they are, as their text in the lake does not give the bytes of their source.
        unchanged: Documents that the lake held already.
        vanished: Documents that were there before and are gone; their rows stay, marked.
        items: New items of feeds that landed.
        failed_feeds: Feeds that could not be read, or not whole: where, why, and whether that may pass by itself.
        batches: Batches that were read.
        bytes: Bytes that were read.
        rows: Rows that landed in core tables.
        held_back: Rows held back, by table and rule.
        seconds: Wall seconds by stage, and in all; stages overlap.
        cpu_seconds: CPU seconds by stage, and in all.
    """

    run_id: str
    documents: int = 0
    published: int = 0
    quarantined: int = 0
    rejected: int = 0
    damaged: int = 0
    unchanged: int = 0
    vanished: int = 0
    items: int = 0
    failed_feeds: list[dict[str, object]] = field(default_factory=list)
    batches: int = 0
    bytes: int = 0
    rows: int = 0
    held_back: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    cpu_seconds: dict[str, float] = field(default_factory=dict)

    @property
    def failed_share(self) -> float:
        """Share of the documents read that should have landed and did not; what is no transcript does not count."""
        failed = self.quarantined + self.rejected - self.held_back.get("raw.documents: unsupported", 0)
        return failed / self.documents if self.documents else 0.0

    def as_dict(self) -> dict[str, object]:
        """Return the summary for JSON."""
        return asdict(self)


@dataclass(slots=True, kw_only=True)
class LakeRun:
    """The state of a run; ``open_run`` and ``open_rebuild`` make it."""

    settings: Settings
    facts: Run
    lake: duckdb.DuckDBPyConnection
    folder: Path
    watcher: Watcher
    summary: Summary
    started: float = field(default_factory=time.perf_counter)
    costs: Costs = field(default_factory=Costs)
    _history: History | None = None

    @property
    def history(self) -> History:
        """What the runs before this one landed, read before its first batch lands."""
        if self._history is None:
            from expectations.rules import History  # noqa: PLC0415  spares a run with nothing to audit polars

            volume = recent_volume(self.lake)
            self._history = History(volume.n_documents, volume.n_words, volume.n_bytes)
        return self._history

    def record(self, staged: Staged, published: Published) -> None:
        """Add a batch that is through to the summary, and remove what was staged of it."""
        summary = self.summary
        summary.documents += staged.n_documents
        summary.batches += 1
        summary.bytes += staged.n_bytes
        summary.published += published.n_published
        summary.quarantined += published.n_quarantined
        summary.rejected += published.n_rejected
        summary.rows += published.rows_published
        summary.items += published.n_items
        self.costs.add(staged.costs)
        shutil.rmtree(staged.folder)
        self.watcher.landed(
            staged.n_documents, staged.n_bytes, published.n_quarantined + published.n_rejected
        )

    def finish(self) -> Summary:
        """Close the run in the lake if it landed anything, and return the summary."""
        summary = self.summary
        has_landed = bool(summary.published + summary.quarantined + summary.rejected)
        profiles = self._profiles() if has_landed else []
        self.costs.add(clock.drain())
        summary.seconds = {name: round(seconds, 3) for name, seconds in sorted(self.costs.seconds.items())}
        summary.cpu_seconds = {name: round(s, 3) for name, s in sorted(self.costs.cpu_seconds.items())}
        summary.seconds["total"] = round(time.perf_counter() - self.started, 3)
        summary.cpu_seconds["total"] = round(sum(self.costs.cpu_seconds.values()), 3)
        if has_landed:
            stages = {"seconds": summary.seconds, "cpu_seconds": summary.cpu_seconds}
            finish_run(self.lake, self.settings, self.facts, stages, profiles)
            summary.held_back = reasons_of(self.lake, summary.run_id)
        return summary

    def _profiles(self) -> list[Profile]:
        from tasks.profile.runs import profiles  # noqa: PLC0415  a run that lands nothing needs none of it

        with clock.stage("profile"):
            return profiles(self.lake, self.settings, self.summary.run_id)


@dataclass(slots=True, kw_only=True)
class IngestRun(LakeRun):
    """A run over sources."""

    ledger: Ledger
    sources: list[str]
    _new: Iterator[Found] | None = None

    def discover(self) -> Iterator[Found]:
        """Return the documents that the ledger does not hold as they are; those that it does are counted.

        They are listed once in a run: whoever asks again gets those that are left.
        """
        if self._new is None:
            self._new = self._discovered()
        return self._new

    def finds_nothing(self) -> bool:
        """Look for the first new document, which ``discover`` gives as well; say whether there is none."""
        new = self.discover()
        first = next(new, None)
        self._new = iter(()) if first is None else chain((first,), new)
        return first is None

    def _discovered(self) -> Iterator[Found]:
        reader = FeedReader(
            self.settings,
            FeedBook(self.lake),
            self.ledger,
            self._count_unchanged,
            self._feed_failed,
            _warn,
        )
        with closing(reader):
            yield from _timed(discover_with_feeds(self.sources, reader))

    def _feed_failed(self, where: str, error: PodlakeError) -> None:
        is_transient = isinstance(error, TransientError)
        self.summary.failed_feeds.append({"source": where, "error": str(error), "is_transient": is_transient})
        _warn(f"the feed {where} could not be read: {error}")

    def _count_unchanged(self, n_documents: int) -> None:
        self.summary.unchanged += n_documents

    def finish(self) -> Summary:
        """Mark what vanished or moved, then finish as any run."""
        self.summary.vanished = mark_listed(self.lake, self.settings, self.facts, self.ledger)
        return LakeRun.finish(self)


@dataclass(slots=True, kw_only=True)
class Rebuild(LakeRun):
    """A run over the texts that the lake holds."""

    versions: Versions
    every: bool

    def stale_documents(self) -> Iterator[Document]:
        """Yield the documents that are stale, counting those whose text is damaged."""
        return _timed(stale_documents(self.lake, self.versions, self._count_damaged, every=self.every))

    def _count_damaged(self, uri: str) -> None:
        self.summary.damaged += 1
        sys.stderr.write(
            f"podlake: left as it is, for its text does not give the bytes of its source: {uri}\n"
        )


def _warn(message: str) -> None:
    sys.stderr.write(f"podlake: {message}\n")


def _timed(documents: Iterator[_Found]) -> Iterator[_Found]:
    """Pass documents on; the time that finding them takes is that of the stage discover."""
    while True:
        with clock.stage("discover"):
            document = next(documents, None)
        if document is None:
            return
        yield document


@contextmanager
def open_run(sources: Sequence[str], settings: Settings) -> Iterator[IngestRun]:
    """Open the lake for a run over ``sources``; what it staged is removed at the end, whatever happens.

    Raises:
        SourceError: A source does not exist or cannot be listed.
        LakeError: The lake cannot be opened.
        LakeLockedError: Another run is at work, and ``when_locked`` says to leave.
    """
    leave_if_busy(settings)
    paths = resolve(sources, settings.lake)
    facts = _facts([*(path.as_uri() for path in paths), *map(shown, filter(is_address, sources))])
    lake = connect(settings, read_only=False)
    with closing(lake), _state(settings, lake, facts) as state, open_ledger(lake, state["folder"]) as ledger:
        run = IngestRun(**state, ledger=ledger, sources=list(sources))
        run.watcher.expect(size_of(paths, settings.lake))
        yield run


@contextmanager
def open_rebuild(versions: Versions, settings: Settings, *, every: bool = False) -> Iterator[Rebuild]:
    """Open the lake for a run over what ``versions`` would make otherwise, or over every text that it holds.

    Raises:
        LakeError: There is no lake, or it cannot be opened.
        LakeLockedError: Another run is at work, and ``when_locked`` says to leave.
    """
    leave_if_busy(settings)
    facts = replace(_facts([REBUILD_SOURCE]), is_rebuild=True)
    lake = connect(settings, read_only=False, create=False)
    with closing(lake), _state(settings, lake, facts) as state:
        run = Rebuild(**state, versions=versions, every=every)
        run.watcher.expect(count_stale(lake, versions, every=every).bytes)
        yield run


def _facts(sources: Iterable[str]) -> Run:
    now = datetime.now(UTC)
    # By microseconds: two runs may begin in one second. A hyphen sorts before digits, as do ids without them.
    run_id = f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"
    return Run(run_id, now, tuple(sources), version("podlake"))


@contextmanager
def _state(settings: Settings, lake: duckdb.DuckDBPyConnection, facts: Run) -> Iterator[dict[str, Any]]:
    """Give what every run has."""
    clock.drain()
    with staging(settings, facts.run_id) as folder:
        yield {
            "settings": settings,
            "facts": facts,
            "lake": lake,
            "folder": folder,
            "watcher": watcher(),
            "summary": Summary(facts.run_id),
        }
