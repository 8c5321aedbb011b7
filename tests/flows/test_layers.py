"""Who may import whom, and what the files of the flows may be called."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYERS = ("flows", "tasks", "expectations", "warehouse")
"""From the top down: a package imports itself and those after it."""


def modules(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def imported(module: Path) -> Iterator[str]:
    """Yield the top-level package of each import, wherever in the file it stands."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            yield str(node.module).partition(".")[0]


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_point_down_only(layer: str) -> None:
    above = {*LAYERS[: LAYERS.index(layer)], "tests"}
    offenders = {str(path): above & set(imported(path)) for path in modules(layer)}
    assert {path: names for path, names in offenders.items() if names} == {}


@pytest.mark.parametrize(("library", "home"), [("great_expectations", "expectations"), ("prefect", "flows")])
def test_a_library_stays_in_its_layer(library: str, home: str) -> None:
    others = modules(*(layer for layer in LAYERS if layer != home))
    assert [path for path in others if library in imported(path)] == []
    assert any(library in imported(path) for path in modules(home))


def test_no_file_of_the_flows_is_called_like_a_package() -> None:
    # Loaded by its file, a flow puts its folder first on sys.path.
    taken = {*sys.stdlib_module_names, *packages_distributions(), *LAYERS} - {"ingest"}
    assert {path.stem for path in modules("flows")} & taken == set()


@pytest.mark.parametrize("entrypoint", ["flows.ingest.ingest", "flows/ingest.py:ingest"])
def test_the_flow_loads_by_module_and_by_file(entrypoint: str, tmp_path: Path) -> None:
    code = f"from prefect.flows import load_flow_from_entrypoint as load; print(load({entrypoint!r}).name)"
    environment = os.environ | {"PREFECT_HOME": str(tmp_path)}
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT, env=environment
    )
    assert answer.stdout == "ingest\n"
