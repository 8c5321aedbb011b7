"""Maintenance changes no row, disturbs no reader and no publisher, and can be killed."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from tasks.publish import publish
from tests.lakes import Source, contents, count, run_of, snapshots, stage
from tests.processes import CONTEXT, started
from warehouse.errors import LakeError, LakeLockedError
from warehouse.lake import connect, publishing
from warehouse.maintenance import Upkeep, maintain, plan
from warehouse.settings import Settings, load
from warehouse.staging import staging

N_COMMITS = 12

DAY_S = 86_400.0


def land(settings: Settings, folder: Path, numbers: Sequence[int], text: str = "one two three") -> None:
    """Publish small batches, one commit each."""
    with closing(connect(settings, read_only=False)) as lake:
        for number in numbers:
            source = Source(f"{number}.txt", f"{text} {number}")
            staged = stage(folder / f"{text}-{number}", [source], batch=number)
            publish(lake, settings, run_of(), staged)


@pytest.fixture(scope="module")
def small_commits(new_lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of many small commits, the last ones of which take the place of earlier ones."""
    folder = tmp_path_factory.mktemp("small")
    settings = load(lake=shutil.copytree(new_lake, folder / "lake"))
    land(settings, folder, range(N_COMMITS))
    land(settings, folder, range(N_COMMITS, N_COMMITS + 3))
    land(settings, folder, range(3), "changed since")
    return settings.lake


@pytest.fixture
def worn(small_commits: Path, tmp_path: Path) -> Settings:
    """That lake, to be maintained with nothing kept that is not needed."""
    lake = shutil.copytree(small_commits, tmp_path / "worn")
    return load(lake=lake, keep_snapshots_days=0, keep_snapshots=1, grace_hours=0, lock_timeout_s=30)


def rows(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    with closing(connect(settings)) as lake:
        return contents(lake)


def files(settings: Settings, table: str = "") -> set[Path]:
    return set((settings.lake / "data" / table).rglob("*.parquet"))


def n_snapshots(settings: Settings) -> int:
    with closing(connect(settings)) as lake:
        return snapshots(lake)


def test_small_files_become_one_a_table_and_every_row_stays(worn: Settings) -> None:
    before = rows(worn)
    done = maintain(worn)
    assert done.merged["core.sentences"] >= N_COMMITS
    assert rows(worn) == before
    with closing(connect(worn)) as lake:
        counts = lake.execute("SELECT file_count FROM ducklake_table_info('lake')").fetchall()
    assert {n_files for (n_files,) in counts} <= {0, 1}


def test_what_is_planned_is_what_is_done(worn: Settings) -> None:
    before = files(worn), n_snapshots(worn)
    planned = plan(worn)
    assert (files(worn), n_snapshots(worn)) == before
    assert planned == replace(maintain(worn), unneeded=planned.unneeded)
    assert planned.snapshots > N_COMMITS
    assert plan(worn).merged == {}


def test_replaced_files_go_with_the_last_snapshot_that_shows_them(worn: Settings) -> None:
    before = files(worn)
    maintain(worn)
    maintain(worn)
    left = files(worn)
    in_use = (files(worn, table) for table in ("quality/lake_version", "core/podcasts", "quality/runs"))
    assert before & left == before & set().union(*in_use)
    assert len(left) < len(before) / 5


def test_once_all_is_done_nothing_changes_any_more(worn: Settings) -> None:
    maintain(worn)
    maintain(worn)  # expires the snapshots of the merges, and deletes what they showed
    before = files(worn), n_snapshots(worn)
    assert maintain(worn) == Upkeep(0, {}, 0, 0, 0)
    assert (files(worn), n_snapshots(worn)) == before


def test_snapshots_stay_for_days_and_the_newest_for_ever(worn: Settings) -> None:
    n_before = n_snapshots(worn)
    assert maintain(worn.model_copy(update={"keep_snapshots_days": 1.0})).snapshots == 0
    kept = n_snapshots(worn)
    assert kept >= n_before
    assert maintain(worn.model_copy(update={"keep_snapshots": 5})).snapshots == kept - 5
    assert n_snapshots(worn) == 5


def test_a_snapshot_that_was_the_last_one_until_now_stays(worn: Settings, tmp_path: Path) -> None:
    """A lake that nobody changed for days: a reader may have begun just now, on a snapshot that is days old."""
    with closing(sqlite3.connect(worn.lake / "catalog.sqlite")) as catalog, catalog:
        long_ago = f"{datetime.now(UTC) - timedelta(days=60):%F %T.%f}+00"
        catalog.execute("UPDATE ducklake_snapshot SET snapshot_time = ?", [long_ago])
    n_old = n_snapshots(worn)
    land(worn, tmp_path, [90])
    patient = worn.model_copy(update={"keep_snapshots_days": 30.0})
    assert maintain(patient).snapshots == n_old - 1


def test_an_older_snapshot_is_still_answered_after_a_merge(worn: Settings) -> None:
    keeping = worn.model_copy(update={"keep_snapshots_days": 1.0})
    with closing(connect(keeping)) as lake:
        versions = [
            v for (v,) in lake.execute("SELECT snapshot_id FROM ducklake_snapshots('lake')").fetchall()
        ]
        asked = versions[:: len(versions) // 4]
        before = [count(lake, f"core.sentences AT (VERSION => {v})") for v in asked[1:]]
    maintain(keeping)
    with closing(connect(keeping)) as lake:
        assert [count(lake, f"core.sentences AT (VERSION => {v})") for v in asked[1:]] == before


def test_files_with_deleted_rows_are_written_anew(worn: Settings) -> None:
    maintain(worn)
    with closing(connect(worn, read_only=False)) as lake:
        lake.execute("DELETE FROM core.sentences WHERE sentence = 1")
    before = rows(worn)
    assert maintain(worn).merged == {"core.sentences": 1}
    assert rows(worn) == before
    with closing(connect(worn)) as lake:
        listed = "ducklake_list_files('lake', 'sentences', schema => 'core')"
        assert lake.execute(f"SELECT delete_file FROM {listed}").fetchall() == [(None,)]


def test_files_that_nothing_needs_stay_for_the_grace(worn: Settings) -> None:
    maintain(worn)
    patient = worn.model_copy(update={"grace_hours": 24.0})
    with closing(connect(worn, read_only=False)) as lake:
        lake.execute("CALL ducklake_expire_snapshots('lake', older_than => now())")
    n_unneeded = plan(worn).unneeded
    assert n_unneeded > N_COMMITS
    # DuckLake by itself takes all that is of the same day, or of the day before, for older.
    for hours, n_deleted in ((0.1, 0), (12.0, 0), (23.9, 0), (72.0, n_unneeded)):
        schedule(worn, datetime.now(UTC) - timedelta(hours=hours))
        assert plan(patient).unneeded == n_deleted
        assert maintain(patient).unneeded == n_deleted
    assert plan(worn).unneeded == 0


def schedule(settings: Settings, at: datetime) -> None:
    """Let all files that nothing needs be so since a time, written as DuckLake writes it."""
    with closing(sqlite3.connect(settings.lake / "catalog.sqlite")) as catalog, catalog:
        catalog.execute(
            "UPDATE ducklake_files_scheduled_for_deletion SET schedule_start = ?", [f"{at:%F %T.%f}+00"]
        )


def test_an_orphan_is_deleted_only_once_it_is_old(worn: Settings) -> None:
    orphan = worn.lake / "data" / "core" / "sentences" / "ducklake-orphan.parquet"
    shutil.copy(next(iter(files(worn))), orphan)
    patient = worn.model_copy(update={"grace_hours": 24.0})
    assert (plan(patient).orphans, maintain(patient).orphans) == (0, 0)
    assert orphan.exists()
    os.utime(orphan, times=(time.time() - 2 * DAY_S,) * 2)
    assert plan(patient).orphans == 1
    assert maintain(patient).orphans == 1
    assert not orphan.exists()


@pytest.mark.parametrize(("name", "other"), [("pod [2024]", "pod 2"), ("a*b", "a and b")])
def test_no_other_lake_loses_a_file_whatever_the_folders_are_called(
    worn: Settings, tmp_path: Path, name: str, other: str
) -> None:
    mine, theirs = (
        worn.model_copy(update={"lake": shutil.copytree(worn.lake, tmp_path / place / "lake")})
        for place in (name, other)
    )
    stranger = theirs.lake / "data" / "core" / "sentences" / "ducklake-theirs.parquet"
    orphan = mine.lake / "data" / "core" / "sentences" / "ducklake-mine.parquet"
    for file in (stranger, orphan):
        shutil.copy(next(iter(files(worn))), file)
        os.utime(file, times=(time.time() - 2 * DAY_S,) * 2)
    before = files(theirs)
    assert plan(mine).orphans == 1
    assert maintain(mine).orphans == 1
    assert not orphan.exists()
    assert files(theirs) == before


def test_a_file_that_is_gone_already_stops_nothing(worn: Settings) -> None:
    (gone, *_) = files(worn, "quality/runs")  # only the last one is in use
    maintain(worn.model_copy(update={"keep_snapshots_days": 1.0}))
    gone.unlink()  # as if a maintenance was killed between deleting it and saying so
    for _ in range(2):
        maintain(worn)
    assert plan(worn).unneeded == 0


def test_the_staging_of_killed_runs_goes_and_that_of_living_ones_stays(worn: Settings) -> None:
    (worn.lake / "staging" / "killed").mkdir(parents=True)
    with staging(worn.model_copy(update={"lake": worn.lake}), "alive") as alive:
        (worn.lake / "staging" / "killed-too").mkdir()
        assert (plan(worn).runs, maintain(worn).runs) == (1, 1)
        assert [path.name for path in (worn.lake / "staging").iterdir()] == [alive.name]


def test_a_missing_lake_is_refused_and_not_made(settings: Settings) -> None:
    for look in (plan, maintain):
        with pytest.raises(LakeError, match="no lake here"):
            look(settings)
    assert not settings.lake.exists()


def test_a_publisher_is_waited_for(worn: Settings) -> None:
    with publishing(worn), pytest.raises(LakeLockedError):
        maintain(worn.model_copy(update={"lock_timeout_s": 0.1}))


READER = """
import sys, time
from warehouse.lake import connect
from warehouse.settings import load
lake = connect(load(lake=sys.argv[1]))
lake.execute("BEGIN")
ask = "SELECT count(*), sum(hash(text)::HUGEINT) FROM core.sentences"
print(lake.execute(ask).fetchall(), flush=True)
sys.stdin.readline()
print(lake.execute(ask).fetchall(), lake.execute("SELECT count(*) FROM core.turns").fetchall(), flush=True)
"""


def test_a_reader_in_a_transaction_reads_on_what_it_saw(worn: Settings, tmp_path: Path) -> None:
    command = [sys.executable, "-c", READER, str(worn.lake)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdin
        assert reader.stdout
        seen = reader.stdout.readline().strip()
        patient = worn.model_copy(update={"grace_hours": 1.0})
        assert maintain(patient).merged
        land(worn, tmp_path, [90, 91])
        assert maintain(patient).merged
        answer, _ = reader.communicate("\n", timeout=30)
    assert reader.returncode == 0
    assert answer.startswith(f"{seen} ")


def test_new_readers_see_every_row_while_it_works(worn: Settings) -> None:
    before = rows(worn)
    worker = started(maintain, worn.model_copy(update={"grace_hours": 1.0}))
    n_files = {len(files(worn))}
    while worker.is_alive():
        assert rows(worn) == before
        n_files.add(len(files(worn)))
    worker.join()
    assert worker.exitcode == 0
    assert rows(worn) == before
    assert len(n_files) > 1, "it looked while files were merged"


@pytest.mark.parametrize("n_kills", [3, pytest.param(30, marks=pytest.mark.slow)])
def test_a_kill_at_any_moment_leaves_a_whole_lake(worn: Settings, tmp_path: Path, n_kills: int) -> None:
    expected = rows(worn)
    moments = random.Random(n_kills)  # noqa: S311  no secret
    for kill in range(n_kills):
        settings = worn.model_copy(update={"lake": shutil.copytree(worn.lake, tmp_path / f"lake-{kill}")})
        worker = started(maintain, settings)
        worker.join((kill + moments.random()) / n_kills)
        worker.kill()
        worker.join()
        assert rows(settings) == expected
        maintain(settings)
        assert rows(settings) == expected
        maintain(settings)
        assert len(files(settings)) < N_COMMITS


def land_until(settings: Settings, folder: Path, end: Event, n_landed: Synchronized[int]) -> None:
    """Publish one small batch after another until told to stop."""
    while not end.is_set():
        land(settings, folder, [20 + n_landed.value])
        n_landed.value += 1


def test_a_publisher_beside_it_loses_nothing(worn: Settings, tmp_path: Path) -> None:
    end, n_landed = CONTEXT.Event(), CONTEXT.Value("i", 0)
    publisher = started(land_until, worn, tmp_path, end, n_landed)
    while not n_landed.value:
        publisher.join(0.01)
        assert publisher.is_alive()
    for _ in range(2):
        before = n_landed.value
        maintain(worn)
        while n_landed.value == before:
            publisher.join(0.01)
            assert publisher.is_alive()
    end.set()
    publisher.join()
    assert publisher.exitcode == 0
    with closing(connect(worn)) as lake:
        landed = {path for (path,) in lake.execute("SELECT path FROM raw.documents").fetchall()}
        assert {f"{20 + number}.txt" for number in range(n_landed.value)} <= landed
        assert count(lake, "core.transcripts") == N_COMMITS + 3 + n_landed.value
        orphans = lake.execute(
            "SELECT count(*) FROM core.sentences ANTI JOIN core.transcripts USING (transcript_id)"
        )
        assert orphans.fetchall() == [(0,)]


def test_a_step_that_duckdb_refuses_says_what_to_do(worn: Settings) -> None:
    shutil.rmtree(worn.lake / "data" / "core" / "sentences")
    with pytest.raises(LakeError, match="run the command again"):
        maintain(worn)
