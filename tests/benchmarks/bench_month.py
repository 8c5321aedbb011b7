"""A month of daily runs over a growing archive, with maintenance once a week and without: what becomes of the lake.

    python tests/benchmarks/bench_month.py [--days 30] [--every 7]

Each day brings new transcripts, changes some, breaks some, mends those of the day before and removes one. Runs go through the real
steps in this process, without Prefect. After each day everything that the lake remembers is moved a day into the past, so that the
policies of maintenance see a month; both lakes read the same sources. A scan reads every sentence; the best of three, each in a new connection.
"""

from __future__ import annotations

import argparse
import os
import resource
import sqlite3
import tempfile
import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from flows.run import open_run
from tasks import audit, publish, stage
from tasks.batch import batches
from tests.benchmarks import synthetic
from warehouse.lake import connect
from warehouse.maintenance import maintain
from warehouse.settings import Settings, load

N_AT_FIRST, N_NEW, N_CHANGED, N_BROKEN = 100, 6, 3, 2
BROKEN = "<html><body>This page has moved.</body></html>\n"
DAY_S = 86_400
SCAN = "SELECT count(*), sum(length(text)), max(end_s) FROM core.sentences"

_MOMENTS = (
    ("ducklake_snapshot", "snapshot_time"),
    ("ducklake_files_scheduled_for_deletion", "schedule_start"),
)
"""Where DuckLake's catalog remembers when something was."""


class Archive:
    """A folder of WebVTT and SRT files that has good days and bad ones."""

    def __init__(self, folder: Path, n_days: int) -> None:
        self._folder = folder
        stock = folder.parent / "stock"
        n_needed = N_AT_FIRST + n_days * (N_NEW + N_CHANGED)
        # Marks and times come on top of the text, so a file may be larger than the largest.
        synthetic.write(stock, n_needed * synthetic.LARGEST * 3 // 2, formats=("webvtt", "srt"))
        self._stock = sorted(path for path in stock.rglob("*") if path.is_file())
        self._names: list[Path] = []
        self._broken: dict[Path, bytes] = {}
        folder.mkdir()
        self._add(N_AT_FIRST)

    def day(self) -> None:
        """Mend what yesterday broke, then add, change, break and remove."""
        for name, data in self._broken.items():
            name.write_bytes(data)
        self._add(N_NEW)
        changed = self._names[:: max(len(self._names) // N_CHANGED, 1)][:N_CHANGED]
        for name in changed:
            name.write_bytes(self._stock.pop().read_bytes())
        broken = [name for name in self._names if name not in changed][-N_BROKEN:]
        self._broken = {name: name.read_bytes() for name in broken}
        for name in broken:
            name.write_text(BROKEN)
        self._names.remove(changed[0])
        changed[0].unlink()

    def _add(self, n: int) -> None:
        for _ in range(n):
            source = self._stock.pop()
            name = self._folder / f"{len(self._stock):05}{source.suffix}"
            name.write_bytes(source.read_bytes())
            self._names.append(name)


def ingest(source: Path, settings: Settings) -> None:
    """Run every step of the ingest flow, without Prefect."""
    with open_run([str(source)], settings) as run:
        for batch in batches(run.discover(), settings.batch_bytes):
            staged = stage.stage_batch(batch, run.facts.run_id, run.folder, settings.turn_threshold)
            audited = audit.audit_batch(staged, run.facts.run_id, run.history)
            run.record(staged, publish.publish(run.lake, settings, run.facts, audited))
        run.finish()


def age_by_a_day(lake: Path) -> None:
    """Move what the catalog and the file system remember of the lake a day into the past."""
    with closing(sqlite3.connect(lake / "catalog.sqlite", timeout=10)) as catalog, catalog:
        for table, column in _MOMENTS:
            found = catalog.execute(f"SELECT rowid, {column} FROM {table}").fetchall()
            aged = [(_yesterday(moment), row) for row, moment in found]
            catalog.executemany(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", aged)
    for path in (lake / "data").rglob("*.parquet"):
        modified = path.stat().st_mtime - DAY_S
        os.utime(path, (modified, modified))


def _yesterday(moment: str) -> str:
    whole = moment if moment[-3] in "+-:" and moment.endswith(":00") else f"{moment}:00"
    return (datetime.fromisoformat(whole) - timedelta(days=1)).isoformat(sep=" ").removesuffix(":00")


def scan_s(settings: Settings) -> float:
    """Return the seconds of the fastest of three scans."""
    taken = []
    for _ in range(3):
        with closing(connect(settings)) as lake:
            began = time.perf_counter()
            lake.execute(SCAN).fetchall()
            taken.append(time.perf_counter() - began)
    return min(taken)


def state(settings: Settings) -> str:
    """Return a row of the table: snapshots, files, bytes and the time of a scan."""
    with closing(connect(settings)) as lake:
        n_snapshots = _number(lake.execute("SELECT count(*) FROM ducklake_snapshots('lake')").fetchone())
        n_sentences = _number(lake.execute("SELECT count(*) FROM core.sentences").fetchone())
        files = "SELECT sum(file_count + delete_file_count) FROM ducklake_table_info('lake')"
        n_files = _number(lake.execute(files).fetchone())
    on_disk = [path.stat().st_size for path in (settings.lake / "data").rglob("*.parquet")]
    catalog = (settings.lake / "catalog.sqlite").stat().st_size
    return (
        f"{n_sentences:>9} {n_snapshots:>9} {n_files:>11} {len(on_disk):>13} {sum(on_disk) / 1e6:>7.1f} "
        f"{catalog / 1e6:>10.2f} {scan_s(settings) * 1000:>8.0f}"
    )


def _number(row: tuple[int, ...] | None) -> int:
    return int(row[0]) if row else 0


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--every", type=int, default=7, help="days between two maintenances")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        archive = Archive(Path(scratch) / "Show", arguments.days)
        kept, left = (load(lake=Path(scratch) / name, keep_snapshots_days=7.0) for name in ("kept", "left"))
        print(
            "day lake       sentences snapshots files in use files on disk data MB catalog MB scan ms run s"
        )
        for day in range(1, arguments.days + 1):
            archive.day()
            for settings in (kept, left):
                began = time.perf_counter()
                ingest(Path(scratch) / "Show", settings)
                run_s = time.perf_counter() - began
                note = ""
                if day % arguments.every == 0 and settings is kept:
                    began = time.perf_counter()
                    maintain(settings)
                    note = f"  maintained in {time.perf_counter() - began:.1f} s"
                if day % arguments.every in (0, arguments.every - 1) or day == arguments.days:
                    name = "maintained" if settings is kept else "left alone"
                    print(f"{day:>3} {name} {state(settings)} {run_s:>5.1f}{note}", flush=True)
                age_by_a_day(settings.lake)
        rows = {tuple(_contents(settings)) for settings in (kept, left)}
    print("both lakes hold the same rows" if len(rows) == 1 else "THE LAKES DIFFER")
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _contents(settings: Settings) -> list[tuple[str, ...]]:
    """Return a digest of the rows of each table, whatever their order."""
    digest = "SELECT count(*)::VARCHAR, bit_xor(hash(COLUMNS(* EXCLUDE ({}))))::VARCHAR FROM {}"
    with closing(connect(settings)) as lake:
        return [
            tuple(map(str, lake.execute(digest.format(left_out, table)).fetchone() or ()))
            for table, left_out in (
                ("raw.documents", "run_id, ingested_at, vanished_at"),
                ("core.transcripts", "version"),
                ("core.sentences", "method"),
                ("core.turns", "method"),
            )
        ]


if __name__ == "__main__":
    main()
