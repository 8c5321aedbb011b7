"""One snapshot of the lake for the whole of an export, whatever lands meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime

import duckdb

from warehouse.lake import Moment, connect
from warehouse.settings import MEGABYTE, Settings

_MEMORY_BYTES = 512 * MEGABYTE
"""For DuckDB. With Python, Arrow and the files that are written, exports of 5 M sentences stayed below 1 GB."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Which state of the lake an export shows: its id, and when it was committed."""

    snapshot_id: int
    committed_at: datetime


@contextmanager
def pinned(
    settings: Settings, at: Moment | None = None
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Snapshot]]:
    """Open the lake read-only at one snapshot, and say which it is.

    Args:
        settings: Names the lake.
        at: The snapshot's id, or a time; the last one where none is given.

    Raises:
        LakeError: There is no lake, no such snapshot, or another podlake made it.
    """
    if at is None:
        with closing(connect(settings)) as latest:
            at = _snapshot_of(latest).snapshot_id
    with closing(connect(settings, at=at)) as lake:
        lake.execute(f"SET memory_limit = '{_MEMORY_BYTES}B'")
        # Threads add up the floats of a mart in any order, and each has its own share of the memory.
        lake.execute("SET threads = 1")
        yield lake, _snapshot_of(lake)


def _snapshot_of(lake: duckdb.DuckDBPyConnection) -> Snapshot:
    (row,) = lake.execute(
        "SELECT snapshot_id, snapshot_time FROM ducklake_snapshots('lake')"
        " WHERE snapshot_id = (SELECT id FROM lake.current_snapshot())"
    ).fetchall()
    return Snapshot(*row)
