"""The ingest flow: discover, batch, transform and stage, audit, publish."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar, cast

from prefect import Task, flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.futures import PrefectFuture
from prefect.task_runners import ProcessPoolTaskRunner, ThreadPoolTaskRunner
from prefect.utilities.annotations import quote

from flows.run import IngestRun, Summary, open_run
from tasks import audit, clock, publish, stage
from tasks.batch import Batch, batches
from tasks.publish import Published, StagedBatch
from tasks.sources import resolve
from tasks.stage import Staged
from warehouse.errors import TransientError
from warehouse.settings import Settings
from warehouse.status import audit_of

_Value = TypeVar("_Value")

_RUNNERS = {"thread": ThreadPoolTaskRunner, "process": ProcessPoolTaskRunner}


def _as_it_is(value: _Value) -> _Value:
    """Pass a value to a task without Prefect walking through it: a batch holds thousands of documents."""
    return cast(_Value, quote(value))


def _is_transient(_task: Task[..., Any], _run: object, state: State[Any]) -> bool:
    """Retry what may pass by itself, such as a lock held by another run."""
    return isinstance(state.result(raise_on_failure=False), TransientError)


@task(name="transform", task_run_name="transform batch", cache_policy=NO_CACHE)
def transform_batch(batch: Batch, run_id: str, folder: str) -> Staged:
    """Read, parse, clean and segment a batch, and stage its tables."""
    return stage.stage_batch(batch, run_id, folder)


@task(name="audit", cache_policy=NO_CACHE)
def audit_batch(run: IngestRun, staged: Staged) -> StagedBatch:
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
def publish_batch(run: IngestRun, audited: StagedBatch) -> Published:
    """Land a batch in one transaction."""
    with clock.stage("publish"):
        return publish.publish(run.lake, run.settings, run.facts, audited)


@flow(name="ingest", validate_parameters=False)
def ingest(sources: list[str], settings: Settings) -> Summary:
    """Land the new and changed documents of the sources, each exactly once."""
    with open_run(sources, settings) as run:
        for staged in _stage(batches(run.discover(), settings.batch_bytes), run):
            audited = audit_batch(_as_it_is(run), staged)
            published = publish_batch(_as_it_is(run), audited)
            run.record(staged, published)
        summary = run.finish()
        _show_audit(run)
    return summary


def run_ingest(sources: list[str], settings: Settings) -> Summary:
    """Run the flow on the task runner that the settings name.

    Raises:
        SourceError: A source does not exist; said before Prefect takes its time to start.
    """
    resolve(sources, settings.lake)
    runner = _RUNNERS[settings.runner](max_workers=settings.in_flight)
    return ingest.with_options(task_runner=runner)(sources, settings)


def _stage(new: Iterable[Batch], run: IngestRun) -> Iterator[Staged]:
    """Transform batches beside each other, at most ``in_flight`` at once, and yield them in order."""
    pending: deque[PrefectFuture[Staged]] = deque()
    for batch in new:
        if len(pending) == run.settings.in_flight:
            yield pending.popleft().result()
        pending.append(transform_batch.submit(_as_it_is(batch), run.facts.run_id, str(run.folder)))
    while pending:
        yield pending.popleft().result()


def _show_audit(run: IngestRun) -> None:
    """Leave the audit as a table in Prefect's UI."""
    table = audit_of(run.lake, run.facts.run_id)
    if table:
        create_table_artifact(table, key="audit", description=f"Audit of run {run.facts.run_id}")
