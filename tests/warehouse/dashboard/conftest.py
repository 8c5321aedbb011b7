from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from flows.dashboard import checks
from flows.run import open_run
from tasks.audit import audit_batch
from tasks.batch import batches
from tasks.publish import publish
from tasks.stage import stage_batch
from warehouse.dashboard.app import application
from warehouse.incidents import record
from warehouse.settings import Settings, load

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
SCRIPT = "<script>alert(1)</script>"
MAIL = "ada@example.org"


def ingest(source: Path, settings: Settings) -> None:
    """What ``podlake ingest`` does, without Prefect."""
    with open_run([str(source)], settings) as run:
        for batch in batches(run.discover(), settings.batch_bytes):
            staged = stage_batch(batch, run.facts.run_id, run.folder)
            audited = audit_batch(staged, run.facts.run_id, run.history)
            run.record(staged, publish(run.lake, settings, run.facts, audited))
        run.finish()


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A lake that got the sample archive in one run, and strange files, one of them held back, in another."""
    folder = tmp_path_factory.mktemp("dashboard")
    source = Path(shutil.copytree(SAMPLE, folder / "sample"))
    settings = load(lake=folder / "lake")
    ingest(source, settings)
    strange = source / "strange <b>show"
    strange.mkdir()
    lines = (
        f"Ada: And then I said hello {SCRIPT} to all of the people who were there.\n"
        f"Bob: So you can write to me at {MAIL} or call me on +44 20 7946 0958 when you like.\n"
    ) * 3
    (strange / "with-a-script.txt").write_text(lines)
    (strange / "notes.json").write_text('{"nothing": "that podlake reads"}')
    (strange / "broken.vtt").write_bytes(b"WEBVTT\n\n\x00\x01\x02\x03" * 40)
    ingest(source, settings)
    record(settings, "ingest nightly", {"failed": f"the source is gone {SCRIPT}"}, ["failed"])
    return settings


@pytest.fixture(scope="session")
def client(archive: Settings) -> Iterator[TestClient]:
    """The dashboard of that lake, with its SQL page, asked in this process."""
    with TestClient(application(archive, checks(), has_sql=True), raise_server_exceptions=False) as client:
        yield client
