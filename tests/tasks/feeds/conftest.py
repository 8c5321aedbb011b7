from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.feed_server import Site, serving
from warehouse.settings import Settings, load


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def local(tmp_path: Path, new_lake: Path) -> Settings:
    """Settings of a new lake whose feeds may lie on loopback."""
    shutil.copytree(new_lake, tmp_path / "lake")
    return load(
        lake=tmp_path / "lake",
        allow_private_addresses=True,
        host_pause_s=0.0,
        timeout_s=20.0,
        lock_timeout_s=30.0,
    )
