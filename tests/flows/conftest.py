from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows import environment
from warehouse.settings import Settings, load

SAMPLE = Path(__file__).parents[1] / "data" / "sample"


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One Prefect server for all tests and the processes that they start, in a home of its own."""
    home = tmp_path_factory.mktemp("prefect")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(home))
        environment.prepare(verbose=False)
        from prefect.settings import (  # noqa: PLC0415  only these tests pay for Prefect
            PREFECT_API_URL,
            PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
            PREFECT_HOME,
            temporary_settings,
        )
        from prefect.testing.utilities import prefect_test_harness  # noqa: PLC0415  the same

        # A flow run waits up to a second for its heart to stop.
        settings = {PREFECT_HOME: home, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}
        with temporary_settings(settings), prefect_test_harness(server_startup_timeout=180):
            patch.setenv("PREFECT_API_URL", str(PREFECT_API_URL.value()))
            yield


@pytest.fixture(scope="session")
def ingested(prefect_server: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Settings]:
    """A copy of the sample archive, and a lake that holds it."""
    del prefect_server
    from flows.ingest import run_ingest  # noqa: PLC0415  Prefect reads its settings when it is imported

    folder = tmp_path_factory.mktemp("ingested")
    source = shutil.copytree(SAMPLE, folder / "sample")
    settings = load(lake=folder / "lake")
    run_ingest([str(source)], settings)
    return source, settings


@pytest.fixture
def lake(ingested: tuple[Path, Settings]) -> Settings:
    """A lake that holds the sample archive, for tests that only read it."""
    return ingested[1]


@pytest.fixture
def sample(ingested: tuple[Path, Settings]) -> Path:
    """The sample archive that the lake holds, for a test to change."""
    shutil.rmtree(ingested[0], ignore_errors=True)
    return Path(shutil.copytree(SAMPLE, ingested[0]))


@pytest.fixture
def landed(ingested: tuple[Path, Settings], settings: Settings) -> Settings:
    """A lake that holds the sample archive, for a test to change."""
    shutil.copytree(ingested[1].lake, settings.lake)
    return settings
