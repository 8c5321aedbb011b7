"""Rows that an older transform made, rebuilt from the lake: what changes, what stays, what a kill leaves."""

from __future__ import annotations

import json
import random
import shutil
import signal
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from flows.ingest import run_ingest
from flows.reprocess import run_reprocess
from flows.run import open_rebuild
from flows.watchers import Watcher, watching
from tasks import transform
from tasks.audit import audit_batch
from tasks.batch import batches
from tasks.publish import publish
from tasks.stage import stage_batch
from tests.benchmarks import synthetic
from tests.flows.lakes import CORE, Row, contents, differences, n_snapshots, select, value
from tests.processes import Doomed, Patient, started
from warehouse.lake import connect
from warehouse.settings import Settings, load
from warehouse.stale import stale_of

pytestmark = pytest.mark.usefixtures("prefect_server")

TABLES = (*CORE, "raw.documents")


def podlake(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def make_stale(settings: Settings) -> None:
    """Let an older transform have made every row, and made it otherwise."""
    with closing(connect(settings, read_only=False)) as lake:
        lake.execute("UPDATE raw.documents SET version = '0', title = 'old', issues = ['odd:1']")
        lake.execute("UPDATE core.transcripts SET version = '0', is_current = false")
        lake.execute("UPDATE core.episodes SET title = 'old'")
        lake.execute("UPDATE core.sentences SET text = upper(text)")
        lake.execute("DELETE FROM core.sentences WHERE sentence % 3 = 1")
        lake.execute("DELETE FROM core.segments")


@pytest.fixture
def stale(landed: Settings) -> Settings:
    """A lake that holds the sample archive as an older transform made it."""
    make_stale(landed)
    return landed


def test_a_rebuild_gives_the_rows_of_a_new_ingest_which_has_nothing_left_to_do(
    lake: Settings, sample: Path, stale: Settings
) -> None:
    kept = "SELECT document_id, revision, stamp, sha256, ingested_at FROM raw.documents ORDER BY ALL"
    before = select(stale, kept)
    summary = run_reprocess(stale)
    assert (summary.documents, summary.published, summary.quarantined) == (15, 14, 1)
    assert summary.held_back == {"raw.documents: unsupported": 1}
    assert differences(contents(stale, TABLES), contents(lake, TABLES)) == {}
    assert select(stale, kept) == before
    assert list((stale.lake / "staging").iterdir()) == []
    sources = select(stale, "SELECT sources, status FROM quality.runs ORDER BY run_id DESC LIMIT 1")
    assert sources == [(["lake:reprocess"], "finished")]
    rows = "SELECT rows_in = rows_published + rows_quarantined FROM quality.batches"
    assert select(stale, rows) == [(True,), (True,)]
    held = json.loads(podlake("quarantine", "list", "--json", "--lake", str(stale.lake)).stdout)
    assert [row["rule"] for row in held] == ["unsupported"]
    assert run_ingest([str(sample)], stale).unchanged == 15


def test_a_document_that_an_ingest_changes_meanwhile_keeps_the_newer_text(
    sample: Path, stale: Settings
) -> None:
    changed = sample / "bread-and-circuits" / "ep1-the-sourdough-thermostat.srt"
    with open_rebuild(transform.current_versions(), stale) as run:
        (batch,) = batches(run.stale_documents(), stale.batch_bytes)
        staged = stage_batch(batch, run.facts.run_id, run.folder)
        audited = audit_batch(staged, run.facts.run_id, run.history)
        changed.write_text(changed.read_text("utf-8").replace("sourdough", "ryebread"), "utf-8")
        assert run_ingest([str(sample)], stale).documents == 1
        newer = contents(stale, CORE)
        assert publish(run.lake, stale, run.facts, audited).n_documents == 14
    after = contents(stale, CORE)
    episode = value(stale, "SELECT DISTINCT episode_id FROM raw.documents WHERE revision = 2")
    for table in CORE:
        rows = ([row for row in found[table] if episode in row] for found in (newer, after))
        assert next(rows) == next(rows), table
    assert newer["core.sentences"] != after["core.sentences"]
    assert stale_of(stale, transform.current_versions()).documents == 0


class TestCommand:
    def test_status_counts_what_is_stale_and_reprocess_mends_it(self, stale: Settings) -> None:
        lake = ("--lake", str(stale.lake))
        assert "stale: 15 documents, 14 transcripts; podlake reprocess" in podlake("status", *lake).stdout
        dry = podlake("reprocess", "--dry-run", "--json", *lake)
        n_bytes = value(stale, "SELECT sum(n_bytes) FROM raw.documents")
        assert json.loads(dry.stdout) == {"documents": 15, "transcripts": 14, "bytes": n_bytes}
        assert json.loads(podlake("status", "--json", *lake).stdout)["stale"] == json.loads(dry.stdout)
        answer = podlake("reprocess", "--json", *lake)
        assert answer.exit_code == 0
        assert json.loads(answer.stdout)["published"] == 14
        assert "stale: 0 documents, 0 transcripts\n" in podlake("status", *lake).stdout

    def test_nothing_stale_is_no_snapshot_and_no_prefect(
        self, landed: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = n_snapshots(landed)
        monkeypatch.setitem(sys.modules, "flows.reprocess", None)
        answer = podlake("reprocess", "--lake", str(landed.lake))
        assert (answer.exit_code, answer.stdout) == (0, "stale: 0 documents, 0 transcripts\n")
        assert n_snapshots(landed) == before

    def test_all_takes_what_is_not_stale_too(self, lake: Settings) -> None:
        dry = podlake("reprocess", "--all", "--dry-run", "--json", "--lake", str(lake.lake))
        assert json.loads(dry.stdout)["documents"] == 15

    def test_a_damaged_text_is_named_and_left_as_it_is(self, stale: Settings) -> None:
        with closing(connect(stale, read_only=False)) as lake:
            lake.execute("UPDATE raw.documents SET text = text || '!' WHERE path LIKE 'ep1%'")
        answer = podlake("reprocess", "--lake", str(stale.lake))
        assert answer.exit_code == 1
        assert "ep1-the-sourdough-thermostat.srt" in answer.stderr
        assert "1 documents stay stale" in answer.stderr
        assert stale_of(stale, transform.current_versions()).documents == 1

    def test_a_missing_lake_is_not_made(self, tmp_path: Path) -> None:
        answer = podlake("reprocess", "--lake", str(tmp_path / "lake"))
        assert answer.exit_code == 4
        assert "podlake ingest first" in answer.stderr
        assert not (tmp_path / "lake").exists()


WHOLE = """
    SELECT
        count(*) = (SELECT count(*) FROM raw.documents),
        bool_and(transcripts.version = documents.version),
        bool_and(n_found = n_sentences),
        count(*) FILTER (transcripts.version <> 'old')
    FROM core.transcripts AS transcripts
    JOIN raw.documents AS documents ON document_id = transcript_id
    JOIN (
        SELECT transcript_id, count(*) AS n_found FROM core.sentences GROUP BY ALL
    ) AS sentences USING (transcript_id)
"""


@pytest.fixture(scope="module")
def old(prefect_server: None, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A lake that another version of the transform made, of many batches."""
    del prefect_server
    folder = tmp_path_factory.mktemp("old")
    synthetic.write(folder / "source", 150_000)
    settings = load(lake=folder / "lake", batch_bytes=30_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transform, "VERSION", "old")
        run_ingest([str(folder / "source")], settings)
    return settings


@pytest.fixture
def copy(old: Settings, tmp_path: Path) -> Settings:
    shutil.copytree(old.lake, tmp_path / "lake")
    return old.model_copy(update={"lake": tmp_path / "lake"})


def watched(watcher: Watcher, settings: Settings) -> None:
    """Rebuild in the eyes of a watcher."""
    with watching(watcher):
        run_reprocess(settings)


def n_stale(settings: Settings) -> int:
    return stale_of(settings, transform.current_versions()).documents


def test_a_killed_rebuild_and_a_rerun_end_as_one_does(old: Settings, copy: Settings) -> None:
    moments = random.Random(8)  # noqa: S311  no secret
    n_documents = n_left = n_stale(copy)
    seen: list[Row] = []
    for _ in range(2):
        process = started(watched, Doomed(1, moments.random() * 0.2), copy)
        with closing(connect(copy)) as lake:
            while process.is_alive():
                seen += lake.execute(WHOLE).fetchall()
                process.join(0.2)
        assert process.exitcode == -signal.SIGKILL
        assert n_stale(copy) < n_left, "a rebuild goes on where the last one ended"
        n_left = n_stale(copy)
    assert n_left > 0, "no kill came before the end"
    watcher = Patient()
    process = started(watched, watcher, copy)
    with closing(connect(copy)) as lake:
        while process.is_alive():
            with watcher.looking():
                seen += lake.execute(WHOLE).fetchall()
            process.join(0.2)
    assert process.exitcode == 0
    assert n_stale(copy) == 0
    assert select(copy, "SELECT DISTINCT version FROM core.transcripts") == [(transform.VERSION,)]
    assert differences(contents(copy, TABLES, ["version"]), contents(old, TABLES, ["version"])) == {}
    landed = """
        SELECT sum(batches.n_documents) FROM quality.batches JOIN quality.runs USING (run_id)
        WHERE sources = ['lake:reprocess']
    """
    assert value(copy, landed) == n_documents
    last = "SELECT n_documents FROM quality.runs ORDER BY run_id DESC LIMIT 1"
    assert value(copy, last) == n_left, "the last run had nothing to do again"
    assert {row[:3] for row in seen} == {(True, True, True)}, "a reader sees each document whole, old or new"
    n_new = [row[3] for row in seen]
    assert n_new == sorted(n_new)
    assert len(set(n_new)) > 2, "the reader saw no batch land"
