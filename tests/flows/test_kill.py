"""Kills at any moment lose nothing and double nothing, and a reader never sees half a batch."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from flows.ingest import run_ingest
from tests.benchmarks import synthetic
from tests.flows.lakes import Row, contents, differences, select
from warehouse.errors import LakeError
from warehouse.query import query
from warehouse.settings import Settings, load

pytestmark = pytest.mark.usefixtures("prefect_server")

PROCESSES = get_context("forkserver")
"""Imports what takes seconds once, so that a process that is to be killed starts at once."""
PROCESSES.set_forkserver_preload(["flows.ingest", "great_expectations"])

N_BYTES = 200_000
BATCH_BYTES = 50_000


def start_ingest(source: Path, settings: Settings) -> ForkServerProcess:
    process = PROCESSES.Process(target=run_ingest, args=([str(source)], settings), daemon=True)
    process.start()
    return process


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("killed") / "source"
    synthetic.write(folder, N_BYTES)
    return folder


COUNTS = """
    SELECT
        (SELECT count(*) FROM raw.documents),
        (SELECT count(*) FROM core.transcripts),
        (SELECT sum(n_documents) FROM quality.batches),
        (SELECT sum(n_sentences) FROM core.transcripts),
        (SELECT count(*) FROM core.sentences),
        (SELECT sum(n_turns) FROM core.transcripts),
        (SELECT count(*) FROM core.turns)
"""


@dataclass(frozen=True)
class Undisturbed:
    """A run that nobody kills: what it lands, the seconds that it takes, and what a reader saw meanwhile."""

    contents: dict[str, list[Row]]
    seconds: float
    seen: list[Row]


@pytest.fixture(scope="module")
def undisturbed(prefect_server: None, source: Path, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    del prefect_server
    settings = load(lake=tmp_path_factory.mktemp("undisturbed") / "lake", batch_bytes=BATCH_BYTES)
    first = PROCESSES.Process(target=int)  # waits for the imports
    first.start()
    first.join()
    began = time.monotonic()
    process = start_ingest(source, settings)
    seen: list[Row] = []
    while process.is_alive():
        try:
            seen += query(settings, COUNTS).rows
        except LakeError:
            assert not seen, "the lake was there before"
        process.join(0.1)
    assert process.exitcode == 0
    return Undisturbed(contents(settings), time.monotonic() - began, seen)


UNMEASURED = """
    SELECT document_id FROM raw.documents LEFT JOIN quality.measures USING (document_id, revision)
    GROUP BY document_id HAVING count(measures.run_id) <> 1
"""


@pytest.mark.parametrize("n_kills", [2, pytest.param(30, marks=pytest.mark.slow)])
def test_a_killed_run_and_a_rerun_land_what_one_run_does(
    source: Path, undisturbed: Undisturbed, tmp_path: Path, n_kills: int
) -> None:
    moments = random.Random(n_kills)  # noqa: S311  no secret
    for kill in range(n_kills):
        settings = load(lake=tmp_path / f"lake-{kill}", batch_bytes=BATCH_BYTES)
        process = start_ingest(source, settings)
        process.join((kill + moments.random()) / n_kills * undisturbed.seconds)
        process.kill()
        process.join()
        run_ingest([str(source)], settings)
        assert differences(contents(settings), undisturbed.contents) == {}
        assert list((settings.lake / "staging").iterdir()) == []
        assert select(settings, UNMEASURED) == []


def test_a_reader_sees_whole_batches_only(undisturbed: Undisturbed) -> None:
    seen = undisturbed.seen
    assert len(set(seen)) > 2, "the reader saw no batch land"
    assert seen == sorted(seen)
    for documents, transcripts, of_batches, of_sentences, sentences, of_turns, turns in seen:
        assert documents == transcripts == (of_batches or 0)
        assert (of_sentences or 0, of_turns or 0) == (sentences, turns)
