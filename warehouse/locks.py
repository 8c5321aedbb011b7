"""Locks between processes that no killed process leaves behind."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.errors import LakeLockedError

_POLL_S = 0.02


@contextmanager
def flocked(path: Path, timeout_s: float) -> Iterator[None]:
    """Hold an exclusive flock on a file or folder; the system drops it when the process dies.

    Raises:
        LakeLockedError: Another process, or another thread of this one, held it for ``timeout_s``.
        FileNotFoundError: There is nothing at ``path``.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        _wait_for(descriptor, path, timeout_s)
        yield
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Say whether somebody holds the flock of a file or folder; nobody does where there is none."""
    try:
        with flocked(path, 0):
            return False
    except FileNotFoundError:
        return False
    except LakeLockedError:
        return True


def _wait_for(descriptor: int, path: Path, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise LakeLockedError(
                    f"another process held the lock for {timeout_s:g} s",
                    where=str(path),
                    remedy="Wait for it to end, or raise lock_timeout_s.",
                ) from None
            time.sleep(_POLL_S)
        else:
            return
