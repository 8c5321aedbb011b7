from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import main

GOLD = Path(__file__).parents[1] / "data" / "gold"


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["evaluate", "segmentation", str(GOLD), *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_json_holds_every_figure() -> None:
    found = json.loads(run("--json"))
    assert found["gold"][0] == {
        "show": "gold",
        "n_episodes": 4,
        "n_words": 2646,
        "n_sentences": 333,
        "n_commas": 228,
        "n_questions": 58,
        "n_turns": 145,
        "n_cut_turns": 0,
    }
    sentence = next(
        row for row in found["scores"] if (row["method"], row["metric"]) == ("cue words", "sentence")
    )
    assert sentence["f1_low"] < sentence["f1"] < sentence["f1_high"]
    assert all(row["words_per_cpu_s"] > 0 and row["peak_mb"] > 0 for row in found["costs"])
    assert {row["head"] for row in found["calibration"]} == {"sentence", "turn"}


@pytest.mark.parametrize("arguments", [(), ("--markdown",)], ids=["table", "markdown"])
def test_people_see_each_method_beside_the_others(arguments: tuple[str, ...]) -> None:
    text = run(*arguments)
    assert all(name in text for name in ("fixed windows", "cue words", "turn within 3", "2,646"))


def test_markdown_is_made_of_whole_tables() -> None:
    tables = [block.splitlines() for block in run("--markdown").split("\n\n") if block.startswith("|")]
    assert len(tables) == 4
    assert all(len({line.count("|") for line in table}) == 1 for table in tables)


def test_a_source_that_is_not_there_is_named() -> None:
    result = CliRunner().invoke(main, ["evaluate", "segmentation", "/nowhere"])
    assert result.exit_code == 4
    assert result.stderr.startswith("podlake: ")
