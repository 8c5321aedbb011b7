"""Schedules are Prefect deployments on the local work pool. This module imports Prefect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
)
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, FlowRun
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.client.schemas.sorting import FlowRunSort
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectAlreadyExists
from prefect.flows import load_flow_from_entrypoint

from flows.machine import POOL, SAFE
from tasks.feeds.address import canonical
from tasks.sources import is_address
from warehouse.errors import ServiceError, SettingsError
from warehouse.settings import Settings

JOBS = {
    "ingest": "flows.scheduled.ingest",
    "reprocess": "flows.scheduled.reprocess",
    "maintain": "flows.maintain.maintain",
    "check": "flows.scheduled.check",
}
"""The entry point of each job, as ``prefect.yaml`` names it too; where podlake is installed does not matter."""

TAG = "podlake"
"""Marks the deployments that are ours on a server that others use as well."""

CHECK_EVERY = timedelta(minutes=15)

_FIRST_RUN = timedelta(seconds=10)
"""The server plans what is due from five seconds on after it hears of a schedule."""

_AT_ONCE = {
    # The first of the runs that are due does what all of them would: the others find it at work and are cancelled.
    "skip": ConcurrencyLimitStrategy.CANCEL_NEW,
    "catch-up": ConcurrencyLimitStrategy.ENQUEUE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What is to run, and when.

    Attributes:
        name: Its name, unique among podlake's schedules.
        job: One of ``JOBS``.
        parameters: What its flow is given; JSON.
        cron: Five fields, in UTC; excludes ``every``.
        every: Time from one run to the next, the first at once.
        late: Whether runs that fell due while another one ran, or nobody did, are left out or made up for.
        folder: Where the runs start; they read its ``podlake.toml``.
    """

    name: str
    job: str
    parameters: Mapping[str, Any]
    cron: str | None = None
    every: timedelta | None = None
    late: Literal["skip", "catch-up"] = "skip"
    folder: Path


def parameters_of(job: str, sources: tuple[str, ...], settings: Settings) -> dict[str, Any]:
    """Return what the flow of a job is given: plain JSON, paths absolute, no secrets.

    Settings that have their default are left out, and so are ``alerts``: Prefect would keep them readable.

    Raises:
        FetchError: An address cannot be asked, such as one with a password.
    """
    chosen = settings.model_dump(mode="json", exclude_defaults=True, exclude={"alerts", "lake"})
    parameters: dict[str, Any] = {"settings": chosen | {"lake": str(settings.lake.expanduser().resolve())}}
    if job == "ingest":
        parameters["sources"] = [_absolute(source) for source in sources]
    return parameters


def apply(schedule: Schedule, *, replace: bool = False) -> None:
    """Make a schedule, or bring the one of this name up to date.

    Args:
        schedule: What is to run, and when.
        replace: Whether a schedule of this name and job may go over to another lake or other sources.

    Raises:
        SettingsError: The cron line cannot be read, or something else has a schedule of this name.
        ServiceError: No Prefect server answers.
    """
    deployment = _deployment(schedule)
    with deployed() as (client, deployments):
        for found in deployments:
            if found.name == schedule.name:
                _refuse_another(found, schedule, replace=replace)
        with suppress(ObjectAlreadyExists):  # the worker or an earlier schedule made it
            client.create_work_pool(WorkPoolCreate(name=POOL, type="process"))
        deployment.apply()


def ensure_check(settings: Settings, folder: Path) -> None:
    """Let somebody look every 15 minutes, unless there is a schedule for it already.

    Raises:
        ServiceError: No Prefect server answers.
    """
    with deployed() as (_, deployments):
        there = any(found.entrypoint == JOBS["check"] for found in deployments)
    if not there:
        parameters = parameters_of("check", (), settings)
        apply(Schedule(name="check", job="check", parameters=parameters, every=CHECK_EVERY, folder=folder))


def remove(name: str) -> None:
    """Remove a schedule and the runs that it planned; what has run stays to be seen.

    Raises:
        SettingsError: There is none of this name.
        ServiceError: No Prefect server answers.
    """
    with deployed() as (client, deployments):
        found = [deployment for deployment in deployments if deployment.name == name]
        if not found:
            raise SettingsError(f"there is no schedule {name!r}", remedy="Look at podlake schedule list.")
        for deployment in found:
            client.delete_deployment(deployment.id)


def listed() -> list[dict[str, Any]]:
    """Tell of each schedule what and when it runs, and its last and next run.

    Raises:
        ServiceError: No Prefect server answers.
    """
    with deployed() as (client, deployments):
        return [_told(client, deployment) for deployment in deployments]


def runs_of(client: SyncPrefectClient, deployment: DeploymentResponse, limit: int = 150) -> list[FlowRun]:
    """Return the runs of a schedule, those planned for the future first."""
    chosen = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=[deployment.id]))
    order = FlowRunSort.EXPECTED_START_TIME_DESC
    return client.read_flow_runs(flow_run_filter=chosen, sort=order, limit=limit)


@contextmanager
def deployed() -> Iterator[tuple[SyncPrefectClient, list[DeploymentResponse]]]:
    """Give the server, and podlake's deployments on it by name.

    Raises:
        ServiceError: No Prefect server answers.
    """
    with get_client(sync_client=True) as client:
        if client.server_type.name == "EPHEMERAL" or client.api_healthcheck() is not None:
            raise ServiceError("no Prefect server answers", remedy="Run podlake up first.")
        ours = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))
        found = client.read_deployments(deployment_filter=ours, limit=200)
        yield client, sorted(found, key=lambda deployment: deployment.name)


def _refuse_another(found: DeploymentResponse, schedule: Schedule, *, replace: bool) -> None:
    if found.entrypoint != JOBS[schedule.job]:
        raise SettingsError(
            f"another job has the schedule {schedule.name!r}", remedy="Name this one with --name."
        )
    if not replace and _reach(found.parameters) != _reach(schedule.parameters):
        raise SettingsError(
            f"another lake or other sources have the schedule {schedule.name!r}",
            remedy=f"Name this one with --name; --name {schedule.name} gives it that one's place.",
        )


def _reach(parameters: Mapping[str, Any]) -> tuple[str | None, list[str]]:
    """Return the lake and the sources that a schedule is for: one server runs those of all lakes of a user."""
    return (parameters.get("settings") or {}).get("lake"), parameters.get("sources", [])


def _deployment(schedule: Schedule) -> RunnerDeployment:
    entrypoint = JOBS[schedule.job]
    flow: Any = load_flow_from_entrypoint(entrypoint)
    deployment: RunnerDeployment = flow.to_deployment(
        name=schedule.name,
        schedule=_when(schedule),
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=_AT_ONCE[schedule.late]),
        parameters=dict(schedule.parameters),
        tags=[TAG],
        work_pool_name=POOL,
        job_variables={"working_dir": str(schedule.folder), "env": SAFE},
    )
    deployment.entrypoint = entrypoint
    return deployment


def _when(schedule: Schedule) -> CronSchedule | IntervalSchedule:
    if schedule.every:
        return IntervalSchedule(interval=schedule.every, anchor_date=datetime.now(UTC) + _FIRST_RUN)
    try:
        return CronSchedule(cron=schedule.cron or "", timezone="UTC")
    except ValueError as error:
        raise SettingsError(
            f"the cron line {schedule.cron!r} cannot be read", remedy='Five fields, such as "0 5 * * *".'
        ) from error


def _told(client: SyncPrefectClient, deployment: DeploymentResponse) -> dict[str, Any]:
    now = datetime.now(UTC)
    runs = runs_of(client, deployment)
    past = [run for run in runs if run.start_time]
    planned = [run for run in runs if run.expected_start_time and run.expected_start_time > now]
    options = deployment.concurrency_options
    lake, sources = _reach(deployment.parameters)
    skips = options is not None and options.collision_strategy == ConcurrencyLimitStrategy.CANCEL_NEW
    return {
        "name": deployment.name,
        "job": next((job for job, entrypoint in JOBS.items() if entrypoint == deployment.entrypoint), None),
        "when": ", ".join(_said(planned.schedule) for planned in deployment.schedules),
        "late": "skip" if skips else "catch-up",
        "lake": lake,
        "sources": sources,
        "last_run": past[0].name if past else None,
        "last_state": past[0].state_name if past else None,
        "next_at": planned[-1].expected_start_time if planned else None,
    }


def _said(schedule: object) -> str:
    if isinstance(schedule, IntervalSchedule):
        return f"every {schedule.interval}"
    return str(getattr(schedule, "cron", schedule))


def _absolute(source: str) -> str:
    return canonical(source) if is_address(source) else str(Path(source).expanduser().resolve())
