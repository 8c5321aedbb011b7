"""Kills at any moment lose nothing and double nothing, and a reader never sees half a batch."""

from __future__ import annotations

import random
import signal
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import pairwise
from math import modf
from multiprocessing.process import BaseProcess
from pathlib import Path

import duckdb
import pytest

from flows.ingest import run_ingest
from flows.watchers import Watcher, watching
from tests.benchmarks import synthetic
from tests.flows.lakes import Row, contents, differences, select
from tests.processes import Doomed, Patient, started
from warehouse.errors import LakeError
from warehouse.lake import connect
from warehouse.settings import Settings, load

pytestmark = pytest.mark.usefixtures("prefect_server")

N_BYTES = 150_000
BATCH_BYTES = 30_000


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Episodes that make a batch each."""
    synthetic.write(tmp_path / "source", N_BYTES)
    return tmp_path / "source"


def watched(watcher: Watcher, source: Path, settings: Settings) -> None:
    """Ingest in the eyes of a watcher."""
    with watching(watcher):
        run_ingest([str(source)], settings)


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
    """A run that nobody kills: what it lands, the seconds that each batch takes, and what a reader saw meanwhile."""

    contents: dict[str, list[Row]]
    seconds: list[float]
    seen: list[Row]


@pytest.fixture
def undisturbed(source: Path, tmp_path: Path) -> Undisturbed:
    settings = load(lake=tmp_path / "undisturbed", batch_bytes=BATCH_BYTES)
    watcher = Patient()
    process = started(watched, watcher, source, settings)
    moments = [time.monotonic()]
    seen: list[Row] = []
    with closing(opened(settings, process)) as lake:
        while process.is_alive():
            with watcher.looking() as has_landed:
                moments += [time.monotonic()] * has_landed
                seen += lake.execute(COUNTS).fetchall()
            process.join(0.2)
    assert process.exitcode == 0
    return Undisturbed(contents(settings), [end - begin for begin, end in pairwise(moments)], seen)


def opened(settings: Settings, process: BaseProcess) -> duckdb.DuckDBPyConnection:
    """Open for reading the lake that a process makes, as soon as it is there."""
    while process.is_alive():
        with suppress(LakeError):
            return connect(settings)
        process.join(0.01)
    raise AssertionError("it has made no lake")


UNMEASURED = """
    SELECT document_id FROM raw.documents LEFT JOIN quality.measures USING (document_id, revision)
    GROUP BY document_id HAVING count(measures.run_id) <> 1
"""


@pytest.mark.parametrize("n_kills", [2, pytest.param(30, marks=pytest.mark.slow)])
def test_a_reader_sees_whole_batches_and_a_killed_run_and_a_rerun_land_what_one_run_does(
    source: Path, undisturbed: Undisturbed, tmp_path: Path, n_kills: int
) -> None:
    assert_whole_batches(undisturbed.seen)
    moments = random.Random(n_kills)  # noqa: S311  no secret
    for kill in range(n_kills):
        settings = load(lake=tmp_path / f"lake-{kill}", batch_bytes=BATCH_BYTES)
        share, batch = modf((kill + moments.random()) / n_kills * len(undisturbed.seconds))
        doomed = Doomed(int(batch), share * undisturbed.seconds[int(batch)])
        process = started(watched, doomed, source, settings)
        process.join()
        assert process.exitcode == -signal.SIGKILL
        run_ingest([str(source)], settings)
        assert differences(contents(settings), undisturbed.contents) == {}
        assert list((settings.lake / "staging").iterdir()) == []
        assert select(settings, UNMEASURED) == []


def assert_whole_batches(seen: list[Row]) -> None:
    assert len(set(seen)) > 2, "the reader saw no batch land"
    assert seen == sorted(seen)
    for documents, transcripts, of_batches, of_sentences, sentences, of_turns, turns in seen:
        assert documents == transcripts == (of_batches or 0)
        assert (of_sentences or 0, of_turns or 0) == (sentences, turns)
