"""When a run that has not ended is taken for dead."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from warehouse.settings import load

pytestmark = pytest.mark.usefixtures("prefect_server")

LONG, SHORT = timedelta(hours=7), timedelta(seconds=1)


def is_dead(infrastructure_pid: str | None, age: timedelta, dead_after_s: float = 6 * 3600.0) -> bool:
    from prefect.client.schemas.objects import FlowRun, State, StateType  # noqa: PLC0415  not before its server

    from flows.overdue import _is_dead  # noqa: PLC0415  the same

    now = datetime.now(UTC)
    state = State(type=StateType.RUNNING, timestamp=now - age)
    run = FlowRun(flow_id=uuid4(), state=state, state_type=state.type, infrastructure_pid=infrastructure_pid)
    return _is_dead(run, now, load(dead_after_s=dead_after_s))


def test_a_process_that_is_seen_from_here_says_itself_whether_its_run_is_dead() -> None:
    here = socket.gethostname()
    assert not is_dead(f"{here}:{os.getpid()}", SHORT, dead_after_s=0.5)
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    assert is_dead(f"{here}:{ended.pid}", SHORT)


def test_a_process_that_began_behind_the_run_only_has_its_id() -> None:
    # This one cannot have begun before the machine did.
    assert is_dead(f"{socket.gethostname()}:{os.getpid()}", timedelta(days=9_999), dead_after_s=1e12)


@pytest.mark.parametrize("elsewhere", [None, "another-host:1"])
def test_a_run_that_cannot_be_seen_from_here_is_dead_after_a_while(elsewhere: str | None) -> None:
    assert not is_dead(elsewhere, SHORT)
    assert is_dead(elsewhere, LONG)
