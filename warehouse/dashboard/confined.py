"""Run a stranger's SELECT in a process of its own: what takes too long is killed, what takes too much fails there.

DuckDB stops neither a long text function nor what Python makes of a large answer, and counts neither as its memory.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import BoundedSemaphore

from warehouse.errors import PodlakeError, QueryError
from warehouse.query import query
from warehouse.settings import Settings


@dataclass(frozen=True, slots=True)
class Limits:
    """What a SELECT may take.

    Attributes:
        seconds: Time until it is killed, with the start of its process.
        memory_bytes: Memory beyond that of the process itself.
        rows: Rows of its answer; others are left out.
        characters: Characters of each text in it; others are left out.
        all_characters: Characters of all texts in it together, behind which rows are left out.
    """

    seconds: float
    memory_bytes: int
    rows: int
    characters: int
    all_characters: int


_TURNS = BoundedSemaphore(2)
"""Statements at once: each is a process, and holds up a thread of the server."""
Answer = tuple[tuple[str, ...], list[tuple[object, ...]]]
"""The names of the columns, no two of them alike, and the rows."""


def ask(settings: Settings, statement: str, snapshot_id: int, limits: Limits) -> Answer:
    """Answer one SELECT on a snapshot of the lake.

    Raises:
        QueryError: The statement is refused, or takes more than it may, or others are being answered.
    """
    if not _TURNS.acquire(blocking=False):
        raise QueryError("other statements are being answered", remedy="Ask again in a moment.")
    try:
        return _asked_beside(settings, statement, snapshot_id, limits)
    finally:
        _TURNS.release()


def _asked_beside(settings: Settings, statement: str, snapshot_id: int, limits: Limits) -> Answer:
    context = get_context("forkserver")
    # What a child needs, the server that forks it imports once: a second saved a statement.
    context.set_forkserver_preload([__name__])
    here, there = context.Pipe(duplex=False)
    process = context.Process(
        target=_answer, args=(there, settings, statement, snapshot_id, limits), daemon=True
    )
    process.start()
    there.close()
    try:
        with closing(here):
            if not here.poll(limits.seconds):
                raise QueryError("the statement took too long", remedy="Ask for less, or use podlake sql.")
            found: Answer | PodlakeError = here.recv()
    except EOFError as error:
        raise QueryError(
            "the statement took too much memory", remedy="Ask for less, or use podlake sql."
        ) from error
    finally:
        process.kill()
        process.join()
    if isinstance(found, PodlakeError):
        raise found
    return found


def _answer(there: Connection, settings: Settings, statement: str, snapshot_id: int, limits: Limits) -> None:
    with closing(there):
        try:
            _confine(limits.memory_bytes)
            answer = query(settings, statement, at=snapshot_id, memory_bytes=limits.memory_bytes // 2)
            rows = [*_cut_down(answer.rows, limits)]
        except PodlakeError as error:
            there.send(error)
        except MemoryError:
            there.send(
                QueryError("the statement took too much memory", remedy="Ask for less, or use podlake sql.")
            )
        else:
            there.send((answer.keys, rows))


def _cut_down(rows: Iterator[tuple[object, ...]], limits: Limits) -> Iterator[tuple[object, ...]]:
    n_left = limits.all_characters
    for row in islice(rows, limits.rows):
        cut = tuple(_cut(value, limits.characters) for value in row)
        n_left -= sum(len(value) for value in cut if isinstance(value, str))
        if n_left < 0:
            return
        yield cut


def _confine(memory_bytes: int) -> None:
    """Let this process have so much memory more than it has."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * os.sysconf("SC_PAGE_SIZE") + memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _cut(value: object, n_characters: int) -> object:
    """Shorten texts, and write as text what is neither text nor number nor time."""
    if isinstance(value, list | dict | bytes):
        value = str(value)
    return value[:n_characters] if isinstance(value, str) else value
