from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from flows.cli import main
from tests.tasks.feeds.runs import run
from warehouse.query import query
from warehouse.settings import Settings

README = (Path(__file__).parents[2] / "README.md").read_text()

STATEMENTS = [
    (statement.strip(), "")
    for block in re.findall(r"```sql\n(.*?)```", README, re.DOTALL)
    for statement in re.sub(r"--.*", "", block).split(";")
    if statement.strip()
] + re.findall(r'podlake sql "([^"]+)"(?: --param (\S+))?', README)


def commands(group: click.Group, prefix: str) -> list[tuple[str, click.Command]]:
    found = []
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found += commands(command, f"{prefix} {name}")
        else:
            found.append((f"{prefix} {name}", command))
    return found


@pytest.mark.parametrize(("name", "command"), commands(main, "podlake"))
def test_each_command_is_in_the_readme_and_says_what_it_does(name: str, command: click.Command) -> None:
    assert f"`{name}" in README
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))


@pytest.mark.parametrize("setting", Settings.model_fields)
def test_each_setting_is_in_the_readme_and_described(setting: str) -> None:
    assert f"| `{setting}` | `PODLAKE_{setting.upper()}` |" in README
    assert Settings.model_fields[setting].description


@pytest.mark.parametrize(("statement", "parameter"), STATEMENTS, ids=range(len(STATEMENTS)))
def test_each_statement_of_the_readme_runs(lake: Settings, statement: str, parameter: str) -> None:
    name, _, value = parameter.partition("=")
    assert query(lake, statement.replace("\\$", "$"), {name: value} if name else None).columns


def test_the_readme_names_only_settings_that_exist() -> None:
    named = {name.lower() for name in re.findall(r"PODLAKE_([A-Z_]+)", README)}
    assert named <= set(Settings.model_fields)


def test_questions_count_an_episode_once_however_many_transcripts_it_has(
    tmp_path: Path, settings: Settings
) -> None:
    source = tmp_path / "Show"
    source.mkdir()
    said = ["<v Ann>Is it warm?", "<v Bob>[laughter]", "<v Bob>It is."]
    cues = [
        f"00:10:{second:02d},000 --> 00:10:{second + 1:02d},000\n{text}\n" for second, text in enumerate(said)
    ]
    for name, head in (("12.vtt", "WEBVTT\n\n"), ("12.srt", ""), ("12.vtt", "WEBVTT changed\n\n")):
        (source / name).write_text(head + "\n".join(cues))
        run([str(source)], settings)
    asks, at_ten, _, laughs = [list(query(settings, statement).rows) for statement, _ in STATEMENTS[:4]]
    assert asks == [("Ann", 1)]
    assert [text for _, text, *_ in at_ten] == ["Is it warm?", "It is."]
    assert laughs == [("12", 1)]
