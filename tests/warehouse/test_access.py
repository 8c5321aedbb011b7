from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

import warehouse
from warehouse.access import ways_in
from warehouse.errors import LakeError, QueryError
from warehouse.lake import EXTENSIONS, extension_path
from warehouse.parameters import filled
from warehouse.query import query, write_parquet
from warehouse.settings import Settings


@pytest.fixture
def changed(lake: duckdb.DuckDBPyConnection, settings: Settings) -> Settings:
    """A lake in which one of two podcasts was deleted again."""
    lake.execute("INSERT INTO core.podcasts VALUES ('p', 'Show'), ('q', 'Other')")
    lake.execute("DELETE FROM core.podcasts WHERE podcast_id = 'q'")
    return settings


def snapshot(settings: Settings, back: int) -> int:
    rows = query(settings, f"SELECT max(snapshot_id) - {back} FROM ducklake_snapshots('lake')").rows
    return int(str(next(rows)[0]))


def test_python_gets_tables_and_marts_by_name_and_writes_nothing(changed: Settings) -> None:
    with warehouse.connect(changed.lake) as lake:
        assert lake.sql("SELECT title FROM core.podcasts").fetchall() == [("Show",)]
        assert lake.sql("FROM mart.talk_time").fetchall() == []
        with pytest.raises(duckdb.Error, match="read-only"):
            lake.execute("DELETE FROM core.podcasts")


def test_a_lazy_frame_leaves_out_deleted_rows_and_reads_what_is_asked(changed: Settings) -> None:
    podcasts = warehouse.table("core.podcasts", changed.lake)
    assert podcasts.collect_schema().names() == ["podcast_id", "title"]
    assert podcasts.filter(pl.col("podcast_id") >= "p").select("title").collect().rows() == [("Show",)]
    with pytest.raises(QueryError, match="there is no table"):
        warehouse.table("core.podcast", changed.lake)


def test_the_lake_answers_as_it_was(changed: Settings) -> None:
    names = "SELECT title FROM core.podcasts ORDER BY title"
    before = snapshot(changed, 1)
    assert list(query(changed, names, at=before).rows) == [("Other",), ("Show",)]
    assert warehouse.table("core.podcasts", changed.lake, at=before).collect().height == 2
    assert warehouse.table("mart.coverage", changed.lake).collect_schema().names()[0] == "podcast_id"
    moment = f"SELECT snapshot_time FROM ducklake_snapshots('lake') WHERE snapshot_id = {before}"
    ((at,),) = query(changed, moment).rows
    assert isinstance(at, datetime)
    assert list(query(changed, names, at=at).rows) == [("Other",), ("Show",)]
    with pytest.raises(LakeError, match="No snapshot found"):
        query(changed, names, at=999)


def test_the_printed_statements_open_the_lake_in_any_duckdb(changed: Settings) -> None:
    statements = ways_in(changed)["sql"].split("; ")
    with duckdb.connect(config={"allow_unsigned_extensions": True}) as plain:
        for name in EXTENSIONS:
            plain.load_extension(str(extension_path(name)))
        for statement in statements[4:]:  # the first four download and load what is loaded here already
            plain.execute(statement)
        assert plain.sql("SELECT title FROM core.podcasts").fetchall() == [("Show",)]
    assert [statement.split()[0] for statement in statements[:4]] == ["INSTALL", "LOAD", "INSTALL", "LOAD"]


def test_parameters_are_values_wherever_they_stand(changed: Settings) -> None:
    sql = (
        "SELECT title, 'é $n' AS kept, $name AS said FROM core.podcasts WHERE podcast_id = $id LIMIT $n -- $n"
    )
    values = {"id": "p", "n": "1", "name": "it's; DROP"}
    assert list(query(changed, sql, values).rows) == [("Show", "é $n", "it's; DROP")]


@pytest.mark.parametrize(
    ("values", "said"), [({}, r"\$a has no value"), ({"a": "1", "b": "2"}, r"no parameter \$b")]
)
def test_parameters_and_values_fit(values: dict[str, str], said: str) -> None:
    with pytest.raises(QueryError, match=said):
        filled("SELECT $a", values)


def test_parquet_holds_the_answer_or_the_file_is_as_it_was(changed: Settings, tmp_path: Path) -> None:
    target = tmp_path / "out.parquet"
    assert write_parquet(changed, "SELECT range AS n FROM range(250_000)", target) == 250_000
    assert pl.scan_parquet(target).select(pl.col("n").sum()).collect().item() == 31_249_875_000
    with pytest.raises(QueryError, match="Could not convert"):
        write_parquet(changed, "SELECT title::INTEGER FROM core.podcasts", target)
    assert pl.scan_parquet(target).select(pl.len()).collect().item() == 250_000
    assert [path.name for path in tmp_path.glob("*.part")] == []
