"""Who watches a run get on; without a command line that asked for it, nobody does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Watcher(Protocol):
    """Is told what a run reads and lands."""

    def expect(self, n_bytes: int) -> None:
        """Hear how many bytes the sources hold."""

    def landed(self, n_documents: int, n_bytes: int, n_held_back: int) -> None:
        """Hear that a batch is through."""


class Silent:
    """Shows nothing."""

    def expect(self, n_bytes: int) -> None:
        """Ignore the size."""

    def landed(self, n_documents: int, n_bytes: int, n_held_back: int) -> None:
        """Ignore the batch."""


_WATCHER: ContextVar[Watcher] = ContextVar("watcher")


def watcher() -> Watcher:
    """Return who watches this run; nobody where the command line did not ask for it."""
    return _WATCHER.get(Silent())


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Let somebody watch the runs inside the block."""
    token = _WATCHER.set(watcher)
    try:
        yield
    finally:
        _WATCHER.reset(token)
