"""Processes are stopped by those who started them, and no others."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from flows.processes import Process, start, stop

WAITS = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {WAITS}"


def started(code: str, folder: Path) -> Process:
    process = start([sys.executable, "-c", code], folder / "log", os.environ)
    deadline = time.monotonic() + 20
    while "up" not in (folder / "log").read_text() and time.monotonic() < deadline:
        time.sleep(0.02)
    return process


@pytest.fixture
def other() -> Iterator[int]:
    """A process that is none of ours, born before any of ours."""
    with subprocess.Popen([sys.executable, "-c", WAITS], stdout=subprocess.DEVNULL) as child:
        time.sleep(0.05)  # the system counts births in steps of 10 ms
        yield child.pid
        child.kill()


@pytest.mark.parametrize("code", [WAITS, STUBBORN], ids=["gracefully", "by force"])
def test_process_ends(code: str, tmp_path: Path) -> None:
    process = started(code, tmp_path)
    assert process.lives
    assert stop(process, 0.5)
    assert not stop(process, 0.5), "it lives no more"
    with suppress(ChildProcessError):
        os.waitpid(process.pid, 0)


def test_process_that_has_the_id_of_a_dead_one_is_left_alone(other: int, tmp_path: Path) -> None:
    process = started(WAITS, tmp_path)
    assert not stop(replace(process, pid=other), 0.5)
    os.kill(other, 0)
    assert stop(process, 0.5)
    os.waitpid(process.pid, 0)
