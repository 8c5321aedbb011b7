"""What scheduled runs need on one machine: a Prefect server on loopback, and a worker that runs what is due.

<state>/machine.json   where the server answers, and the two processes
<state>/prefect/       Prefect's home: its database, which holds schedules and runs
<state>/server.log     what the two processes say
<state>/worker.log

They belong to the user and not to a lake: one server and one worker serve all lakes, and a lake stays a folder
that can be copied. Nothing here imports Prefect.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from flows.processes import Process, start, stop
from warehouse.errors import ServiceError
from warehouse.locks import flocked
from warehouse.settings import Settings

POOL = "podlake"
"""The work pool that schedules send their runs to."""

_HOST = "127.0.0.1"
_USUAL_PORT = 4200
_POLL_S = 0.25
_ANSWER_S = 2.0
_SLOW_ANSWER_S = 20.0
_START_S = 180.0
_STOP_S = 15.0

SAFE = {"PYTHONSAFEPATH": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
"""What runs of schedules need in their environment: they start in a folder whose files must not shadow packages."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A server and a worker.

    Attributes:
        port: Port of the server on loopback.
        server: Its process.
        worker: The worker's process.
    """

    port: int
    server: Process
    worker: Process

    @property
    def ui(self) -> str:
        """Where a browser finds the server."""
        return f"http://{_HOST}:{self.port}"

    @property
    def api(self) -> str:
        """What ``PREFECT_API_URL`` has to say."""
        return f"{self.ui}/api"

    @property
    def lives(self) -> bool:
        """Whether both processes run."""
        return self.server.lives and self.worker.lives

    def as_dict(self) -> dict[str, object]:
        """Return what to tell the user, for JSON."""
        return {"ui": self.ui, "api": self.api, "server": asdict(self.server), "worker": asdict(self.worker)}


def up(settings: Settings, port: int | None = None) -> Machine:
    """Start what does not run yet, and return when the server answers and the worker has reported to it.

    Args:
        settings: Name the state folder.
        port: Port of the server; by default the one it had, else 4200, else any that is free.

    Raises:
        ServiceError: A process ended or was not ready in time; both are stopped then.
        LakeLockedError: Another ``up`` or ``down`` is at work.
    """
    folder = _folder(settings)
    with flocked(folder, _START_S):
        found = _read(folder)
        if found and found.lives and port in (None, found.port):
            return found
        if found:
            _stop_both(found)
        free = _free_port(port or (found.port if found else _USUAL_PORT), must=port is not None)
        server = _start_server(folder, free)
        try:
            _wait(server, lambda: _answers(free), "the Prefect server")
            worker = _start_worker(folder, free)
            machine = Machine(free, server, worker)
            _write(folder, machine)
            _wait(worker, lambda: _has_worker(free), "the worker")
        except BaseException:
            stop(server, _STOP_S)
            raise
        return machine


def down(settings: Settings) -> list[int]:
    """Stop the worker and the server, the worker first; return the ids of those that were alive."""
    folder = _folder(settings)
    with flocked(folder, _START_S):
        found = _read(folder)
        stopped = _stop_both(found) if found else []
        (folder / "machine.json").unlink(missing_ok=True)
    return stopped


def running(settings: Settings) -> Machine | None:
    """Return the server and worker that ``up`` started, if the server lives and answers.

    On a busy machine one that lives may take a while.
    """
    found = _read(settings.state.expanduser())
    return found if found and found.server.lives and _answers(found.port, _SLOW_ANSWER_S) else None


def join(settings: Settings) -> Machine | None:
    """Let this process use the server that ``up`` started, unless the environment names one; before Prefect's import."""
    if "PREFECT_API_URL" in os.environ:
        return None
    machine = running(settings)
    if machine:
        os.environ["PREFECT_API_URL"] = machine.api
    return machine


def watch(settings: Settings, machine: Machine) -> None:
    """Wait while both processes live.

    Raises:
        ServiceError: One ended although nobody called ``down``.
    """
    while machine.lives:
        time.sleep(_POLL_S)
    if _read(_folder(settings)) is not None:
        name, dead = (
            ("the worker", machine.worker) if machine.server.lives else ("the server", machine.server)
        )
        raise ServiceError(f"{name} has ended", where=dead.log, remedy="Read its log, then run podlake up.")


def _folder(settings: Settings) -> Path:
    folder = settings.state.expanduser().resolve()
    # The runs' parameters and the server, which has no password, are nobody else's business.
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _read(folder: Path) -> Machine | None:
    try:
        state = json.loads((folder / "machine.json").read_text())
        return Machine(state["port"], Process(**state["server"]), Process(**state["worker"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise ServiceError(
            "the state file cannot be read",
            where=str(folder / "machine.json"),
            remedy="Stop the processes whose ids it names, and delete it.",
        ) from error


def _write(folder: Path, machine: Machine) -> None:
    new = folder / "machine.json.new"
    new.write_text(json.dumps(asdict(machine), indent=2))
    new.replace(folder / "machine.json")


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PREFECT_LOGGING")}
    return kept | SAFE | {"PREFECT_HOME": str(folder / "prefect")}


def _start_server(folder: Path, port: int) -> Process:
    environment = _environment(folder)
    environment.pop("PREFECT_API_URL", None)
    # On a busy machine the server's own services wait longer for SQLite than its 10 s, and then lose what they say.
    environment.setdefault("PREFECT_SERVER_DATABASE_TIMEOUT", "60")
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", _HOST, "--port", str(port)]
    return start(command, folder / "server.log", environment)


def _start_worker(folder: Path, port: int) -> Process:
    environment = _environment(folder) | {"PREFECT_API_URL": f"http://{_HOST}:{port}/api"}
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--type", "process"]
    return start([*command, "--install-policy", "never"], folder / "worker.log", environment)


def _stop_both(machine: Machine) -> list[int]:
    """Stop the worker while its server still hears it, then the server."""
    return [process.pid for process in (machine.worker, machine.server) if stop(process, _STOP_S)]


def _wait(process: Process, is_ready: Callable[[], bool], name: str) -> None:
    deadline = time.monotonic() + _START_S
    while not is_ready():
        if not process.lives or time.monotonic() > deadline:
            what = "was not ready in time" if process.lives else "ended while it started"
            stop(process, _STOP_S)
            raise ServiceError(f"{name} {what}", where=process.log, remedy="Read its log, then try again.")
        time.sleep(_POLL_S)


def _free_port(wanted: int, *, must: bool) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_HOST, port))
            except OSError as error:
                if must:
                    raise ServiceError(
                        f"port {wanted} cannot be used: {error.strerror}", remedy="Name another with --port."
                    ) from error
            else:
                return int(probe.getsockname()[1])
    raise ServiceError("no port is free on loopback", remedy="Stop what holds them.")


def _ask(port: int, path: str, body: bytes | None = None, timeout_s: float = _ANSWER_S) -> object:
    """Return what the server answers; None where it does not."""
    request = urllib.request.Request(
        f"http://{_HOST}:{port}/api/{path}", data=body, headers={"Content-Type": "application/json"}
    )
    # A proxy of the environment has no business on loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout_s) as answer:
            return json.load(answer)
    except (OSError, ValueError, urllib.error.URLError):
        return None


def _answers(port: int, timeout_s: float = _ANSWER_S) -> bool:
    return _ask(port, "health", timeout_s=timeout_s) is True


def _has_worker(port: int) -> bool:
    workers = _ask(port, f"work_pools/{POOL}/workers/filter", b"{}")
    return isinstance(workers, list) and any(worker.get("status") == "ONLINE" for worker in workers)
