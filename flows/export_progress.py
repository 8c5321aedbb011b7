"""Show how an export gets on: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from warehouse.export.progress import Told

_EVERY_S = 10.0


@contextmanager
def shown() -> Iterator[Told]:
    """Give an export somebody to tell."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines()
        return
    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield _bars(progress)


def _bars(progress: Progress) -> Told:
    bars: dict[str, TaskID] = {}

    def told(what: str, n_done: int, n_all: int) -> None:
        if what not in bars:
            bars[what] = progress.add_task(what, total=n_all)
        progress.update(bars[what], completed=n_done)

    return told


def _lines() -> Told:
    """Write a line every ten seconds, so that short exports say nothing."""
    said = time.monotonic()

    def told(what: str, n_done: int, n_all: int) -> None:
        nonlocal said
        if time.monotonic() - said >= _EVERY_S:
            said = time.monotonic()
            sys.stderr.write(f"podlake: {n_done} of {n_all} {what}\n")

    return told
