from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import duckdb
import pytest

from tests.landing import land, sample_documents
from warehouse.lake import connect
from warehouse.settings import Settings, load


@pytest.fixture(scope="session")
def sample_lake(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A lake that holds the sample archive, which no test changes."""
    settings = load(lake=tmp_path_factory.mktemp("exported") / "lake")
    land(settings, sample_documents())
    return settings


@pytest.fixture(scope="session")
def reader(sample_lake: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same lake, open for reading."""
    with closing(connect(sample_lake)) as lake:
        lake.execute("SET threads = 1")  # threads add up the floats of a mart in any order
        yield lake
