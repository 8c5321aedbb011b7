"""Look from outside at what schedules should have done: late runs, failed ones, and those whose process is gone.

What runs as a scheduled flow itself cannot see that its own worker or server is dead: a cron job, or a person, that
calls ``podlake schedule check`` can. This module imports Prefect.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Crashed

from flows import alerts
from flows.processes import age_s
from flows.schedules import deployed, runs_of
from warehouse.incidents import Kind
from warehouse.settings import Settings, load

_ENDED = (StateType.COMPLETED, StateType.FAILED, StateType.CRASHED)
_BAD = (StateType.FAILED, StateType.CRASHED)
_GOING = (StateType.RUNNING, StateType.PENDING)
_WAITS_ITS_TURN = "AwaitingConcurrencySlot"
_CLOCKS_DIFFER_S = 60.0
"""A server on another machine says when a run began, and ps tells whole seconds."""


def check(settings: Settings) -> list[dict[str, str]]:
    """Look at every schedule, record and tell what is wrong with it, and return that.

    A run whose process is gone is set to Crashed, so that the next one may start.

    Args:
        settings: Say after how long a run is late or dead, and whom to tell.

    Raises:
        ServiceError: No Prefect server answers.
    """
    found = []
    with deployed() as (client, deployments):
        for deployment in deployments:
            runs = runs_of(client, deployment)
            findings = _findings(client, runs, settings)
            lake = (deployment.parameters.get("settings") or {}).get("lake", str(settings.lake))
            there = load(**settings.model_dump() | {"lake": lake})
            run_id = str(runs[0].id) if runs else None
            alerts.report(there, deployment.name, findings, ("failed", "late"), run_id=run_id)
            found += [
                {"schedule": deployment.name, "kind": kind, "detail": detail}
                for kind, detail in findings.items()
            ]
    return found


def _findings(client: SyncPrefectClient, runs: Sequence[FlowRun], settings: Settings) -> dict[Kind, str]:
    """Return what is wrong with one schedule, by the runs that it has, the latest first."""
    now = datetime.now(UTC)
    findings: dict[Kind, str] = {}
    for run in runs:
        if _is_dead(run, now, settings):
            client.set_flow_run_state(run.id, Crashed(message="Its process is gone."), force=True)
            findings.setdefault("failed", f"{run.name}: its process is gone")
        elif run.state_type in _ENDED:
            if run.state_type in _BAD and run.state:
                findings.setdefault("failed", f"{run.name}: {run.state.message or run.state.name}")
            break  # what was before the last run that ended is history
    late = [run for run in runs if _is_late(run, now, settings)]
    if late:
        findings["late"] = (
            f"{len(late)} runs have not started, the first due at {late[-1].expected_start_time:%Y-%m-%d %H:%M} UTC"
        )
    return findings


def _is_late(run: FlowRun, now: datetime, settings: Settings) -> bool:
    limit = now - timedelta(seconds=settings.late_after_s)
    waits = run.state_type == StateType.SCHEDULED and run.state_name != _WAITS_ITS_TURN
    return waits and run.expected_start_time is not None and run.expected_start_time < limit


def _is_dead(run: FlowRun, now: datetime, settings: Settings) -> bool:
    """Say whether a run that has not ended cannot end: SIGKILL and power cuts leave no trace in its state."""
    if run.state_type not in _GOING or run.state is None:
        return False
    host, _, pid = (run.infrastructure_pid or "").rpartition(":")
    if host == socket.gethostname() and pid.isdigit():
        age = age_s(int(pid))
        # A process that began behind the run only has its id.
        return age is None or age + _CLOCKS_DIFFER_S < (now - run.state.timestamp).total_seconds()
    return now - run.state.timestamp > timedelta(seconds=settings.dead_after_s)
