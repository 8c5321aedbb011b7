"""Whether the server that ``podlake up`` started is there."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from flows import machine
from flows.machine import Machine, running
from flows.processes import Process, _birth
from tests.flows.listeners import prefect_server
from warehouse.settings import load

ALIVE = Process(os.getpid(), _birth(os.getpid()) or "", "log")
DEAD = replace(ALIVE, born="long ago")


@pytest.mark.parametrize(("server", "is_there"), [(ALIVE, True), (DEAD, False)], ids=["alive", "dead"])
def test_a_server_that_lives_may_answer_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Process, is_there: bool
) -> None:
    monkeypatch.setattr(machine, "_ANSWER_S", 0.01)
    with prefect_server(delay_s=0.1) as port:
        (tmp_path / "machine.json").write_text(json.dumps(asdict(Machine(port, server, server))))
        assert bool(running(load(state=tmp_path))) is is_there
