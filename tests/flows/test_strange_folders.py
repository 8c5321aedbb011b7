"""A lake and its sources in folders whose names mean something to globs, SQL and URLs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import main
from tests.flows.conftest import SAMPLE

pytestmark = pytest.mark.usefixtures("prefect_server")


def test_every_command_works_in_a_folder_of_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "it's here [2024] \u00fc? *100%* #1; {a,b} $HOME"
    shutil.copytree(SAMPLE / "small-museums", folder / "small-museums")
    monkeypatch.setenv("PODLAKE_LAKE", str(folder / "lake"))

    def podlake(*arguments: str) -> str:
        answer = CliRunner().invoke(main, arguments)
        assert answer.exit_code == 0, answer.output
        return answer.stdout

    source = str(folder / "small-museums")
    landed = json.loads(podlake("ingest", source, "--json"))
    assert (landed["documents"], landed["published"]) == (4, 3)
    assert json.loads(podlake("ingest", source, "--json"))["unchanged"] == 4
    count = ("sql", "SELECT count(*) AS n FROM core.sentences", "--json")
    before = podlake(*count)
    assert json.loads(podlake("reprocess", "--all", "--json"))["published"] == 3
    for _ in range(2):
        podlake("maintain", "--keep-snapshots-days", "0", "--keep-snapshots", "1", "--grace-hours", "0")
    assert podlake(*count) == before
    assert json.loads(podlake("search", "museum", "--json"))["total"] > 0
    podlake("dashboard", "export", str(folder / "pages"))
    assert (folder / "pages" / "index.html").exists()
    podlake("quality", "docs", str(folder / "docs"))
    podlake("export", "parquet", str(folder / "tables"))
    podlake("export", "vtt", "--all", str(folder / "captions"))
