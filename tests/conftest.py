from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import settings as hypothesis_settings

from warehouse.lake import connect
from warehouse.settings import Settings, load

# The same examples every time: what random ones find gets a test of its own. HYPOTHESIS_PROFILE=default explores.
hypothesis_settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


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
