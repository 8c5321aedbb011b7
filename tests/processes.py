"""Processes of a test's own, to be killed or to work beside it: they start at once, in the environment of the test."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from threading import RLock, Timer

from flows.watchers import Silent

CONTEXT = get_context("forkserver")
_COSTLY = ["great_expectations", "flows.ingest", "flows.reprocess", "tests.lakes", "warehouse.maintenance"]
"""What takes seconds to import: the server that forks the processes does it once for all of them."""
CONTEXT.set_forkserver_preload(_COSTLY)
_PATIENCE_S = 300.0


def started(target: Callable[..., object], *arguments: object) -> ForkServerProcess:
    """Start a process, and return when it has imported all that it needs and begins to work."""
    here, there = CONTEXT.Pipe(duplex=False)
    given = (there, dict(os.environ), target, arguments)
    process = CONTEXT.Process(target=_work, args=given, daemon=True)
    process.start()
    there.close()
    with here:
        here.recv()
    return process


def _work(
    there: Connection,
    environment: dict[str, str],
    target: Callable[..., object],
    arguments: tuple[object, ...],
) -> None:
    # The server forks with the environment that it was started in itself, and may be one that others have started
    # and that has imported less.
    os.environ.clear()
    os.environ.update(environment)
    for name in _COSTLY:
        import_module(name)
    # Prefect reads the environment when it is imported.
    import_module("prefect.context").refresh_global_settings_context()
    # Progress bars share a lock between processes, which one that is killed would never give back.
    import_module("tqdm").tqdm.set_lock(RLock())
    with there:
        there.send("ready")
    target(*arguments)


class Doomed(Silent):
    """Watches a run, and kills its process a while after so many batches have landed; the process waits for it."""

    def __init__(self, n_batches: int, delay_s: float) -> None:
        self._n_left, self._delay_s = n_batches, delay_s

    def expect(self, n_bytes: int) -> None:
        """Begin to wait where no batch is to land."""
        del n_bytes
        self._kill_if_due()

    def landed(self, n_documents: int, n_bytes: int, n_held_back: int) -> None:
        """Count a batch."""
        del n_documents, n_bytes, n_held_back
        self._n_left -= 1
        self._kill_if_due()

    def _kill_if_due(self) -> None:
        if self._n_left == 0:
            Timer(self._delay_s, os.kill, (os.getpid(), signal.SIGKILL)).start()


class Patient(Silent):
    """Watches a run, and holds it up after each batch until a reader has looked at it."""

    def __init__(self) -> None:
        self._has_landed, self._is_seen = CONTEXT.Event(), CONTEXT.Event()

    def landed(self, n_documents: int, n_bytes: int, n_held_back: int) -> None:
        """Wait for the reader."""
        del n_documents, n_bytes, n_held_back
        self._has_landed.set()
        assert self._is_seen.wait(_PATIENCE_S)
        self._is_seen.clear()

    @contextmanager
    def looking(self) -> Iterator[bool]:
        """Say whether a batch holds the run up, which goes on after the block, in which the reader looks."""
        has_landed = self._has_landed.is_set()
        yield has_landed
        if has_landed:
            self._has_landed.clear()
            self._is_seen.set()
