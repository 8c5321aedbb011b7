"""Look at one snapshot of the lake, read-only, for as long as a page is made."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

import duckdb

from warehouse.errors import LakeError
from warehouse.lake import connect
from warehouse.models import model
from warehouse.settings import Settings

Records = list[dict[str, Any]]

_REMEMBERED = 512
"""Answers that are kept: a snapshot never changes, so what was asked of it once needs no second look."""
_LARGEST_REMEMBERED = 500
"""Rows above which an answer is not kept."""


@dataclass(frozen=True, slots=True)
class Look:
    """One snapshot of the lake.

    Attributes:
        settings: Name the lake.
        snapshot_id: The snapshot that all of a page comes from.
        as_of: When it was made.
        cursor: What is asked.
        memory: What it answered before.
    """

    settings: Settings
    snapshot_id: int
    as_of: datetime
    cursor: duckdb.DuckDBPyConnection
    memory: Memory

    def rows(self, name: str, **parameters: object) -> Records:
        """Return what the SELECT in ``models/dashboard/<name>.sql`` finds."""
        return self.select(model(f"dashboard.{name}"), **parameters)

    def row(self, name: str, **parameters: object) -> dict[str, Any] | None:
        """Return the first row that it finds, if any."""
        found = self.rows(name, **parameters)
        return found[0] if found else None

    def select(self, sql: str, **parameters: object) -> Records:
        """Return the answer to a SELECT of podlake's own."""
        key = (
            self.as_of,
            self.snapshot_id,
            sql,
            tuple(sorted((name, str(value)) for name, value in parameters.items())),
        )
        known = self.memory.get(key)
        if known is not None:
            return known
        answer = self.cursor.execute(sql, parameters) if parameters else self.cursor.execute(sql)
        names = [column[0] for column in answer.description]
        found = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
        self.memory.put(key, found)
        return found


class Reader:
    """A read-only connection to a lake, for a server that looks at it again and again; safe in threads."""

    def __init__(self, settings: Settings) -> None:
        """Open the lake; LakeError where there is none."""
        self._settings = settings
        self._connection = connect(settings)
        self._memory = Memory()

    @contextmanager
    def look(self) -> Iterator[Look]:
        """Hold the newest snapshot still; writers are not held up.

        Raises:
            LakeError: The lake cannot be read any more.
        """
        cursor = self._connection.cursor()
        try:
            # What a cursor is told, no other learns.
            cursor.execute("SET TimeZone = 'UTC'; USE lake; BEGIN")
            snapshot_id, as_of = _snapshot(cursor)
            yield Look(self._settings, snapshot_id, as_of, cursor, self._memory)
        except duckdb.IOException as error:
            raise LakeError(
                f"the lake cannot be read: {str(error).splitlines()[0]}",
                where=str(self._settings.lake),
                remedy="Start podlake dashboard again once the lake is back.",
            ) from error
        finally:
            with suppress(duckdb.Error):
                cursor.execute("ROLLBACK")
            cursor.close()

    def close(self) -> None:
        """Let go of the lake."""
        self._connection.close()


_Key = tuple[datetime, int, str, tuple[tuple[str, str], ...]]


class Memory:
    """The last answers, least recently used first."""

    def __init__(self) -> None:
        self._answers: OrderedDict[_Key, Records] = OrderedDict()
        self._lock = Lock()

    def get(self, key: _Key) -> Records | None:
        """Return what was answered, if it is still known."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: _Key, found: Records) -> None:
        """Remember an answer, unless it is large."""
        if len(found) > _LARGEST_REMEMBERED:
            return
        with self._lock:
            self._answers[key] = found
            if len(self._answers) > _REMEMBERED:
                self._answers.popitem(last=False)


def _snapshot(cursor: duckdb.DuckDBPyConnection) -> tuple[int, datetime]:
    row = cursor.execute(
        "SELECT snapshot_id, snapshot_time FROM ducklake_snapshots('lake') ORDER BY snapshot_id DESC LIMIT 1"
    ).fetchone()
    if row is None:
        raise LakeError("the lake has no snapshot", remedy="Run podlake ingest.")
    return row[0], row[1]
