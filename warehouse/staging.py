"""Where runs keep what they have not published yet: a folder each, which its run holds a lock on while it lives."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from warehouse.errors import LakeLockedError
from warehouse.locks import flocked
from warehouse.settings import Settings


@contextmanager
def staging(settings: Settings, run_id: str) -> Iterator[Path]:
    """Give a run its staging folder, which is removed with it; remove those that killed runs left."""
    folder = _root(settings) / run_id
    with ExitStack() as held:
        # The folder must be locked before another run's sweep can look at it.
        with _swept(settings):
            folder.mkdir()
            held.enter_context(flocked(folder, 0))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def staging_of(settings: Settings, run_id: str) -> Path:
    """Return the staging folder of a run, which is there as long as the run lives."""
    return settings.lake.resolve() / "staging" / run_id


def sweep(settings: Settings) -> int:
    """Remove the folders that killed runs left; return how many."""
    n_dead = len(dead_runs(settings))
    with _swept(settings):
        return n_dead


def dead_runs(settings: Settings) -> list[str]:
    """Return the ids of killed runs whose folders are still there."""
    root = _root(settings)
    dead = []
    # A run that starts holds this lock until its own folder is locked: without it, it would look dead.
    with flocked(root, settings.lock_timeout_s):
        for folder in sorted(_folders(root)):
            with suppress(LakeLockedError, FileNotFoundError), flocked(folder, 0):
                dead.append(folder.name)
    return dead


@contextmanager
def _swept(settings: Settings) -> Iterator[None]:
    """Hold the lock of all staging, once the folders that no living run holds are gone."""
    root = _root(settings)
    with flocked(root, settings.lock_timeout_s):
        for folder in _folders(root):
            with suppress(LakeLockedError, FileNotFoundError), flocked(folder, 0):
                shutil.rmtree(folder)
        yield


def _folders(root: Path) -> list[Path]:
    """Return the folders of runs; what else lies there, such as the ``.DS_Store`` of a Mac, is no run's."""
    return [path for path in root.iterdir() if path.is_dir() and not path.is_symlink()]


def _root(settings: Settings) -> Path:
    root = settings.lake.resolve() / "staging"
    root.mkdir(exist_ok=True)
    return root
