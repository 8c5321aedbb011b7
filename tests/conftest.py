from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from warehouse.lake import connect
from warehouse.settings import Settings, load


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a lake that nobody has made yet."""
    return load(lake=tmp_path / "lake", lock_timeout_s=30.0)


@pytest.fixture(scope="session")
def new_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake without rows, to be copied: making one takes longer than most tests."""
    folder = tmp_path_factory.mktemp("template") / "lake"
    connect(load(lake=folder), read_only=False).close()
    return folder


@pytest.fixture
def lake(settings: Settings, new_lake: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A new lake, open for writing."""
    shutil.copytree(new_lake, settings.lake)
    with connect(settings, read_only=False) as connection:
        yield connection
