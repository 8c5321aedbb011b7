"""Processes that outlive the command that started them: known by process id and birth, stopped by nobody else's."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_POLL_S = 0.1
_KILLED_S = 10.0


@dataclass(frozen=True, slots=True)
class Process:
    """A process that podlake started.

    Attributes:
        pid: Its id, which the system gives to another process once it is gone.
        born: When it began, as the system tells it: a process with another birth is not ours.
        log: File that holds its output.
    """

    pid: int
    born: str
    log: str

    @property
    def lives(self) -> bool:
        """Whether it still runs."""
        return _birth(self.pid) == self.born


def start(command: Sequence[str], log: Path, environment: Mapping[str, str]) -> Process:
    """Start a command that goes on without this process and its terminal; its output goes to the end of ``log``."""
    with log.open("ab") as output:
        # In a session of its own, so that neither Ctrl-C nor the end of the terminal reaches it.
        child = subprocess.Popen(  # noqa: S603  podlake's own command line
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            start_new_session=True,
        )
    # Nobody waits for it: its Popen would warn when it is collected while the process runs.
    child.returncode = 0
    return Process(child.pid, _birth(child.pid) or "", str(log))


def stop(process: Process, grace_s: float) -> bool:
    """Ask a process to end, and make it end after ``grace_s``; return whether it was alive.

    By force its whole group ends, which holds only what it started itself.
    """
    if not process.lives:
        return False
    _send(process.pid, signal.SIGTERM)
    if not _gone(process, grace_s):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        # Even then it ends only when the system comes to it, which may take a busy one longer than the grace.
        _gone(process, _KILLED_S)
    return True


def age_s(pid: int) -> float | None:
    """Return for how many seconds a process has run; None where there is none, or where it is dead and its parent has not looked."""
    state, age = _asked(pid, "etime")
    if not state or state.startswith("Z"):
        return None
    days, _, clock = age.rpartition("-")
    fields = [int(days or 0), *(int(field) for field in f"0:{clock}".split(":")[-3:])]
    return float(sum(field * unit for field, unit in zip(fields, (86_400, 3_600, 60, 1), strict=True)))


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _gone(process: Process, timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while process.lives:
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True


def _birth(pid: int) -> str | None:
    """Return when a process began; None where there is none, or where it is dead and its parent has not looked."""
    status = Path(f"/proc/{pid}/stat")
    if not status.parent.parent.joinpath("self").exists():
        return _birth_by_ps(pid)
    try:
        # The second field is the command in brackets, which may hold anything.
        fields = status.read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, started = fields[0], fields[19]
    return None if state == "Z" else started


def _birth_by_ps(pid: int) -> str | None:
    """Ask ps, where the system has no /proc."""
    state, started = _asked(pid, "lstart")
    return None if not state or state.startswith("Z") else started


def _asked(pid: int, field: str) -> tuple[str, str]:
    """Return the state of a process and a field of ps; empty where there is none."""
    answer = subprocess.run(  # noqa: S603  a number
        ["ps", "-o", f"stat=,{field}=", "-p", str(pid)],  # noqa: S607  wherever the system keeps it
        capture_output=True,
        text=True,
        check=False,
    )
    state, _, told = answer.stdout.strip().partition(" ")
    return state, told.strip()
