"""The steps that every flow shares, as Prefect tasks: transform and stage, audit, publish."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from prefect import Flow, Task, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.task_runners import ProcessPoolTaskRunner, ThreadPoolTaskRunner
from prefect.utilities.annotations import quote

from flows.run import LakeRun
from tasks import audit, clock, publish, stage
from tasks.batch import Batch
from tasks.publish import Published, StagedBatch
from tasks.stage import Staged
from warehouse.errors import TransientError
from warehouse.settings import Settings
from warehouse.status import audit_of

_Value = TypeVar("_Value")

_Flow = TypeVar("_Flow", bound=Flow[..., Any])

ARTIFACT_OWNER: ContextVar[str] = ContextVar("artifact_owner", default="")
"""The schedule that this run belongs to; its artifacts have keys of their own, so that the UI shows their history."""

_RUNNERS = {"thread": ThreadPoolTaskRunner, "process": ProcessPoolTaskRunner}


def as_it_is(value: _Value) -> _Value:
    """Pass a value to a task without Prefect walking through it: a batch holds thousands of documents."""
    return cast(_Value, quote(value))


def _is_transient(_task: Task[..., Any], _run: object, state: State[Any]) -> bool:
    """Retry what may pass by itself, such as a lock held by another run."""
    return isinstance(state.result(raise_on_failure=False), TransientError)


@task(name="transform", task_run_name="transform batch", cache_policy=NO_CACHE)
def transform_batch(batch: Batch, run_id: str, folder: str, turn_threshold: float) -> Staged:
    """Read, parse, clean and segment a batch, and stage its tables."""
    return stage.stage_batch(batch, run_id, folder, turn_threshold)


@task(name="audit", cache_policy=NO_CACHE)
def audit_batch(run: LakeRun, staged: Staged) -> StagedBatch:
    """Hold a staged batch to its expectations, and keep back what breaks them."""
    with clock.stage("audit"):
        return audit.audit_batch(staged, run.facts.run_id, run.history)


@task(
    name="publish",
    cache_policy=NO_CACHE,
    retries=3,
    retry_delay_seconds=[1, 5, 15],
    retry_condition_fn=_is_transient,
)
def publish_batch(run: LakeRun, audited: StagedBatch) -> Published:
    """Land a batch in one transaction."""
    with clock.stage("publish"):
        return publish.publish(run.lake, run.settings, run.facts, audited)


def on_runner(flow: _Flow, settings: Settings) -> _Flow:
    """Return a flow that transforms batches where the settings say."""
    runner = _RUNNERS[settings.runner](max_workers=settings.in_flight)
    return cast(_Flow, flow.with_options(task_runner=runner))


def stage_batches(new: Iterable[Batch], run: LakeRun) -> Iterator[Staged]:
    """Transform batches beside each other, at most ``in_flight`` at once, and yield them in order."""
    pending: deque[PrefectFuture[Staged]] = deque()
    for batch in new:
        if len(pending) == run.settings.in_flight:
            yield pending.popleft().result()
        place = (run.facts.run_id, str(run.folder), run.settings.turn_threshold)
        pending.append(transform_batch.submit(as_it_is(batch), *place))
    while pending:
        yield pending.popleft().result()


def show_audit(run: LakeRun) -> None:
    """Leave the audit as a table in Prefect's UI."""
    table = audit_of(run.lake, run.facts.run_id)
    if table:
        owner = re.sub(r"[^a-z0-9-]+", "-", ARTIFACT_OWNER.get().lower())
        key = f"{owner}-audit" if owner else "audit"
        create_table_artifact(table, key=key, description=f"Audit of run {run.facts.run_id}")
