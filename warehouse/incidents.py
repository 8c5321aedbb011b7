"""Incidents: what went wrong with a schedule, told once, closed by the next run that is well."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import duckdb

from warehouse.changes import changed, insert, named
from warehouse.contracts import INCIDENTS
from warehouse.errors import QueryError
from warehouse.lake import connect, transaction
from warehouse.models import model
from warehouse.settings import Settings

Kind = Literal["failed", "late", "incomplete", "degraded"]

_SEEN = """
    UPDATE quality.incidents
    SET
        last_seen_at = now(),
        n_seen = n_seen + CASE WHEN run_id IS NOT DISTINCT FROM $run_id THEN 0 ELSE 1 END,
        detail = $detail,
        run_id = $run_id
    WHERE incident_id = $incident_id
"""

_CLOSE = (
    "UPDATE quality.incidents SET closed_at = now() WHERE incident_id = $incident_id AND closed_at IS NULL"
)

_ACKNOWLEDGE = "UPDATE quality.incidents SET acknowledged_at = now(), acknowledged_by = $by WHERE incident_id = $incident_id"

_MUTE = "UPDATE quality.incidents SET muted_until = $until WHERE incident_id = $incident_id"


@dataclass(frozen=True, slots=True)
class Change:
    """An incident that opened or closed.

    Attributes:
        incident_id: Its id; empty where no lake could keep it.
        kind: What went wrong.
        subject: With which schedule.
        opened: Whether it opened; otherwise it closed.
        detail: What was seen; empty where it closed.
        muted: Whether somebody asked not to be told.
    """

    incident_id: str
    kind: Kind
    subject: str
    opened: bool
    detail: str = ""
    muted: bool = False


def record(
    settings: Settings,
    subject: str,
    findings: Mapping[Kind, str],
    kinds: Collection[Kind],
    *,
    run_id: str | None = None,
) -> list[Change]:
    """Bring the incidents of a subject to what was just seen of it, and return those that opened or closed.

    What is found and not open opens; what is open and found goes on; what is open, looked for and not found closes.

    Args:
        settings: Name the lake, which is made where there is none.
        subject: The schedule.
        findings: What is wrong, by kind.
        kinds: Kinds that were looked for; of the others nothing changes.
        run_id: The run that shows it.

    Raises:
        LakeError: The lake cannot be opened or written.
        LakeLockedError: Another publisher held the lock for ``lock_timeout_s``.
    """
    with closing(connect(settings, read_only=False)) as lake:
        if not findings and not any(open_id for open_id, _ in _standing(lake, subject).values()):
            return []
        with transaction(lake, settings, "record incidents", subject=subject):
            # Read under the lock: of two runs that see the same only one may open it.
            standing = _standing(lake, subject)
            changes = (
                _step(lake, subject, kind, (findings.get(kind), run_id), standing.get(kind, (None, False)))
                for kind in kinds
            )
            return [change for change in changes if change]


def incidents(settings: Settings, *, every: bool = False) -> list[dict[str, object]]:
    """List the open incidents, or with ``every`` those that are closed as well.

    Raises:
        LakeError: There is no lake.
    """
    with closing(connect(settings)) as lake:
        answer = lake.execute(model("incidents.listed"), {"every": every})
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def mute(settings: Settings, incident_id: str, duration: timedelta) -> None:
    """Tell nobody of this incident's kind and subject for a while, not even that it closed or opened again.

    Raises:
        QueryError: There is no such incident.
        LakeError: There is no lake.
    """
    _change(settings, _MUTE, {"incident_id": incident_id, "until": datetime.now(UTC) + duration})


def acknowledge(settings: Settings, incident_id: str, by: str) -> None:
    """Note that a person knows of an incident; it stays open.

    Raises:
        QueryError: There is no such incident.
        LakeError: There is no lake.
    """
    _change(settings, _ACKNOWLEDGE, {"incident_id": incident_id, "by": by})


def close(settings: Settings, incident_id: str) -> None:
    """Close an incident by hand; what is still wrong opens another.

    Raises:
        QueryError: There is no such incident that is open.
        LakeError: There is no lake.
    """
    _change(settings, _CLOSE, {"incident_id": incident_id})


def _change(settings: Settings, statement: str, parameters: dict[str, object]) -> None:
    with (
        closing(connect(settings, read_only=False, create=False)) as lake,
        transaction(lake, settings, "change an incident"),
    ):
        if not changed(lake, statement, parameters):
            raise QueryError(
                f"there is no such incident: {parameters['incident_id']}",
                remedy="Look for its id with podlake incidents list.",
            )


def _standing(lake: duckdb.DuckDBPyConnection, subject: str) -> dict[str, tuple[str | None, bool]]:
    """Return of each kind that a subject ever had the open incident, and whether the kind is muted."""
    rows = lake.execute(model("incidents.of_subject"), {"subject": subject}).fetchall()
    return {kind: (incident_id, muted) for kind, incident_id, muted in rows}


def _step(
    lake: duckdb.DuckDBPyConnection,
    subject: str,
    kind: Kind,
    seen: tuple[str | None, str | None],
    standing: tuple[str | None, bool],
) -> Change | None:
    """Bring one kind to what was seen; return what opened or closed."""
    (detail, run_id), (incident_id, muted) = seen, standing
    if detail is not None and incident_id is not None:
        lake.execute(_SEEN, {"incident_id": incident_id, "detail": detail, "run_id": run_id})
        return None
    if detail is not None:
        opened = _open(lake, kind, subject, detail, run_id)
        return Change(opened, kind, subject, opened=True, detail=detail, muted=muted)
    if incident_id is not None:
        lake.execute(_CLOSE, {"incident_id": incident_id})
        return Change(incident_id, kind, subject, opened=False, muted=muted)
    return None


def _open(lake: duckdb.DuckDBPyConnection, kind: Kind, subject: str, detail: str, run_id: str | None) -> str:
    now = datetime.now(UTC)
    row: dict[str, object] = {
        "incident_id": f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}",
        "kind": kind,
        "subject": subject,
        "opened_at": now,
        "last_seen_at": now,
        "n_seen": 1,
        "detail": detail,
        "run_id": run_id,
    }
    insert(lake, INCIDENTS, f"SELECT {named(row)}", row)
    return str(row["incident_id"])
