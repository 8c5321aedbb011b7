from __future__ import annotations

from pathlib import Path

import pytest

from warehouse.errors import QueryError
from warehouse.lake import connect
from warehouse.query import query
from warehouse.settings import Settings, load


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A lake of one podcast, which no query can change."""
    settings = load(lake=tmp_path_factory.mktemp("queried") / "lake")
    with connect(settings, read_only=False) as lake:
        lake.execute("INSERT INTO core.podcasts VALUES ('p', 'Show')")
    return settings


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM core.podcasts",
        "FROM core.podcasts;",
        "SUMMARIZE core.podcasts",
        "DESCRIBE core.podcasts",
        "SHOW ALL TABLES",
    ],
)
def test_reading_statements_answer(settings: Settings, sql: str) -> None:
    answer = query(settings, sql)
    assert answer.columns
    assert list(answer.rows)


@pytest.mark.parametrize(
    "sql",
    [
        "COPY core.podcasts TO '{lake}/stolen.csv'",
        "EXPLAIN ANALYZE COPY core.podcasts TO '{lake}/stolen.csv'",
        "ATTACH '{lake}/stolen.csv' AS other",
        "DETACH lake",
        "SET memory_limit = '1TB'",
        "DELETE FROM core.podcasts",
        "INSTALL httpfs",
        "SELECT 1; SELECT 2",
        "",
    ],
)
def test_anything_but_one_select_is_refused(settings: Settings, sql: str) -> None:
    with pytest.raises(QueryError, match="only one SELECT"):
        query(settings, sql.format(lake=settings.lake))
    assert not (settings.lake / "stolen.csv").exists()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('{outside}')",
        "SELECT * FROM '{outside}'",
        "SELECT * FROM sqlite_query('__ducklake_metadata_lake', 'DELETE FROM ducklake_table RETURNING 1')",
        "SELECT * FROM ducklake_expire_snapshots('lake', older_than => now())",
        "SELECT * FROM ducklake_delete_orphaned_files('lake', cleanup_all => true)",
        "FROM ducklake_cleanup_old_files('lake', cleanup_all => true)",
        "SELECT (SELECT count(*) FROM lake.cleanup_old_files(cleanup_all => true))",
        "FROM query('FROM ducklake_cleanup_old_files(''lake'', cleanup_all => true)')",
    ],
)
def test_select_that_reaches_beyond_reading_fails(settings: Settings, tmp_path: Path, sql: str) -> None:
    outside = tmp_path / "secret.csv"
    outside.write_text("password")
    with pytest.raises(QueryError):
        list(query(settings, sql.format(outside=outside)).rows)
    assert list(query(settings, "FROM core.podcasts").rows) == [("p", "Show")]


def test_unknown_table_lists_the_tables(settings: Settings) -> None:
    with pytest.raises(
        QueryError, match=r"sentencez does not exist! Did you mean.*Tables: .*core\.sentences"
    ):
        query(settings, "SELECT * FROM core.sentencez")


def test_unknown_column_names_the_nearest(settings: Settings) -> None:
    with pytest.raises(QueryError, match=r'"txt" not found.*"text"'):
        query(settings, "SELECT txt FROM core.sentences")


def test_row_that_cannot_be_computed_is_a_query_error(settings: Settings) -> None:
    with pytest.raises(QueryError, match="Could not convert"):
        list(query(settings, "SELECT title::INTEGER FROM core.podcasts").rows)


def test_rows_stream(settings: Settings) -> None:
    rows = query(settings, "SELECT range FROM range(10_000_000_000)").rows
    assert [next(rows), next(rows)] == [(0,), (1,)]
