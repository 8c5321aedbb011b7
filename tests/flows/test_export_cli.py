"""podlake export: its answers, exit codes and refusals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from tests.landing import land, sample_documents
from warehouse.settings import Settings, load

Podlake = Callable[..., Result]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A lake that holds the sample archive, which no test changes."""
    settings = load(lake=tmp_path_factory.mktemp("exported") / "lake")
    land(settings, sample_documents())
    return settings


@pytest.fixture
def podlake(exported: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Podlake:
    monkeypatch.setenv("PODLAKE_LAKE", str(exported.lake))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["export", *arguments])

    return run


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        (["parquet", "out"], 7),
        (["parquet", "out", "--table", "core.turns", "--table", "mart.pace"], 2),
        (["jsonl", "out", "--compress", "gz"], 1),
        (["huggingface", "out"], 2),
        (["vtt", "--all", "out"], 10),
        (["srt", "--all", "out", "--estimated"], 13),
        (["json", "--all", "out", "--podcast", "small-museums"], 3),
    ],
)
def test_each_shape_lands_in_a_folder_and_is_summed_up(
    podlake: Podlake, arguments: list[str], files: int
) -> None:
    answer = podlake(*arguments, "--json")
    assert answer.exit_code == 0, answer.output
    summary = json.loads(answer.stdout)
    assert summary["n_files"] == files
    assert summary["target"] == "out"
    manifest = json.loads(Path("out/manifest.json").read_text())
    assert len(manifest["files"]) == files
    assert manifest["snapshot"]["id"] == summary["snapshot_id"]


def test_captions_without_a_target_are_data_on_standard_output(podlake: Podlake) -> None:
    answer = podlake("vtt", "002-a-clock-that-is-kind")
    assert answer.exit_code == 0
    assert answer.stdout.startswith(
        "WEBVTT\n\n00:00:00.400 --> 00:00:02.206\n<v Mara Quill>This is The Slow Elevator.\n"
    )
    assert answer.stderr == ""
    assert json.loads(podlake("vtt", "002-a-clock-that-is-kind", "--json").stdout)["text"] == answer.stdout
    assert podlake("vtt", "002-a-clock-that-is-kind", "clock.vtt").output == ""
    assert Path("clock.vtt").read_text() == answer.stdout


def test_a_refused_transcript_leaves_no_file_and_says_why_in_one_line(podlake: Podlake) -> None:
    answer = podlake("srt", "ep4-the-listener-mailbag", "out.srt")
    assert answer.exit_code == 4
    assert answer.stderr.startswith("podlake: the times of the transcript are estimates")
    assert answer.stderr.count("\n") == 1
    assert list(Path().iterdir()) == []


def test_transcripts_left_out_are_counted(podlake: Podlake) -> None:
    answer = podlake("vtt", "--all", "out")
    assert answer.stdout.startswith("10 files, 477 rows, ")
    assert "3 transcripts left out: the times of the transcript are estimates" in answer.stdout


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (["vtt"], 2, "name a transcript, or a folder with --all"),
        (["vtt", "x", "--all", "out"], 2, "name a transcript, or a folder with --all"),
        (["vtt", "x", "--year", "2024"], 2, "add --all FOLDER"),
        (["vtt", "nope"], 4, "there is no transcript 'nope'"),
        (["parquet", "out", "--table", "core.nope"], 4, "there is no table 'core.nope'"),
        (["parquet", "out", "--table", "quality.runs", "--year", "2024"], 4, "its rows belong to none"),
        (["jsonl", "out", "--podcast", "nope"], 4, "Podcasts: 'bread-and-circuits'"),
        (["jsonl", "out", "--at", "99999"], 4, "cannot be opened"),
        (["jsonl", "out", "--at", "yesterday"], 2, "is neither"),
        (["jsonl", "out", "--lake", "elsewhere"], 4, "there is no lake here yet"),
    ],
)
def test_what_cannot_be_exported_is_refused_and_leaves_nothing(
    podlake: Podlake, arguments: list[str], exit_code: int, said: str
) -> None:
    answer = podlake(*arguments)
    assert answer.exit_code == exit_code
    assert said in " ".join(answer.stderr.split())
    assert list(Path().iterdir()) == []


def test_years_and_podcasts_cut_every_table(podlake: Podlake) -> None:
    podlake("parquet", "out", "--podcast", "cartographers-lunch", "--year", "2023")
    turns = pl.read_parquet("out/core.turns/*.parquet")
    assert turns["episode_id"].unique().to_list() == ["udcgf7ugpsfr"]
    assert pl.read_parquet("out/core.podcasts/*.parquet")["title"].to_list() == ["cartographers-lunch"]


def test_asking_for_help_imports_no_engine() -> None:
    code = (
        "import sys; from flows.cli import main; main(['export', 'vtt', '--help'], standalone_mode=False);"
        "print(sorted({'duckdb', 'polars', 'pyarrow', 'prefect'} & set(sys.modules)), file=sys.stderr)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert answer.stderr == "[]\n"
