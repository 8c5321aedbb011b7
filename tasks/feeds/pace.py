"""How many requests a host gets at once, and how long it is left alone between two of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock


class Pace:
    """Hands out turns, host by host."""

    def __init__(self, requests_per_host: int, pause_s: float) -> None:
        self._at_once, self._pause_s = requests_per_host, pause_s
        self._lock = Lock()
        self._turns: dict[str, BoundedSemaphore] = {}
        self._next: dict[str, float] = {}

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Hold a turn at a host; wait until one is free and its pause is over."""
        with self._lock:
            turns = self._turns.setdefault(host, BoundedSemaphore(self._at_once))
        with turns:
            time.sleep(self._wait_s(host))
            yield

    def _wait_s(self, host: str) -> float:
        """Take the next moment at which the host may be asked, and return how far off it is."""
        with self._lock:
            now = time.monotonic()
            moment = max(now, self._next.get(host, now))
            self._next[host] = moment + self._pause_s
            return moment - now
