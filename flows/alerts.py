"""Tell of incidents: always in the log, and through every Apprise URL of the settings, once an incident."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping

from warehouse.errors import PodlakeError
from warehouse.incidents import Change, Kind, record
from warehouse.settings import Settings

_LOG = logging.getLogger("prefect.podlake")
"""Below Prefect's logger, so that the worker's log shows it."""


def report(
    settings: Settings,
    subject: str,
    findings: Mapping[Kind, str],
    kinds: Collection[Kind],
    *,
    run_id: str | None = None,
) -> None:
    """Record what was seen of a schedule in the lake, and tell what opened and closed.

    A lake that cannot be written cannot remember what was told: then each finding is told each time.

    Args:
        settings: Name the lake, and whom to tell.
        subject: The schedule.
        findings: What is wrong, by kind; none where all is well.
        kinds: Kinds that were looked for.
        run_id: The run that shows it.
    """
    try:
        changes = record(settings, subject, findings, kinds, run_id=run_id)
    except PodlakeError as error:
        _LOG.error("incidents could not be recorded: %s", error)
        changes = [Change("", kind, subject, opened=True, detail=detail) for kind, detail in findings.items()]
    for change in changes:
        _tell(settings, change)


def told(change: Change) -> tuple[str, str]:
    """Return the title and the text of a message."""
    if change.opened:
        text = f"{change.detail}\nIncident {change.incident_id or '(not recorded)'}, told once."
        return f"podlake: {change.subject} {change.kind}", text
    return f"podlake: {change.subject} recovered", f"No longer {change.kind}. Incident {change.incident_id}."


def _tell(settings: Settings, change: Change) -> None:
    title, text = told(change)
    _LOG.log(logging.ERROR if change.opened else logging.INFO, "%s: %s", title, text)
    if settings.alerts and not change.muted:
        _send(settings, title, text, opened=change.opened)


def _send(settings: Settings, title: str, text: str, *, opened: bool) -> None:
    """Send a message everywhere; what cannot be sent is logged by its scheme, for the rest of its URL is secret."""
    from apprise import Apprise, NotifyType  # noqa: PLC0415  a run that is well need not pay for it

    # Apprise would log addresses whole.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    kind = NotifyType.FAILURE if opened else NotifyType.SUCCESS
    for secret in settings.alerts:
        url = secret.get_secret_value()
        service = Apprise()
        if not (service.add(url) and service.notify(title=title, body=text, notify_type=kind)):
            _LOG.error("an alert could not be sent: %s://...", url.partition(":")[0])
