from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from tests.lakes import count, frame, snapshots
from warehouse import lake as lakes
from warehouse.contracts import SCHEMA_VERSION, TABLES, TRANSCRIPTS
from warehouse.errors import LakeError, LakeLockedError
from warehouse.lake import connect, publishing, transaction
from warehouse.query import query
from warehouse.settings import Settings, load
from warehouse.staging import dead_runs, staging, sweep

CREATE = "import sys; from warehouse.lake import connect; from warehouse.settings import load; connect(load(lake=sys.argv[1]), read_only=False)"


def test_new_lake_has_every_table_with_its_comments(lake: duckdb.DuckDBPyConnection) -> None:
    tables = lake.execute("SELECT schema_name || '.' || table_name, comment FROM duckdb_tables()").fetchall()
    columns = lake.execute(
        # DuckDB takes no comments on the columns of views.
        "SELECT comment FROM duckdb_columns() WHERE database_name = 'lake' AND schema_name <> 'mart'"
    ).fetchall()
    assert dict(tables).items() >= {name: table.description for name, table in TABLES.items()}.items()
    assert all(comment for (comment,) in columns)


def test_reopening_changes_nothing(settings: Settings, lake: duckdb.DuckDBPyConnection) -> None:
    before = snapshots(lake)
    with connect(settings, read_only=False) as again:
        assert snapshots(again) == before


def test_two_processes_that_create_at_once_both_end_well(settings: Settings) -> None:
    creators = [subprocess.Popen([sys.executable, "-c", CREATE, settings.lake]) for _ in range(3)]
    assert [creator.wait(60) for creator in creators] == [0, 0, 0]
    with connect(settings) as reader:
        assert count(reader, "quality.lake_version") == 1


@pytest.mark.parametrize("delay_s", [0.35, 0.5, 0.65])
def test_creation_can_be_killed_and_begun_again(settings: Settings, delay_s: float) -> None:
    creator = subprocess.Popen([sys.executable, "-c", CREATE, settings.lake])
    try:
        creator.wait(delay_s)
    except subprocess.TimeoutExpired:
        creator.kill()
        creator.wait()
    with connect(settings, read_only=False) as lake:
        assert count(lake, "core.sentences") == 0


def test_lake_opens_where_it_was_moved_to(settings: Settings, tmp_path: Path) -> None:
    with connect(settings, read_only=False) as lake:
        lake.execute("INSERT INTO core.podcasts VALUES ('p', 'Show')")
    moved = settings.lake.rename(tmp_path / "it's moved")
    with connect(load(lake=moved)) as reader:
        assert reader.execute("FROM core.podcasts").fetchall() == [("p", "Show")]


def test_reading_a_missing_lake_says_to_ingest_first(settings: Settings) -> None:
    with pytest.raises(LakeError, match="podlake ingest first"):
        connect(settings)
    assert not settings.lake.exists()


def test_folder_with_other_files_is_refused_and_left_alone(settings: Settings) -> None:
    settings.lake.mkdir()
    (settings.lake / "thesis.doc").touch()
    with pytest.raises(LakeError, match=r"thesis\.doc"):
        connect(settings, read_only=False)
    assert [path.name for path in settings.lake.iterdir()] == ["thesis.doc"]


def test_file_in_place_of_the_catalog_is_refused(settings: Settings) -> None:
    settings.lake.mkdir()
    (settings.lake / "catalog.sqlite").write_text(
        "no database at all, but long enough to look like a header" * 9
    )
    for read_only in (True, False):
        with pytest.raises(LakeError, match="cannot be opened"):
            connect(settings, read_only=read_only)


def test_lake_of_a_newer_podlake_is_refused(settings: Settings, lake: duckdb.DuckDBPyConnection) -> None:
    lake.execute("UPDATE quality.lake_version SET schema_version = schema_version + 1")
    for read_only in (True, False):
        with pytest.raises(LakeError, match="Upgrade podlake"):
            connect(settings, read_only=read_only)


def test_lake_of_an_older_podlake_is_refused_without_a_migration(
    settings: Settings, lake: duckdb.DuckDBPyConnection
) -> None:
    lake.execute("UPDATE quality.lake_version SET schema_version = 0")
    with pytest.raises(LakeError, match="cannot bring up to date"):
        connect(settings, read_only=False)


def test_lake_of_an_older_podlake_is_migrated_by_a_writer(
    settings: Settings, lake: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.execute("UPDATE quality.lake_version SET schema_version = 0")
    homepage = "ALTER TABLE core.podcasts ADD COLUMN homepage VARCHAR"
    monkeypatch.setattr(lakes, "MIGRATIONS", {0: (homepage,)} | dict.fromkeys(range(1, SCHEMA_VERSION), ()))
    with connect(settings, read_only=False) as migrated:
        assert "homepage" in migrated.table("core.podcasts").columns
    connect(settings).close()


@pytest.fixture
def oldest(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A lake of schema version 1, which has nothing of what later versions brought, with a transcript and a sentence in it."""
    new = {"model", "error_s", "number", "season", "audio_url"}
    later = {
        "raw.feeds",
        "raw.items",
        "quality.incidents",
        "quality.measures",
        "quality.profile",
        "core.vectors",
    }
    tables = {
        name: replace(table, columns=tuple(c for c in table.columns if c.name not in new))
        for name, table in TABLES.items()
        if table.schema != "mart" and name not in later
    }
    with monkeypatch.context() as patch:
        patch.setattr(lakes, "TABLES", tables)
        patch.setattr(lakes, "SCHEMA_VERSION", 1)
        patch.setattr(lakes, "refresh_views", lambda _: None)
        with connect(settings, read_only=False) as lake:
            for name in ("core.transcripts", "core.sentences"):
                row = frame(tables[name], [{}])
                lake.register("rows", row)
                lake.execute(f"INSERT INTO {name} BY NAME FROM rows")
    return settings


def test_lake_of_schema_version_1_is_migrated_by_a_writer_and_keeps_its_rows(oldest: Settings) -> None:
    with pytest.raises(LakeError, match="podlake reprocess"):
        connect(oldest)
    with connect(oldest, read_only=False) as lake:
        found = {
            f"{schema}.{table}": set(columns)
            for schema, table, columns in lake.execute(
                "SELECT schema_name, table_name, list(column_name) FROM duckdb_columns() "
                "WHERE database_name = 'lake' GROUP BY ALL"
            ).fetchall()
        }
        assert all(found[name] == {c.name for c in table.columns} for name, table in TABLES.items())
        before = snapshots(lake)
    with connect(oldest, read_only=False) as again:
        assert snapshots(again) == before
    answer = query(
        oldest, "SELECT n_words, model, (SELECT error_s FROM core.sentences) FROM core.transcripts"
    )
    assert list(answer.rows) == [(1, None, None)]


def test_lake_of_schema_version_3_gets_what_is_new(
    settings: Settings, lake: duckdb.DuckDBPyConnection
) -> None:
    new = ("quality.measures", "quality.profile", "core.vectors")
    for name in new:
        lake.execute(f"DROP TABLE {name}")
    for column in ("acknowledged_at", "acknowledged_by"):
        lake.execute(f"ALTER TABLE quality.incidents DROP COLUMN {column}")
    lake.execute("UPDATE quality.lake_version SET schema_version = 3")
    with connect(settings, read_only=False) as migrated:
        assert {"acknowledged_at", "acknowledged_by"} < set(migrated.table("quality.incidents").columns)
        for name in new:
            assert migrated.table(name).pl().schema == TABLES[name].polars_schema


def test_migrated_lake_takes_rows_and_says_what_its_columns_mean(oldest: Settings) -> None:
    with connect(oldest, read_only=False) as lake:
        rows = frame(TRANSCRIPTS, [{"transcript_id": "new", "model": "boundary/1"}])
        lake.register("rows", rows)
        lake.execute("INSERT INTO core.transcripts BY NAME FROM rows")
        lake.execute("UPDATE core.transcripts SET n_words = 7")
        lake.execute("DELETE FROM core.sentences WHERE error_s IS NULL")
    words = query(oldest, "SELECT model, n_words, is_current FROM core.transcripts ORDER BY model")
    assert list(words.rows) == [("boundary/1", 7, False), (None, 7, False)]
    comments = query(oldest, "SELECT comment FROM duckdb_columns() WHERE schema_name = 'core'")
    assert all(comment for (comment,) in comments.rows)


def test_killed_migration_is_begun_again(oldest: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(lakes.MIGRATIONS, 1, (*lakes.MIGRATIONS[1], "SELECT error('killed')"))
        with pytest.raises(duckdb.Error, match="killed"):
            connect(oldest, read_only=False)
    connect(oldest, read_only=False).close()
    assert list(query(oldest, "SELECT count(model) FROM core.transcripts").rows) == [(0,)]


def test_reader_sees_the_last_commit_while_a_writer_writes(
    settings: Settings, lake: duckdb.DuckDBPyConnection
) -> None:
    with connect(settings) as reader:
        with transaction(lake, settings, "two podcasts"):
            lake.execute("INSERT INTO core.podcasts VALUES ('a', 'A')")
            assert count(reader, "core.podcasts") == 0
            lake.execute("INSERT INTO core.podcasts VALUES ('b', 'B')")
            assert count(reader, "core.podcasts") == 0
        assert count(reader, "core.podcasts") == 2


def test_failed_transaction_leaves_no_trace(settings: Settings, lake: duckdb.DuckDBPyConnection) -> None:
    def insert(*titles: str | None) -> None:
        with transaction(lake, settings, "insert"):
            for title in titles:
                lake.execute("INSERT INTO core.podcasts VALUES ('p', ?)", [title])

    before = snapshots(lake)
    with pytest.raises(LakeError, match="could not be written"):
        insert("A", None)
    assert (snapshots(lake), count(lake, "core.podcasts")) == (before, 0)
    insert("A")
    assert count(lake, "core.podcasts") == 1


def test_second_publisher_gives_up_after_the_timeout(
    settings: Settings, lake: duckdb.DuckDBPyConnection
) -> None:
    hasty = settings.model_copy(update={"lock_timeout_s": 0.1})
    never = transaction(lake, hasty, "never")
    with publishing(settings), pytest.raises(LakeLockedError, match=r"0\.1 s"):
        never.__enter__()


@pytest.mark.usefixtures("lake")
def test_staging_of_dead_runs_is_swept_and_of_living_ones_kept(settings: Settings) -> None:
    dead = settings.lake / "staging" / "dead" / "000001"
    with staging(settings, "alive") as alive:
        dead.mkdir(parents=True)
        with staging(settings, "next"):
            assert alive.exists()
            assert not dead.parent.exists()
    assert list((settings.lake / "staging").iterdir()) == []


@pytest.mark.usefixtures("lake")
def test_what_is_no_folder_of_a_run_stays_in_the_staging_folder(settings: Settings, tmp_path: Path) -> None:
    staged, elsewhere = settings.lake / "staging", tmp_path / "elsewhere"
    for folder in (staged / "dead", elsewhere):
        folder.mkdir(parents=True)
    (staged / ".DS_Store").write_bytes(b"Bud1")
    (staged / "link").symlink_to(elsewhere)
    assert dead_runs(settings) == ["dead"]
    with staging(settings, "alive") as alive:
        assert sorted(path.name for path in staged.iterdir()) == sorted((".DS_Store", "link", alive.name))
    assert sweep(settings) == 0
    assert elsewhere.exists()


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "desktop.ini", "lost+found"])
def test_a_lake_is_made_beside_what_a_system_leaves_in_new_folders(settings: Settings, name: str) -> None:
    (settings.lake / name).mkdir(parents=True)
    connect(settings, read_only=False).close()
    assert (settings.lake / "catalog.sqlite").exists()
