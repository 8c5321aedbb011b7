from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from warehouse.checks import check_marts
from warehouse.models import cookbook, marts
from warehouse.query import query
from warehouse.settings import Settings


def podlake(settings: Settings, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--lake", str(settings.lake), *arguments])


def test_the_cookbook_has_fifteen_questions() -> None:
    assert len(cookbook()) == 15


@pytest.mark.parametrize("question", cookbook())
def test_each_question_has_an_answer(lake: Settings, question: str) -> None:
    assert list(query(lake, cookbook()[question]).rows)


def test_every_promise_of_a_mart_holds_on_real_transcripts(lake: Settings) -> None:
    assert [row for row in check_marts(lake) if row["n_broken"]] == []
    assert podlake(lake, "models", "test").exit_code == 0


def test_models_are_listed_counted_and_traced(landed: Settings) -> None:
    listed = json.loads(podlake(landed, "models", "list", "--json").stdout)
    assert {row["model"] for row in listed} == set(marts())
    assert "mart.pace" in podlake(landed, "models", "list").stdout
    assert json.loads(podlake(landed, "models", "run", "--json").stdout)["transcripts_counted"] == 13
    assert "the words of 0 transcripts" in podlake(landed, "models", "run").stdout
    assert podlake(landed, "models", "lineage", "talk_time").stdout.splitlines()[:3] == [
        "mart.talk_time",
        "  mart.spoken_turns",
        "    core.transcripts",
    ]
    assert podlake(landed, "models", "lineage", "nonsense").exit_code == 4


def test_formats_hold_the_same_rows(lake: Settings, tmp_path: Path) -> None:
    sql = "SELECT title, persons, published_at FROM core.episodes WHERE published_year = $year ORDER BY title"
    ask = ("sql", sql, "--param", "year=2023")
    (row,) = json.loads(podlake(lake, *ask, "--format", "json").stdout)
    (line,) = csv.DictReader(podlake(lake, *ask, "--format", "csv").stdout.splitlines())
    assert (line["title"], json.loads(line["persons"])) == (row["title"], row["persons"])
    assert line["published_at"] == "2023-10-19T00:00:00+00:00"
    target = tmp_path / "rows.csv"
    assert podlake(lake, *ask, "--format", "csv", "--output", str(target)).stdout == ""
    assert target.read_text().splitlines()[0] == "title,persons,published_at"
    assert (
        podlake(lake, *ask, "--format", "parquet", "--output", str(tmp_path / "rows.parquet")).exit_code == 0
    )
    assert (tmp_path / "rows.parquet").read_bytes()[:4] == b"PAR1"


@pytest.mark.parametrize(
    "flags",
    [("--format", "parquet"), ("--param", "year"), ("--at", "yesterday")],
    ids=["parquet without a file", "no value", "no moment"],
)
def test_flags_that_make_no_sense_are_usage(lake: Settings, flags: tuple[str, ...]) -> None:
    assert podlake(lake, "sql", "SELECT 1", *flags).exit_code == 2


def test_an_older_snapshot_answers(lake: Settings) -> None:
    count = "SELECT count(*) AS n FROM core.sentences"
    assert json.loads(podlake(lake, "sql", count, "--at", "1", "--json").stdout) == [{"n": 0}]
    assert podlake(lake, "sql", count, "--at", "999").exit_code == 4


def test_connect_prints_the_line_that_opens_the_lake(lake: Settings) -> None:
    assert podlake(lake, "connect").stdout.startswith("duckdb -cmd ")
    assert set(json.loads(podlake(lake, "connect", "--json").stdout)) == {"shell", "sql", "python"}
