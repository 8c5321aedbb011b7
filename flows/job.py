"""One run of a schedule: its name, what it leaves in Prefect's UI, and who hears how it ended.

This module imports Prefect; what a job does is in the flows of ``flows.scheduled``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

from prefect import get_run_logger, runtime
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Cancelled

from flows import alerts
from flows.names import run_name, subject
from flows.run import Summary
from flows.steps import ARTIFACT_OWNER
from warehouse.errors import LakeLockedError
from warehouse.incidents import Kind
from warehouse.lake import connect
from warehouse.settings import Settings, load
from warehouse.status import usual_documents

_FAR_BELOW = 0.1
"""Share of the usual volume under which a run counts as degraded: a feed cut to a tenth is broken, not quiet."""


def run_job(given: Mapping[str, Any] | None, work: Callable[[Settings], Summary]) -> Summary | State[Any]:
    """Do the work of a schedule, and tell the lake, the UI and whoever listens how it went.

    Args:
        given: Settings by name, as plain JSON; the others come from environment, file and defaults.
        work: Runs the flow.

    Returns:
        The summary; a Cancelled state where the run left a locked lake to others.
    """
    settings = load(**given or {})
    owner = ARTIFACT_OWNER.set(subject())
    try:
        summary = work(settings)
    except Exception as error:
        if isinstance(error, LakeLockedError) and settings.when_locked == "leave":
            get_run_logger().warning("left without a change: %s", error)
            return Cancelled(message=f"Skipped: {error}")
        # It knows nothing of the other kinds.
        _tell(settings, {"failed": str(error) or type(error).__name__}, ("failed",))
        raise
    finally:
        ARTIFACT_OWNER.reset(owner)
    create_markdown_artifact(as_markdown(summary), key=artifact_key("summary"), description=run_name())
    _tell(settings, _incomplete(summary) | _degraded(summary, settings), _looked_for(summary))
    return summary


def artifact_key(what: str) -> str:
    """Return a key that stays the same from run to run, so that the UI shows an artifact's history."""
    return f"{re.sub(r'[^a-z0-9-]+', '-', subject().lower())}-{what}"


def as_markdown(summary: Summary) -> str:
    """Render a summary as a table: counts, then seconds by stage."""
    counts = {name: value for name, value in summary.as_dict().items() if isinstance(value, int)}
    lines = [f"Run `{summary.run_id}`", "", "| | |", "|---|---:|"]
    lines += [f"| {name} | {value:,} |" for name, value in counts.items()]
    lines += [f"| held back: {rule} | {n_rows:,} |" for rule, n_rows in summary.held_back.items()]
    lines += ["", "| stage | seconds | CPU seconds |", "|---|---:|---:|"]
    lines += [
        f"| {name} | {s} | {summary.cpu_seconds.get(name, '')} |" for name, s in summary.seconds.items()
    ]
    return "\n".join(lines)


def _looked_for(summary: Summary) -> tuple[Kind, ...]:
    """Return the kinds of which a run knows: with nothing new, it cannot say whether its documents are well again."""
    always: tuple[Kind, ...] = ("failed", "late", "incomplete")
    return (*always, "degraded") if summary.documents else always


def _incomplete(summary: Summary) -> dict[Kind, str]:
    if not summary.failed_feeds:
        return {}
    failed = ", ".join(str(feed["source"]) for feed in summary.failed_feeds)
    return {"incomplete": f"{len(summary.failed_feeds)} feeds could not be read: {failed}"}


def _degraded(summary: Summary, settings: Settings) -> dict[Kind, str]:
    if summary.rejected or summary.failed_share > settings.max_quarantined:
        return {"degraded": f"{summary.failed_share:.0%} of {summary.documents} documents were held back"}
    if summary.documents:
        with closing(connect(settings)) as lake:
            usual = usual_documents(lake, summary.run_id)
        if usual and summary.documents < _FAR_BELOW * usual:
            return {"degraded": f"{summary.documents} documents were new, usually {usual:.0f}"}
    return {}


def _tell(settings: Settings, findings: Mapping[Kind, str], kinds: tuple[Kind, ...]) -> None:
    alerts.report(settings, subject(), findings, kinds, run_id=str(runtime.flow_run.id or ""))
