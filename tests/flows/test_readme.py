from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from flows.cli import main
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
