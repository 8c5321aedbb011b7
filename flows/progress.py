"""Show how a run gets on: bars on a terminal, plain lines elsewhere, nothing where nobody looks."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from flows.watchers import watching


class Lines:
    """Writes a line a batch, for logs."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._expected = self._bytes = self._documents = 0

    def expect(self, n_bytes: int) -> None:
        """Remember the size, for the share that is done."""
        self._expected = n_bytes

    def landed(self, n_documents: int, n_bytes: int, n_held_back: int) -> None:
        """Write what is through, how fast, and how much remains."""
        self._bytes += n_bytes
        self._documents += n_documents
        rate = self._bytes / max(time.monotonic() - self._started, 0.001)
        left = max(self._expected - self._bytes, 0) / max(rate, 1)
        held = f", {n_held_back} held back" if n_held_back else ""
        sys.stderr.write(
            f"podlake: {self._documents} documents{held}, {self._bytes / 1e6:.1f} of {self._expected / 1e6:.1f} MB, "
            f"{rate / 1e6:.1f} MB/s, about {left:.0f} s left\n"
        )


class Bars:
    """Draws a bar over bytes, with documents, rate and time remaining."""

    def __init__(self, progress: Progress, name: str) -> None:
        self._progress = progress
        self._documents = self._held_back = 0
        self._bar = progress.add_task(name, total=None, documents=0, held="")

    def expect(self, n_bytes: int) -> None:
        """Set the length of the bar."""
        self._progress.update(self._bar, total=n_bytes)

    def landed(self, n_documents: int, n_bytes: int, n_held_back: int) -> None:
        """Move the bar."""
        self._documents += n_documents
        self._held_back += n_held_back
        held = f"[yellow]{self._held_back} held back" if self._held_back else ""
        self._progress.update(self._bar, advance=n_bytes, documents=self._documents, held=held)


@contextmanager
def shown(name: str = "ingest") -> Iterator[None]:
    """Show the runs inside the block, on a terminal under a name, on standard error."""
    console = Console(stderr=True)
    if not console.is_terminal:
        with watching(Lines()):
            yield
        return
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[documents]} documents {task.fields[held]}"),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress, watching(Bars(progress, name)):
        yield
