"""The command that looks for sentences, on the sample archive."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from importlib.util import find_spec
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from flows.hits import clock
from warehouse.settings import Settings


@pytest.fixture
def podlake(lake: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command on the lake that holds the sample archive."""
    monkeypatch.setenv("PODLAKE_LAKE", str(lake.lake))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments)

    return run


def test_json_is_one_page_with_the_snapshot_that_it_is_of(podlake: Callable[..., Result]) -> None:
    answer = podlake("search", "red", "button", "plant room", "--json")
    assert answer.exit_code == 0, answer.output
    found: dict[str, Any] = json.loads(answer.stdout)
    assert set(found) == {"hits", "total", "snapshot_id", "as_of", "is_behind", "is_relaxed"}
    (hit,) = found["hits"]
    assert hit["text"] == "So, um, there was a red button in the plant room."
    assert (hit["podcast"], hit["episode"]) == ("the-slow-elevator", "The Button Nobody Pressed")
    assert hit["speaker"] == "Dev Okonjo"
    marked = [hit["text"][start:end] for start, end in hit["highlights"]]
    assert marked == ["red", "button", "plant", "room"]


def test_options_and_fields_limit_alike(podlake: Callable[..., Result]) -> None:
    by_option = podlake("search", "button", "--speaker", "tobias", "--podcast", "slow elevator", "--json")
    by_field = podlake("search", 'button speaker:tobias podcast:"slow elevator"', "--json")
    assert json.loads(by_option.stdout)["hits"] == json.loads(by_field.stdout)["hits"] != []
    assert podlake("search", "button", "--from-year", "2199", "--json").exit_code == 0


def test_pipes_get_a_line_a_hit(podlake: Callable[..., Result]) -> None:
    answer = podlake("search", "button", "--limit", "2")
    lines = answer.stdout.splitlines()
    assert [len(line.split("\t")) for line in lines] == [8, 8, 8]
    assert lines[0].startswith("podcast\tepisode\tspeaker\tstart_s\ttext\tlink")
    assert answer.stderr.startswith("podlake: 1 to 2 of ")


def read_all(terminal: int) -> str:
    """Return what was written to a terminal until nobody could write any more, which Linux calls an error."""
    parts = []
    with suppress(OSError), closing(os.fdopen(terminal, "rb", buffering=0)) as written:
        while part := written.read(65_536):
            parts.append(part)
    return b"".join(parts).decode()


def test_people_get_what_they_asked_for_in_bold(lake: Settings) -> None:
    terminal, side = pty.openpty()
    command = [sys.executable, "-m", "flows", "search", "decorative red", "--lake", str(lake.lake)]
    with subprocess.Popen(command, stdout=side, env=os.environ | {"TERM": "xterm"}) as process:
        os.close(side)
        shown = read_all(terminal)
    assert process.returncode == 0
    assert "\x1b[1mdecorative\x1b[0m \x1b[1mred\x1b[0m" in shown
    assert "The Button Nobody Pressed" in shown


def test_nothing_found_is_no_error_and_fuzzy_is_pointed_at(podlake: Callable[..., Result]) -> None:
    answer = podlake("search", "decoratvie")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert "--fuzzy" in answer.stderr
    assert "decorative" in podlake("search", "decoratvie", "--fuzzy").stdout


def test_rebuild_says_what_it_indexed(podlake: Callable[..., Result], lake: Settings) -> None:
    made = json.loads(podlake("search", "--rebuild", "--json").stdout)
    assert made["is_new"]
    assert made["n_sentences"] > made["n_transcripts"] > 10
    assert podlake("search", "--rebuild").stdout.startswith(f"indexed {made['n_sentences']} sentences")
    assert len(list((lake.lake / "search").glob("index-*"))) == 1


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        ([], 2),
        (["a", "--similar", "b"], 2),
        (["--vectors", "--year", "2024"], 2),
        (['"open'], 4),
        (["?!"], 4),
        (["a", "--limit", "0"], 4),
        (["a", "--lake", "nowhere"], 4),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    podlake: Callable[..., Result], arguments: list[str], exit_code: int
) -> None:
    podlake("search", "button")  # the first search also says that it makes an index
    answer = podlake("search", *arguments)
    assert (answer.exit_code, answer.stdout) == (exit_code, "")
    assert "Traceback" not in answer.stderr
    assert exit_code == 2 or answer.stderr.count("\n") == 1


def test_wrong_syntax_is_refused_before_an_index_is_made(landed: Settings) -> None:
    shutil.rmtree(landed.lake / "search", ignore_errors=True)
    answer = CliRunner().invoke(main, ["search", '"open', "--lake", str(landed.lake)])
    assert (answer.exit_code, answer.stderr.count("\n")) == (4, 1)
    assert not (landed.lake / "search").exists()


@pytest.mark.skipif(not find_spec("wordllama"), reason="the extra 'similar' is not installed")
def test_similar_passages_are_found_once_they_have_vectors(landed: Settings) -> None:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["search", *arguments, "--lake", str(landed.lake)])

    before = run("--similar", "a switch that no one dared to push")
    assert (before.exit_code, before.stdout) == (4, "")
    assert "podlake search --vectors" in before.stderr
    n_passages = json.loads(run("--vectors", "--json").stdout)["passages"]
    assert n_passages > 10
    assert run("--vectors").stdout == "made vectors of 0 passages\n"
    (found,) = json.loads(
        run("--similar", "a switch that no one dared to push", "--limit", "1", "--json").stdout
    )["passages"]
    assert found["podcast"] == "the-slow-elevator"
    assert run("--similar", "a warm oven").stdout.startswith("score\tpodcast\tepisode")


def test_help_imports_no_search_engine() -> None:
    code = (
        "import sys; from flows.cli import main; main(['search', '--help'], standalone_mode=False);"
        "print(sorted({'tantivy', 'duckdb', 'polars'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.endswith("\n[]\n")


@pytest.mark.parametrize(
    ("start_s", "shown"), [(0.0, "0:00"), (59.99, "0:59"), (754.9, "12:34"), (36_000.0, "10:00:00")]
)
def test_times_are_shown_as_players_show_them(start_s: float, shown: str) -> None:
    assert clock(start_s) == shown
