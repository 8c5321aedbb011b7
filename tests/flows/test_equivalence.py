"""The same documents give the same rows, however they are batched, wherever they run, in whatever order."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flows.ingest import run_ingest
from flows.run import open_run
from tasks.audit import audit_batch
from tasks.batch import batches
from tasks.publish import publish
from tasks.stage import stage_batch
from tests.benchmarks import synthetic
from tests.flows.conftest import SAMPLE
from tests.flows.lakes import Row, contents, differences
from warehouse.settings import MEGABYTE, Settings, load

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture(scope="module", params=[0.4, pytest.param(100, marks=pytest.mark.slow)], ids="{} MB".format)
def n_bytes(request: pytest.FixtureRequest) -> int:
    return int(request.param * MEGABYTE)


@pytest.fixture(scope="module")
def small_batch(n_bytes: int) -> int:
    """Bytes of a batch of which there will be many."""
    return min(n_bytes // 4, 2 * MEGABYTE)


@pytest.fixture(scope="module")
def archive(n_bytes: int, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, with its twins, beside synthetic episodes of every format."""
    folder = tmp_path_factory.mktemp("archive")
    shutil.copytree(SAMPLE, folder, dirs_exist_ok=True)
    synthetic.write(folder, n_bytes)
    return folder


@pytest.fixture(scope="module")
def expected(
    prefect_server: None, archive: Path, n_bytes: int, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[Row]]:
    """What one batch on a thread lands."""
    del prefect_server
    settings = load(lake=tmp_path_factory.mktemp("reference") / "lake", batch_bytes=2 * n_bytes + MEGABYTE)
    summary = run_ingest([str(archive)], settings)
    assert (summary.batches, summary.quarantined) == (1, 1)
    return contents(settings)


@pytest.mark.parametrize("runner", ["thread", "process"])
def test_many_batches_give_the_rows_of_one(
    archive: Path, small_batch: int, expected: dict[str, list[Row]], settings: Settings, runner: str
) -> None:
    changes = {"batch_bytes": small_batch, "in_flight": 3, "runner": runner}
    small = settings.model_copy(update=changes)
    assert run_ingest([str(archive)], small).batches >= 4
    assert differences(contents(small), expected) == {}


def test_the_order_of_documents_does_not_matter(
    archive: Path, small_batch: int, expected: dict[str, list[Row]], settings: Settings
) -> None:
    with open_run([str(archive)], settings) as run:
        backwards = list(run.discover())[::-1]
        for batch in batches(backwards, small_batch):
            staged = stage_batch(batch, run.facts.run_id, run.folder)
            publish(run.lake, settings, run.facts, audit_batch(staged, run.facts.run_id, run.history))
    assert differences(contents(settings), expected) == {}
