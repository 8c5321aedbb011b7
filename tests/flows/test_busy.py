"""A run that finds another one at work on the lake."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.flows.conftest import SAMPLE
from warehouse.busy import leave_if_busy
from warehouse.errors import LakeLockedError
from warehouse.lake import connect, publishing
from warehouse.settings import Settings
from warehouse.staging import staging


def test_leaves_if_told_to_and_changes_nothing(settings: Settings) -> None:
    connect(settings, read_only=False).close()
    with staging(settings, "20260101T000000-abc"):
        command = [sys.executable, "-m", "flows", "--lake", str(settings.lake), "ingest", str(SAMPLE)]
        done = subprocess.run(
            [*command, "--when-locked", "leave"], capture_output=True, text=True, check=False, env=os.environ
        )
    assert done.returncode == 3
    assert "20260101T000000-abc" in done.stderr


def test_leaves_a_publisher_and_comes_back_when_it_is_gone(settings: Settings) -> None:
    connect(settings, read_only=False).close()
    leaving = settings.model_copy(update={"when_locked": "leave"})
    with publishing(settings):
        leave_if_busy(settings)
        with pytest.raises(LakeLockedError, match="at work"):
            leave_if_busy(leaving)
    leave_if_busy(leaving)
