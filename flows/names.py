"""Names of runs that a person recognises in Prefect's UI."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import PurePosixPath

from prefect import runtime


def run_name() -> str:
    """Name a run after its job, its schedule or first source, and when it was due, in UTC."""
    due = runtime.flow_run.scheduled_start_time or datetime.now(UTC)
    # A schedule may be called like its job.
    words = dict.fromkeys((_job(), subject()))
    return f"{' '.join(words)} {due.astimezone(UTC):%Y-%m-%d %H:%M}"


def subject() -> str:
    """Return the name of the schedule that a run belongs to; else of its first source, else of its job."""
    sources = (runtime.flow_run.parameters or {}).get("sources") or [_job()]
    return str(runtime.deployment.name or PurePosixPath(str(sources[0])).name or _job())


def _job() -> str:
    return str(runtime.flow_run.flow_name).removeprefix("scheduled-")
