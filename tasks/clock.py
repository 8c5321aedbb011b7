"""Tell where a run's time goes: wall and CPU seconds of each stage, also where stages overlap in threads."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from threading import Lock

Timed = Callable[[str], AbstractContextManager[None]]
"""Times a block under the name of a stage."""


@dataclass(slots=True)
class Costs:
    """Seconds by stage."""

    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    cpu_seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, other: Costs) -> None:
        """Add the costs of another process or of a later time."""
        for mine, theirs in ((self.seconds, other.seconds), (self.cpu_seconds, other.cpu_seconds)):
            for stage, seconds in theirs.items():
                mine[stage] += seconds


class _Clock:
    """Shares the CPU time of the process among the stages that are active while it passes.

    A thread's own CPU time would miss the thread pools of polars and DuckDB, which do most of the work.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._active: Counter[str] = Counter()
        self._costs = Costs()
        self._settled = time.process_time()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        self._change(name, 1)
        try:
            yield
        finally:
            self._change(name, -1)
            with self._lock:
                self._costs.seconds[name] += time.perf_counter() - started

    def drain(self) -> Costs:
        with self._lock:
            self._settle()
            costs, self._costs = self._costs, Costs()
            return costs

    def _change(self, name: str, by: int) -> None:
        with self._lock:
            self._settle()
            self._active[name] += by

    def _settle(self) -> None:
        now = time.process_time()
        active = +self._active
        for name, count in active.items():
            self._costs.cpu_seconds[name] += (now - self._settled) * count / active.total()
        self._settled = now


_CLOCK = _Clock()

stage: Timed = _CLOCK.stage
"""Time a block as a stage of this process."""


def drain() -> Costs:
    """Return what the stages of this process cost since the last drain; nothing is told twice."""
    return _CLOCK.drain()
