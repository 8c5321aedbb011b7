"""Keep a lake healthy: few files, few snapshots, and nothing on disk that nobody needs.

Every run leaves small files and snapshots behind, and a scan pays for each of them. Maintenance takes them away in
steps; each holds the publish lock for itself, so that a publisher waits for one step and not for all. A kill between
or within steps leaves a whole lake: what a step did not commit is an orphan, which a later maintenance deletes.

Readers are never disturbed. What a merge replaces stays in the catalog until every snapshot that shows it has expired,
no snapshot expires within ``grace_hours``, and no file is deleted before nothing has needed it for as long.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from warehouse.errors import LakeError
from warehouse.lake import connect, literal, publishing, transaction
from warehouse.settings import MEGABYTE, Settings
from warehouse.staging import dead_runs, sweep

_SMALL_BYTES = 8 * MEGABYTE
"""Files below are merged; larger ones would be written again and again, and no scan would gain from it."""

_TARGET_BYTES = 32 * MEGABYTE
"""Most that one step merges. The texts of 85 MB of Parquet do not fit into a writer's memory; those of 32 MB do."""

_MEMORY = "1GB"
"""More than a writer has: what a step merges is one row group, held as a whole before it is written."""

_DELETED_SHARE = 0.1
"""Share of a file's rows that are deleted above which it is written anew, as pg_ducklake does."""

_CATALOG = "__ducklake_metadata_lake"
"""The database that DuckLake attaches its catalog as."""

_CHUNK = 1_000
"""Snapshots that one step expires."""

_DAY_S = 86_400.0
_HOUR_S = 3_600.0

_WORN = f"""
    SELECT listed.data_file, file.file_size_bytes, coalesce(deleted.delete_count, 0) >= {_DELETED_SHARE} * file.record_count
    FROM ducklake_list_files('lake', {{name}}, schema => {{schema}}) AS listed
    JOIN {_CATALOG}.ducklake_data_file AS file ON parse_filename(listed.data_file) = parse_filename(file.path)
    LEFT JOIN {_CATALOG}.ducklake_delete_file AS deleted
        ON file.data_file_id = deleted.data_file_id AND deleted.end_snapshot IS NULL
    WHERE
        file.end_snapshot IS NULL
        AND (
            file.file_size_bytes < {_SMALL_BYTES}
            OR deleted.delete_count >= {_DELETED_SHARE} * file.record_count
        )
    ORDER BY file.begin_snapshot, file.data_file_id
"""  # noqa: S608  our own numbers
"""The files of a table that are to be merged, oldest first: path, bytes, and whether many of its rows are deleted."""

_KNOWN_FILES = " UNION ALL ".join(
    f"SELECT parse_filename(path) FROM {_CATALOG}.{table}"  # noqa: S608  DuckLake's own names
    for table in ("ducklake_data_file", "ducklake_delete_file", "ducklake_files_scheduled_for_deletion")
)
"""Names of the files that the catalog knows; a name is given to no other file."""

_Lake = duckdb.DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What maintenance would do to a lake, or did.

    Attributes:
        snapshots: Snapshots that expire; the lake can no longer be queried as it was then.
        merged: Files by table that are small, or of which many rows are deleted, and become few.
        unneeded: Files deleted that expired snapshots left without use for ``grace_hours``, counted from the end of
            that day.
        orphans: Files deleted that the catalog does not know, older than that; a killed run leaves some.
        runs: Killed runs whose staging is removed.
    """

    snapshots: int
    merged: dict[str, int]
    unneeded: int
    orphans: int
    runs: int

    def as_dict(self) -> dict[str, object]:
        """Return the counts for JSON."""
        return asdict(self)


def plan(settings: Settings) -> Upkeep:
    """Say what maintenance would do now, and change no row and no file.

    A lake of an older podlake is brought up to date, as by every writer.

    Raises:
        LakeError: There is no lake, or another podlake made it.
    """
    with closing(connect(settings, read_only=False, create=False)) as lake:
        with _step(settings):
            orphans = _orphans(lake, settings)
        return Upkeep(
            snapshots=len(_expired(lake, settings)),
            merged={table: sum(map(len, groups)) for table, groups in _worn(lake).items()},
            unneeded=_n_rows(lake, _unneeded(settings, dry_run=True)),
            orphans=len(orphans),
            runs=len(dead_runs(settings)),
        )


def maintain(settings: Settings) -> Upkeep:
    """Expire, merge and clean up; return what was done. Where nothing is to be done, nothing changes.

    Memory is bounded by what one step merges, whatever the size of the lake.

    Raises:
        LakeError: There is no lake, another podlake made it, or DuckDB refused a step; what was done before stays.
        LakeLockedError: A step waited ``lock_timeout_s`` for a publisher.
    """
    with closing(connect(settings, read_only=False, create=False)) as lake:
        lake.execute(f"SET memory_limit = '{_MEMORY}'")
        return Upkeep(
            snapshots=_expire(lake, settings),
            merged={table: _merge(lake, settings, table, groups) for table, groups in _worn(lake).items()},
            unneeded=_delete_unneeded(lake, settings),
            orphans=_delete_orphans(lake, settings),
            runs=sweep(settings),
        )


def _expire(lake: _Lake, settings: Settings) -> int:
    expired = _expired(lake, settings)
    for first in range(0, len(expired), _CHUNK):
        with _step(settings):
            lake.execute(
                f"CALL ducklake_expire_snapshots('lake', versions => {expired[first : first + _CHUNK]})"
            )
    return len(expired)


def _merge(lake: _Lake, settings: Settings, table: str, groups: list[list[str]]) -> int:
    """Write the rows of each group of files into a new one.

    DuckLake's own ``merge_adjacent_files`` takes the old files out of the catalog. A reader whose transaction began
    before then finds neither them nor the new file, and answers with no rows at all, without an error (duckdb 1.5.5,
    SQLite catalog). An ordinary INSERT and DELETE leaves them to the snapshots that show them.
    """
    for group in groups:
        chosen = f"filename IN ({', '.join(map(literal, group))})"
        with transaction(lake, settings, f"merge files of {table}", n_files=len(group)):
            _replace(lake, table, chosen)
    return sum(map(len, groups))


def _replace(lake: _Lake, table: str, chosen: str) -> None:
    n_written = _value(lake, f"INSERT INTO {table} SELECT * FROM {table} WHERE {chosen}")  # noqa: S608  our own names
    n_deleted = _value(lake, f"DELETE FROM {table} WHERE {chosen}")  # noqa: S608  the same
    if n_written != n_deleted:
        raise LakeError(
            f"a merge would have made {n_written} rows of {n_deleted}, and was undone",
            where=table,
            remedy="Keep a copy of the lake and report this.",
        )


def _delete_unneeded(lake: _Lake, settings: Settings) -> int:
    with _step(settings):
        return _n_rows(lake, _unneeded(settings))


def _delete_orphans(lake: _Lake, settings: Settings) -> int:
    with _step(settings):
        orphans = _orphans(lake, settings)
        for file in orphans:
            file.unlink()
    return len(orphans)


@contextmanager
def _step(settings: Settings) -> Iterator[None]:
    with publishing(settings):
        try:
            yield
        except (duckdb.Error, OSError) as error:
            raise LakeError(
                f"maintenance stopped, and the lake is whole: {str(error).splitlines()[0]}",
                where=str(settings.lake),
                remedy="Look at free space and write rights, then run the command again.",
            ) from error


# Nothing below binds a parameter: the first that a process binds makes DuckDB import pandas.


def _worn(lake: _Lake) -> dict[str, list[list[str]]]:
    """Return by table the files that are to be merged, in groups that one step can take."""
    tables = lake.execute("""
        SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'lake' ORDER BY ALL
    """).fetchall()
    worn = {}
    for schema, name in tables:
        files = lake.execute(_WORN.format(name=literal(name), schema=literal(schema))).fetchall()
        if groups := _groups(files):
            worn[f"{schema}.{name}"] = groups
    return worn


def _groups(files: list[tuple[str, int, bool]]) -> list[list[str]]:
    """Group files of some sizes in order; one that would be alone is left unless many of its rows are deleted."""
    groups: list[list[str]] = []
    n_bytes, must = 0, [False]
    for file, size, has_deleted in files:
        if not groups or n_bytes + size > _TARGET_BYTES:
            groups.append([])
            must.append(False)
            n_bytes = 0
        groups[-1].append(file)
        must[-1] |= has_deleted
        n_bytes += size
    return [group for group, needed in zip(groups, must[1:], strict=True) if needed or len(group) > 1]


def _expired(lake: _Lake, settings: Settings) -> list[int]:
    """Return the snapshots that ceased to be the last one longer ago than the settings keep them, except the newest.

    A reader may have begun at any time while its snapshot was the last one; on an expired one it would read no rows.
    """
    age_s = max(settings.keep_snapshots_days * _DAY_S, settings.grace_hours * _HOUR_S)
    snapshots = lake.execute(f"""
        SELECT snapshot_id
        FROM (
            SELECT snapshot_id, lead(snapshot_time) OVER (ORDER BY snapshot_id) AS ended_at
            FROM ducklake_snapshots('lake')
            ORDER BY snapshot_id DESC
            OFFSET {settings.keep_snapshots}
        )
        WHERE ended_at < now() - to_seconds({age_s})
        ORDER BY snapshot_id
    """)  # noqa: S608  our own numbers
    return [snapshot for (snapshot,) in snapshots.fetchall()]


def _unneeded(settings: Settings, *, dry_run: bool = False) -> str:
    """Return the call that deletes the files that nothing needs since ``grace_hours``."""
    # In a SQLite catalog DuckLake compares times as texts, '2026-11-25 08:36' with '2026-11-25T07:00', so that a file
    # of the same day always counts as older. A day that ended before the grace began holds none that is too young.
    before = f"older_than => date_trunc('day', now() - to_seconds({settings.grace_hours * _HOUR_S})) - INTERVAL 1 DAY"
    which = before if settings.grace_hours else "cleanup_all => true"
    return f"CALL ducklake_cleanup_old_files('lake', {which}, dry_run => {dry_run})"


def _orphans(lake: _Lake, settings: Settings) -> list[Path]:
    """Return the files that the catalog does not know and that are older than ``grace_hours``.

    DuckLake's own ``delete_orphaned_files`` takes the path of the lake for a glob, and so the files of ``pod 2`` for
    orphans of ``pod [2024]`` (duckdb 1.5.5).
    """
    known = {name for (name,) in lake.execute(_KNOWN_FILES).fetchall()}
    before = time.time() - settings.grace_hours * _HOUR_S
    written = (settings.lake.resolve() / "data").rglob("ducklake-*")
    return [file for file in written if file.name not in known and file.stat().st_mtime < before]


def _n_rows(lake: _Lake, call: str) -> int:
    return len(lake.execute(call).fetchall())


def _value(lake: _Lake, statement: str) -> int:
    ((value,),) = lake.execute(statement).fetchall()
    return int(value)
