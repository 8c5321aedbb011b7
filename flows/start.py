"""Start a run: what is new is looked for before Prefect, and a run that finds nothing ends at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from flows.run import IngestRun, Summary, open_run
from tasks.sources import shown
from warehouse.settings import Settings

_OPENED: ContextVar[IngestRun] = ContextVar("opened")


def run_ingest(sources: list[str], settings: Settings) -> Summary:
    """Run the ingest flow on the task runner that the settings name, if the sources hold anything new.

    Prefect, its server and Great Expectations take seconds to start. So the run begins without them: it lists the
    sources, and only what it finds is handed on, with the run itself, to the flow.

    Raises:
        SourceError: A source does not exist or cannot be listed.
        LakeError: The lake cannot be opened.
    """
    with open_run(sources, settings) as run:
        if run.finds_nothing():
            return run.finish()
        from flows.ingest import ingest  # noqa: PLC0415  imports Prefect
        from flows.steps import on_runner  # noqa: PLC0415  the same

        opened = _OPENED.set(run)
        try:
            return on_runner(ingest, settings)([*map(shown, sources)], settings)  # Prefect keeps them
        finally:
            _OPENED.reset(opened)


@contextmanager
def begun(sources: list[str], settings: Settings) -> Iterator[IngestRun]:
    """Give the flow the run that ``run_ingest`` opened for it, or a new one where a worker started the flow."""
    if opened := _OPENED.get(None):
        yield opened
    else:
        with open_run(sources, settings) as run:
            yield run
