"""A run that finds nothing new ends before Prefect starts; one that does is one run, whoever opened it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.ingest import ingest, run_ingest
from tests.flows.lakes import n_snapshots, select, value
from warehouse.settings import Settings

HEAVY = {"prefect", "great_expectations", "pandas"}
CODE = f"""
import sys
from flows.cli import main
main(sys.argv[1:], standalone_mode=False)
sys.stderr.write(",".join(sorted({HEAVY!r} & set(sys.modules))))
"""

EPISODE = "bread-and-circuits/ep1-the-sourdough-thermostat.srt"


def in_its_own_process(*arguments: str) -> tuple[dict[str, object], str]:
    """Return what a command printed as JSON, and which heavy libraries it imported."""
    command = [sys.executable, "-c", CODE, *arguments, "--json"]
    # A server that nobody answers for: whoever asks it fails.
    environment = os.environ | {"PREFECT_API_URL": "http://127.0.0.1:9/api"}
    answer = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return json.loads(answer.stdout), answer.stderr


def test_a_run_with_nothing_new_starts_neither_prefect_nor_the_audit(sample: Path, landed: Settings) -> None:
    before = n_snapshots(landed)
    summary, heavy = in_its_own_process("ingest", str(sample), "--lake", str(landed.lake))
    assert heavy == ""
    assert (summary["documents"], summary["unchanged"], summary["vanished"]) == (0, 15, 0)
    assert n_snapshots(landed) == before
    assert list((landed.lake / "staging").iterdir()) == []


def test_what_vanished_is_marked_without_prefect(sample: Path, landed: Settings) -> None:
    (sample / EPISODE).unlink()
    summary, heavy = in_its_own_process("ingest", str(sample), "--lake", str(landed.lake))
    assert (heavy, summary["vanished"]) == ("pandas", 1)  # DuckDB imports it to bind a parameter
    assert value(landed, "SELECT count(*) FROM raw.documents WHERE vanished_at IS NOT NULL") == 1


def test_what_was_found_before_the_flow_is_landed_by_the_same_run(sample: Path, landed: Settings) -> None:
    (sample / EPISODE).write_text("1\n00:00:00,000 --> 00:00:04,000\nA new text, told in one line.\n")
    (sample / "bread-and-circuits" / "zz.txt").write_text("One more text, told in one line and no more.")
    summary = run_ingest([str(sample)], landed)
    assert (summary.documents, summary.published, summary.unchanged, summary.vanished) == (2, 2, 14, 0)
    runs = select(landed, "SELECT run_id, n_documents, status FROM quality.runs ORDER BY run_id DESC LIMIT 1")
    assert runs == [(summary.run_id, 2, "finished")]


@pytest.mark.usefixtures("prefect_server")
def test_the_flow_opens_a_run_itself_where_a_worker_calls_it(sample: Path, landed: Settings) -> None:
    (sample / EPISODE).write_text("1\n00:00:00,000 --> 00:00:04,000\nA new text, told in one line.\n")
    assert ingest([str(sample)], landed).published == 1
    assert ingest([str(sample)], landed).documents == 0
