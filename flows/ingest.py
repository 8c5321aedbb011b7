"""The ingest flow: discover, batch, transform and stage, audit, publish."""

from __future__ import annotations

from prefect import flow

from flows.names import run_name
from flows.run import Summary
from flows.start import begun, run_ingest
from flows.steps import as_it_is, audit_batch, publish_batch, show_audit, stage_batches
from tasks.batch import batches
from warehouse.settings import Settings

__all__ = ["ingest", "run_ingest"]


@flow(name="ingest", flow_run_name=run_name, validate_parameters=False)
def ingest(sources: list[str], settings: Settings) -> Summary:
    """Land the new and changed documents of the sources, each exactly once."""
    with begun(sources, settings) as run:
        for staged in stage_batches(batches(run.discover(), settings.batch_bytes), run):
            audited = audit_batch(as_it_is(run), staged)
            published = publish_batch(as_it_is(run), audited)
            run.record(staged, published)
        summary = run.finish()
        show_audit(run)
    return summary
