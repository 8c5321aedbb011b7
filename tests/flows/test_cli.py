"""The command line: shapes of its answers, exit codes, and one line where something is wrong."""

from __future__ import annotations

import csv
import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from tests.benchmarks import synthetic
from tests.flows.conftest import SAMPLE
from tests.flows.lakes import value
from warehouse.contracts import TABLES
from warehouse.models import marts
from warehouse.settings import Settings, load

COMMAND = (sys.executable, "-m", "flows")
VTT = SAMPLE / "the-slow-elevator" / "002-a-clock-that-is-kind.vtt"
PAGE = SAMPLE / "small-museums" / "s01e03-the-hall-of-almost.vtt"


@pytest.fixture
def podlake(lake: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command on the lake that holds the sample archive."""
    monkeypatch.setenv("PODLAKE_LAKE", str(lake.lake))

    def run(*arguments: str, **kwargs: Any) -> Result:
        return CliRunner().invoke(main, arguments, **kwargs)

    return run


def spoken(arguments: Sequence[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, check=False, env=os.environ | environment
    )


INTERRUPTED = "podlake: interrupted. What has landed stays; run the command again to go on."
WHEN_A_BATCH_HAS_LANDED = """
from flows.progress import Lines
landed = Lines.landed
def watched(*batch):
    landed(*batch)
    os.kill(os.getpid(), signal.SIGINT)
Lines.landed = watched
"""
WHILE_A_QUERY_IS_ANSWERED = """
from threading import Timer
from warehouse import query
rows = query._rows
def watched(*asked):
    Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    return rows(*asked)
query._rows = watched
"""


def interrupted(moment: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, which presses Ctrl-C at a moment."""
    # Where tests run in the background, signals of the keyboard are ignored.
    code = f"import os, signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler){moment}"
    command = [sys.executable, "-c", f"{code}from flows.cli import main; main(sys.argv[1:])", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def is_one_line(text: str) -> bool:
    return text.startswith("podlake: ") and text.count("\n") == 1


class TestHelp:
    def test_names_every_command(self) -> None:
        answer = CliRunner().invoke(main, ["--help"])
        assert answer.exit_code == 0
        for command in ("ingest", "inspect", "sql", "status", "quality", "quarantine", "doctor"):
            assert f"  {command} " in answer.output

    @pytest.mark.parametrize("command", [[], ["ingest"], ["quarantine", "list"]])
    def test_imports_nothing_heavy(self, command: list[str]) -> None:
        heavy = {"prefect", "great_expectations", "polars", "duckdb", "pydantic"}
        code = f"""
import sys
from flows.cli import main
main({[*command, "--help"]!r}, standalone_mode=False)
print(sorted({heavy!r} & set(sys.modules)))
"""
        answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert answer.stdout.endswith("\n[]\n")


class TestIngest:
    @pytest.fixture
    def landed_json(self, podlake: Callable[..., Result], tmp_path: Path) -> Result:
        return podlake("ingest", str(SAMPLE), "--json", "--lake", str(tmp_path / "lake"))

    def test_json_is_the_summary(self, landed_json: Result) -> None:
        assert landed_json.exit_code == 0
        summary = json.loads(landed_json.stdout)
        counts = {
            name: summary[name] for name in ("documents", "published", "quarantined", "unchanged", "batches")
        }
        assert counts == {"documents": 15, "published": 14, "quarantined": 1, "unchanged": 0, "batches": 1}
        stages = {
            "discover",
            "read",
            "parse",
            "clean",
            "segment",
            "stage",
            "profile",
            "audit",
            "publish",
            "total",
        }
        assert stages == set(summary["seconds"]) == set(summary["cpu_seconds"])

    def test_too_much_held_back_is_exit_code_1(self, podlake: Callable[..., Result], tmp_path: Path) -> None:
        source = tmp_path / "source"
        source.mkdir()
        (source / "empty.vtt").write_bytes(b"")
        (source / "good.vtt").write_bytes(VTT.read_bytes())
        arguments = ("ingest", str(source), "--lake", str(tmp_path / "lake"))
        first = podlake(*arguments)
        assert first.exit_code == 1
        assert "raw.documents: empty" in first.stdout
        assert "--max-quarantined" in first.stderr
        other = podlake("ingest", str(source), "--lake", str(tmp_path / "other"), "--max-quarantined", "0.5")
        assert other.exit_code == 0

    def test_a_source_that_is_missing_is_one_line(self, prefect_server: None, tmp_path: Path) -> None:
        del prefect_server
        answer = spoken(["ingest", str(tmp_path / "nowhere"), "--lake", str(tmp_path / "lake")])
        assert (answer.returncode, answer.stdout) == (4, "")
        assert is_one_line(answer.stderr)
        assert "nowhere" in answer.stderr

    def test_a_locked_lake_is_worth_a_retry(self, podlake: Callable[..., Result], landed: Settings) -> None:
        with (landed.lake / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            arguments = ["ingest", str(SAMPLE), "--lake", str(landed.lake)]
            answer = spoken(arguments, PODLAKE_LOCK_TIMEOUT_S="0.2")
            assert podlake("sql", "SELECT 1", "--lake", str(landed.lake)).exit_code == 0
        assert (answer.returncode, answer.stdout) == (3, "")
        assert is_one_line(answer.stderr)
        assert "lock" in answer.stderr

    def test_an_interrupted_run_says_so_and_a_rerun_completes(
        self, prefect_server: None, tmp_path: Path, podlake: Callable[..., Result]
    ) -> None:
        del prefect_server
        source, settings = tmp_path / "source", load(lake=tmp_path / "lake")
        synthetic.write(source, 120_000)
        arguments = ["ingest", str(source), "--lake", str(settings.lake), "--batch-bytes", "30000"]
        answer = interrupted(WHEN_A_BATCH_HAS_LANDED, *arguments)
        said = answer.stderr.splitlines()
        assert " MB/s" in said[0]
        assert (answer.returncode, said[1:]) == (130, [INTERRUPTED]), "only podlake speaks on standard error"

        n_landed = value(settings, "SELECT count(*) FROM raw.documents")
        assert podlake(*arguments).exit_code == 0
        n_files = sum(path.is_file() for path in source.rglob("*"))
        assert 0 < n_landed < n_files
        assert value(settings, "SELECT count(*) FROM raw.documents") == n_files
        assert value(settings, "SELECT count(DISTINCT transcript_id) FROM core.transcripts") == n_files
        assert value(settings, "SELECT count(*) FROM core.transcripts") == n_files


class TestErrors:
    @pytest.mark.parametrize(
        ("arguments", "environment", "code", "said"),
        [
            (["status", "--lake", "no-such-lake"], {}, 4, "no lake here"),
            (["sql", "SELECT 1", "--lake", "no-such-lake"], {}, 4, "no lake here"),
            (["ingest", "."], {"PODLAKE_BATCH_BYTES": "abc"}, 2, "PODLAKE_BATCH_BYTES"),
            (["ingest", ".", "--batch-bytes", "0"], {}, 2, "batch_bytes"),
            (["status"], {"PODLAKE_ALERTS": "json://example.org/hook"}, 2, "JSON"),
        ],
    )
    def test_is_one_line(
        self, arguments: list[str], environment: dict[str, str], code: int, said: str, tmp_path: Path
    ) -> None:
        answer = subprocess.run(
            [*COMMAND, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=os.environ | environment,
        )
        assert (answer.returncode, answer.stdout) == (code, "")
        assert is_one_line(answer.stderr)
        assert said in answer.stderr
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        "arguments",
        [
            ["ingest"],
            ["nonsense"],
            ["ingest", ".", "--runner", "train"],
            ["sql", "SELECT 1", "--at", "²"],
            ["sql", "SELECT 1", "--at", "9" * 5000],
            ["incidents", "mute", "x", "--for", "99999999999d"],
            ["incidents", "mute", "x", "--for", "9999999d"],
            ["incidents", "mute", "x", "--for", "9" * 5000 + "d"],
        ],
    )
    def test_usage_is_exit_code_2(self, arguments: list[str]) -> None:
        answer = CliRunner().invoke(main, arguments)
        assert answer.exit_code == 2
        assert answer.stderr.startswith("Usage: ")

    @pytest.mark.parametrize("text", [b"lake = ", b'podcast = "caf\xe9"'])
    def test_a_settings_file_that_is_no_toml_is_one_line(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: bytes
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "podlake.toml").write_bytes(text)
        answer = CliRunner().invoke(main, ["status"])
        assert answer.exit_code == 2
        assert is_one_line(answer.stderr)
        assert "podlake.toml" in answer.stderr

    @pytest.mark.parametrize(
        "arguments",
        [
            ["sql", "SELECT 1", "--output"],
            ["sql", "SELECT 1", "--format", "parquet", "--output"],
            ["export", "srt", VTT.stem],
            ["export", "jsonl"],
            ["dashboard", "export"],
            ["quality", "docs"],
        ],
        ids=" ".join,
    )
    def test_a_place_that_cannot_be_written_is_one_line(
        self, podlake: Callable[..., Result], tmp_path: Path, arguments: list[str]
    ) -> None:
        (tmp_path / "file").write_text("")
        answer = podlake(*arguments, str(tmp_path / "file" / "target"))
        assert answer.exit_code == 4, answer.exception
        assert answer.stdout == ""
        assert is_one_line(answer.stderr)
        assert str(tmp_path / "file") in answer.stderr


class TestInspect:
    def test_json_has_the_keys_that_the_design_promises(self, podlake: Callable[..., Result]) -> None:
        answer = podlake("inspect", str(VTT), "--json")
        assert answer.exit_code == 0
        found = json.loads(answer.stdout)
        assert list(found) == ["format", "language", "sentences", "turns", "segments", "mentions", "issues"]
        sentence = ["start_char", "end_char", "text", "end_punct", "p_end", "start_s", "end_s", "turn"]
        assert list(found["sentences"][0]) == sentence
        assert list(found["turns"][0]) == ["start_char", "end_char", "speaker", "start_s", "end_s", "p_start"]
        assert found["format"] == "webvtt"

    def test_json_has_the_chapters(self, podlake: Callable[..., Result]) -> None:
        source = SAMPLE / "the-slow-elevator" / "001-the-button-nobody-pressed.md"
        found = json.loads(podlake("inspect", str(source), "--json").stdout)
        assert list(found["segments"][0]) == ["start_char", "end_char", "title", "score"]
        assert found["segments"][0]["title"] == "The button"

    def test_a_page_is_told_to_be_one(self, podlake: Callable[..., Result]) -> None:
        answer = podlake("inspect", str(PAGE))
        assert answer.exit_code == 1
        assert "HTML page" in answer.stdout
        assert "HTML page" in str(json.loads(podlake("inspect", str(PAGE), "--json").stdout)["issues"])

    def test_a_missing_file_is_usage(self, podlake: Callable[..., Result]) -> None:
        assert podlake("inspect", "nowhere.vtt").exit_code == 2


class TestSql:
    def test_json_is_an_array_of_rows(self, podlake: Callable[..., Result]) -> None:
        answer = podlake(
            "sql", "SELECT title, 1.5 AS n, NULL AS gap FROM core.podcasts ORDER BY title", "--json"
        )
        rows = json.loads(answer.stdout)
        assert rows[0] == {"title": "bread-and-circuits", "n": 1.5, "gap": None}
        assert len(rows) == 4

    def test_json_has_every_column_also_of_those_of_one_name(self, podlake: Callable[..., Result]) -> None:
        both = "SELECT * FROM core.episodes JOIN core.podcasts USING (podcast_id) LIMIT 1"
        (row,) = json.loads(podlake("sql", both, "--json").stdout)
        (named,) = json.loads(
            podlake(
                "sql", f"SELECT title FROM core.podcasts WHERE podcast_id = '{row['podcast_id']}'", "--json"
            ).stdout
        )
        assert row["title_2"] == named["title"] != row["title"]

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("['nan'::DOUBLE, 1.0]", [None, 1.0]),
            ("{'x': ['-inf'::FLOAT], 'on': DATE '2024-05-01'}", {"x": [None], "on": "2024-05-01"}),
            ("histogram(DATE '2024-05-01')", {"2024-05-01": 1}),
            ("MAP {1.5: MAP {true: 2.5}}", {"1.5": {"True": 2.5}}),
        ],
    )
    def test_nested_values_are_json_in_json_and_in_csv(
        self, podlake: Callable[..., Result], value: str, expected: object
    ) -> None:
        def strictly(text: str) -> object:
            return json.loads(text, parse_constant=pytest.fail)

        assert strictly(podlake("sql", f"SELECT {value} AS x", "--json").stdout) == [{"x": expected}]
        lines = podlake("sql", f"SELECT {value} AS x", "--format", "csv").stdout.splitlines()
        assert [strictly(row["x"]) for row in csv.DictReader(lines)] == [expected]

    def test_json_of_no_rows_is_an_empty_array(self, podlake: Callable[..., Result]) -> None:
        assert json.loads(podlake("sql", "SELECT 1 WHERE false", "--json").stdout) == []

    def test_a_pipe_gets_tab_separated_lines(self, podlake: Callable[..., Result]) -> None:
        answer = podlake("sql", "-", input="SELECT 'a\tb' AS x, [1, 2] AS y, 12.3456::DOUBLE AS z")
        assert answer.stdout == "x\ty\tz\na b\t1, 2\t12.3456\n"

    @pytest.mark.parametrize(
        ("statement", "said"),
        [
            ("SELEC 1", "syntax error"),
            ("SELECT * FROM core.sentence", "core.sentences"),
            ("SELECT 1; SELECT 2", "only one SELECT"),
            ("DELETE FROM core.sentences", "only one SELECT"),
            ("SELECT 'x'::INTEGER FROM core.sentences", "Could not convert"),
        ],
    )
    def test_bad_statements_are_one_line(
        self, podlake: Callable[..., Result], statement: str, said: str
    ) -> None:
        answer = podlake("sql", statement)
        assert answer.exit_code == 4
        assert is_one_line(answer.stderr)
        assert said in answer.stderr

    def test_an_interrupted_query_says_so_and_is_not_waited_for(self, lake: Settings) -> None:
        endless = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3"
        answer = interrupted(WHILE_A_QUERY_IS_ANSWERED, "sql", endless, "--lake", str(lake.lake))
        assert (answer.returncode, answer.stderr) == (130, f"{INTERRUPTED}\n")


class TestLooking:
    def test_status_counts_what_is_there(self, podlake: Callable[..., Result]) -> None:
        found = json.loads(podlake("status", "--json").stdout)
        assert found["documents"] == {"published": 14, "quarantined": 1}
        assert found["rows"]["episodes"] == 13
        assert [run["status"] for run in found["runs"]] == ["finished"]
        shown = podlake("status").stdout
        assert "14 published, 1 quarantined" in shown

    def test_quality_lists_results_and_rules(self, podlake: Callable[..., Result]) -> None:
        results = json.loads(podlake("quality", "--json").stdout)
        rules = json.loads(podlake("quality", "--rules", "--json").stdout)
        assert {(row["table_name"], row["rule"]) for row in results} <= {
            (row["table"], row["rule"]) for row in rules
        }
        assert all(row["why"] for row in rules)
        assert {row["severity"] for row in rules} == {"critical", "warning", "info"}
        rule = results[0]["rule"]
        history = json.loads(podlake("quality", "--rule", rule, "--json").stdout)
        assert {row["rule"] for row in history} == {rule}
        assert "run_id" in history[0]

    @pytest.mark.parametrize(
        "arguments", [["--run", "NOPE"], ["--drift", "--run", "NOPE"], ["--rule", "NOPE"]]
    )
    def test_quality_knows_a_run_or_rule_that_there_is_not(
        self, podlake: Callable[..., Result], arguments: list[str]
    ) -> None:
        answer = podlake("quality", *arguments)
        assert (answer.exit_code, answer.stdout) == (4, "")
        assert is_one_line(answer.stderr)
        assert "'NOPE'" in answer.stderr

    def test_data_docs_are_of_the_lake_that_is_named_wherever_it_is_named(
        self, lake: Settings, tmp_path: Path
    ) -> None:
        named, target = ("--lake", str(lake.lake)), tmp_path / "docs"
        for before in (("quality", *named, "docs"), (*named, "quality", "docs"), ("quality", "docs", *named)):
            answer = CliRunner().invoke(main, [*before, str(target)])
            assert answer.exit_code == 0, answer.stderr
        refused = CliRunner().invoke(main, ["quality", "--run", "NOPE", "docs", *named, str(target)])
        assert refused.exit_code == 2
        assert "before docs" in refused.stderr

    def test_quarantine_lists_and_tells_the_story(self, podlake: Callable[..., Result]) -> None:
        (held,) = json.loads(podlake("quarantine", "list", "--json").stdout)
        assert held["rule"] == "unsupported"
        for key in (held["row_key"], held["row_key"].partition("/")[0], PAGE.name):
            (story,) = json.loads(podlake("quarantine", "show", key, "--json").stdout)
            assert story["detail"] == held["detail"]
        assert podlake("quarantine", "list", "--rule", "nonsense").stderr == "podlake: nothing is held back\n"
        assert podlake("quarantine", "show", "nonsense").exit_code == 4

    def test_doctor_finds_nothing_wrong(self, podlake: Callable[..., Result]) -> None:
        answer = podlake("doctor", "--json")
        assert answer.exit_code == 0, answer.stdout
        assert {check["name"] for check in json.loads(answer.stdout)} >= {"extensions", "lake", "lock"}

    def test_doctor_finds_a_bad_setting(
        self, podlake: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PODLAKE_IN_FLIGHT", "many")
        answer = podlake("doctor")
        assert answer.exit_code == 1
        assert "FAIL  settings" in answer.stdout

    def test_doctor_prints_the_data_dictionary(self, podlake: Callable[..., Result]) -> None:
        tables = json.loads(podlake("doctor", "--schema", "--json").stdout)
        assert [table["table"] for table in tables] == [*TABLES, *marts()]
        assert all(column["description"] for table in tables for column in table["columns"])
        shown = podlake("doctor", "--schema").stdout
        assert all(column.description in shown for table in TABLES.values() for column in table.columns)
