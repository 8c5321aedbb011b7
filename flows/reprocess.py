"""The reprocess flow: read stale documents from the lake, batch, transform and stage, audit, publish."""

from __future__ import annotations

from prefect import flow

from flows.names import run_name
from flows.run import Summary, open_rebuild
from flows.steps import as_it_is, audit_batch, on_runner, publish_batch, show_audit, stage_batches
from tasks.batch import batches
from tasks.transform import current_versions
from warehouse.settings import Settings
from warehouse.stale import Versions


@flow(name="reprocess", flow_run_name=run_name, validate_parameters=False)
def reprocess(versions: Versions, settings: Settings, *, every: bool = False) -> Summary:
    """Make the rows of stale documents anew from the texts in the lake; the old ones stay until then."""
    with open_rebuild(versions, settings, every=every) as run:
        for staged in stage_batches(batches(run.stale_documents(), settings.batch_bytes), run):
            audited = audit_batch(as_it_is(run), staged)
            published = publish_batch(as_it_is(run), audited)
            run.record(staged, published)
        summary = run.finish()
        show_audit(run)
    return summary


def run_reprocess(settings: Settings, *, every: bool = False) -> Summary:
    """Run the flow on the task runner that the settings name, for the transform of today.

    Args:
        settings: Names the lake.
        every: Rebuild every document whose text the lake holds, stale or not.

    Raises:
        LakeError: There is no lake, or another podlake made it.
    """
    return on_runner(reprocess, settings)(current_versions(), settings, every=every)
