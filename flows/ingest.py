"""The ingest flow: discover, batch, transform and stage, audit, publish."""

from __future__ import annotations

from prefect import flow

from flows.run import Summary, open_run
from flows.steps import as_it_is, audit_batch, on_runner, publish_batch, show_audit, stage_batches
from tasks.batch import batches
from tasks.sources import resolve
from warehouse.settings import Settings


@flow(name="ingest", validate_parameters=False)
def ingest(sources: list[str], settings: Settings) -> Summary:
    """Land the new and changed documents of the sources, each exactly once."""
    with open_run(sources, settings) as run:
        for staged in stage_batches(batches(run.discover(), settings.batch_bytes), run):
            audited = audit_batch(as_it_is(run), staged)
            published = publish_batch(as_it_is(run), audited)
            run.record(staged, published)
        summary = run.finish()
        show_audit(run)
    return summary


def run_ingest(sources: list[str], settings: Settings) -> Summary:
    """Run the flow on the task runner that the settings name.

    Raises:
        SourceError: A source does not exist; said before Prefect takes its time to start.
    """
    resolve(sources, settings.lake)
    return on_runner(ingest, settings)(sources, settings)
