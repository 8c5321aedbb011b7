"""What the lake tells about itself: its rows, its runs, what their audits found and what they held back."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

import duckdb

from warehouse.errors import NotFoundError, QueryError
from warehouse.lake import connect
from warehouse.models import model
from warehouse.settings import Settings
from warehouse.staging import staging_of
from warehouse.stale import Versions, count_stale

Records = list[dict[str, object]]
"""The rows of a small answer, by their columns' names."""


@dataclass(frozen=True, slots=True)
class Volume:
    """What the last runs landed together."""

    n_documents: int
    n_words: int
    n_bytes: int


def status_of(settings: Settings, versions: Versions) -> dict[str, object]:
    """Tell what is in the lake: documents by status, rows, what is stale, snapshots and the last runs."""
    with closing(connect(settings)) as lake:
        snapshots = lake.execute(
            "SELECT count(*), max(snapshot_time) FROM ducklake_snapshots('lake')"
        ).fetchone()
        n_snapshots, last_change_at = snapshots or (0, None)
        return {
            "lake": str(settings.lake.resolve()),
            "documents": _counts(lake, "status.documents"),
            "rows": _counts(lake, "status.rows"),
            "stale": count_stale(lake, versions).as_dict(),
            "snapshots": n_snapshots,
            "last_change_at": last_change_at,
            "runs": _records(lake, "status.runs"),
        }


def last_run(settings: Settings) -> str:
    """Return the id of the last run that landed anything.

    Raises:
        QueryError: There is none.
    """
    with closing(connect(settings)) as lake:
        runs = _records(lake, "status.runs")
    if not runs:
        raise QueryError("no run has landed anything yet", remedy="Run podlake ingest.")
    return str(runs[0]["run_id"])


def results_of(settings: Settings, run_id: str | None = None) -> Records:
    """Return what each rule found in a run, failures first; in the last run where none is named.

    Raises:
        NotFoundError: There is no such run.
    """
    with closing(connect(settings)) as lake:
        _refuse_unknown(lake, run_id)
        return _records(lake, "status.results", run_id=run_id)


def history_of(settings: Settings, rule: str) -> Records:
    """Return what one rule found in every run, the last one first."""
    with closing(connect(settings)) as lake:
        return _records(lake, "status.rule_history", rule=rule)


def drift_of(settings: Settings, farthest: float, run_id: str | None = None) -> Records:
    """Return how far each podcast lies from the runs before, what drifts first, then what moved most.

    Args:
        settings: Names the lake.
        farthest: Distance from which on a run drifts.
        run_id: A run; the last one where none is named.

    Raises:
        NotFoundError: There is no such run.
    """
    with closing(connect(settings)) as lake:
        _refuse_unknown(lake, run_id)
        return _records(lake, "status.drift", run_id=run_id, farthest=farthest)


def held_rows(
    settings: Settings, *, run_id: str | None = None, rule: str | None = None, every: bool = False
) -> Records:
    """List what is held back, latest run first.

    Args:
        settings: Names the lake.
        run_id: Only what this run held back.
        rule: Only what breaks this rule.
        every: Also what a later revision of its document has healed.
    """
    with closing(connect(settings)) as lake:
        return _records(lake, "status.held", run_id=run_id, rule=rule, every=every)


def held_row(settings: Settings, key: str) -> Records:
    """Tell the whole story of the rows held back under a row key, a document id, or the end of a path.

    Raises:
        QueryError: Nothing is held back under the key.
    """
    with closing(connect(settings)) as lake:
        found = _records(lake, "status.held_row", key=key)
    if not found:
        remedy = "Look for its key with podlake quarantine list."
        raise QueryError(f"nothing is held back under {key!r}", remedy=remedy)
    return found


def audit_of(lake: duckdb.DuckDBPyConnection, run_id: str) -> Records:
    """Return what the rules found in a run, for Prefect's table artifact."""
    return _records(lake, "status.audit", run_id=run_id)


def reasons_of(lake: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, int]:
    """Count what a run held back, by table and rule, most first."""
    return _counts(lake, "status.reasons", run_id=run_id)


def recent_volume(lake: duckdb.DuckDBPyConnection) -> Volume:
    """Sum up what the last ten runs landed and the lake still holds."""
    row = lake.execute(model("status.recent_volume")).fetchone()
    return Volume(*row) if row else Volume(0, 0, 0)


def usual_documents(lake: duckdb.DuckDBPyConnection, run_id: str) -> float | None:
    """Return the median of the documents that runs over the same sources landed before this one; None below five."""
    row = lake.execute(model("status.usual_documents"), {"run_id": run_id}).fetchone()
    return row[0] if row else None


def killed_runs(lake: duckdb.DuckDBPyConnection, settings: Settings, before: str) -> list[str]:
    """Return the ids of earlier runs that never finished and are no longer at work, first the oldest; of the ten before it."""
    unfinished = lake.execute(model("status.unfinished_runs"), {"run_id": before}).fetchall()
    return [run_id for (run_id,) in unfinished if not staging_of(settings, run_id).exists()]


def _refuse_unknown(lake: duckdb.DuckDBPyConnection, run_id: str | None) -> None:
    if run_id and not lake.execute("FROM quality.runs WHERE run_id = $run_id", {"run_id": run_id}).fetchone():
        raise NotFoundError(f"there is no run {run_id!r}", remedy="Look at podlake status for the last ones.")


def _records(lake: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> Records:
    answer = lake.execute(model(name), parameters)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def _counts(lake: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> dict[str, int]:
    return dict(lake.execute(model(name), parameters).fetchall())
