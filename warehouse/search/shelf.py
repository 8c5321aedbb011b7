"""Where the index lies: ``<lake>/search/``, with one index in use, and a lock that whoever changes it holds.

<lake>/search/current   name of the folder in use; replaced whole, so a reader sees the old index or the new one
<lake>/search/index-*/  the index, and what a process that was killed left of another
<lake>/search/lock      flock of the one process that changes it
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from warehouse.locks import flocked
from warehouse.settings import Settings


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder of a lake's search index."""

    root: Path

    @classmethod
    def of(cls, settings: Settings) -> Shelf:
        """Return the shelf of a lake, which need not exist yet."""
        return cls(settings.lake.resolve() / "search")

    def current(self) -> Path | None:
        """Return the folder of the index in use, or nothing where there is none."""
        try:
            name = (self.root / "current").read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        found = self.root / name
        return found if name and found.parent == self.root and found.is_dir() else None

    @contextmanager
    def locked(self, timeout_s: float) -> Iterator[None]:
        """Be the only process that changes the index.

        Raises:
            LakeLockedError: Another one was at it for ``timeout_s``.
        """
        self.root.mkdir(exist_ok=True)
        lock = self.root / "lock"
        lock.touch()
        with flocked(lock, timeout_s):
            yield

    def new(self) -> Path:
        """Make a folder for another index."""
        folder = self.root / f"index-{uuid.uuid4().hex}"
        folder.mkdir()
        return folder

    def install(self, folder: Path) -> None:
        """Take an index into use; whoever reads the old one reads on, for its files are open."""
        part = self.root / "current.part"
        part.write_text(folder.name, "utf-8")
        part.replace(self.root / "current")
        for other in self.root.glob("index-*"):
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)
