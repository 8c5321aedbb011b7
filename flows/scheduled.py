"""The flows that schedules run. Their parameters are plain JSON; the entry points stand in ``flows.schedules``."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows import overdue
from flows.ingest import run_ingest
from flows.job import run_job
from flows.names import run_name
from flows.reprocess import run_reprocess
from flows.run import Summary
from warehouse.settings import load


@flow(name="scheduled-ingest", flow_run_name=run_name)
def ingest(sources: list[str], settings: dict[str, Any] | None = None) -> Summary | State[Any]:
    """Land the new and changed documents of the sources.

    Args:
        sources: Absolute paths and URLs.
        settings: Settings by name; those that are missing come from environment, file and defaults.
    """
    return run_job(settings, lambda chosen: run_ingest(sources, chosen))


@flow(name="scheduled-reprocess", flow_run_name=run_name)
def reprocess(settings: dict[str, Any] | None = None) -> Summary | State[Any]:
    """Rebuild what an older podlake made.

    Args:
        settings: Settings by name; those that are missing come from environment, file and defaults.
    """
    return run_job(settings, run_reprocess)


@flow(name="scheduled-check", flow_run_name=run_name)
def check(settings: dict[str, Any] | None = None) -> list[dict[str, str]]:
    """Look for runs that are late, failed or dead.

    Args:
        settings: Settings by name; those that are missing come from environment, file and defaults.
    """
    return overdue.check(load(**settings or {}))
