"""What is exported, read by the tools that it is for, equals the lake row by row."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.landing import land, sample_documents
from warehouse.contracts import DOCUMENTS, TABLES
from warehouse.export.archive import Request, export_tables
from warehouse.settings import Settings

EVERY = (*TABLES, "mart.talk_time", "mart.pace", "mart.terms")


@pytest.fixture(scope="module")
def tables(sample_lake: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("tables") / "out"
    export_tables(sample_lake, Request(target), EVERY)
    return target


def test_duckdb_and_polars_read_tables_and_marts_as_the_lake_has_it(
    tables: Path, reader: duckdb.DuckDBPyConnection
) -> None:
    for name in EVERY:
        files = str(tables / name / "*.parquet")
        expected = reader.sql(f"FROM {name} ORDER BY ALL")
        found = duckdb.sql(f"FROM read_parquet('{files}') ORDER BY ALL")
        assert (found.columns, found.types) == (expected.columns, expected.types), name
        assert found.fetchall() == expected.fetchall(), name
        assert pl.read_parquet(files).height == reader.sql(f"FROM {name}").pl().height


def test_rows_are_ordered_by_key(tables: Path) -> None:
    for name, table in TABLES.items():
        if table == DOCUMENTS:  # whole documents are too long to be sorted, and stay as they landed
            continue
        frame = pl.read_parquet(tables / name / "*.parquet").select(table.key)
        assert frame.equals(frame.sort(table.key)), name


def test_deleted_rows_stay_deleted(settings: Settings, tmp_path: Path) -> None:
    documents = sample_documents()
    land(settings, documents)
    changed = {path: data.replace(b"clock", b"cuckoo") for path, data in documents.items() if "clock" in path}
    land(settings, changed, "run-2")
    export_tables(settings, Request(tmp_path / "out"), ["core.turns"])
    export_tables(settings, Request(tmp_path / "before", at=3), ["core.turns"])
    now, then = (pl.read_parquet(tmp_path / name / "core.turns" / "*.parquet") for name in ("out", "before"))
    assert now.height == then.height
    assert now.filter(pl.col("text").str.contains("cuckoo")).height > 0
    assert then.filter(pl.col("text").str.contains("cuckoo")).height == 0


def test_what_lands_while_an_export_runs_is_left_for_the_next(settings: Settings, tmp_path: Path) -> None:
    said = b"WEBVTT\n\n00:00.000 --> 00:01.000\nA few new words.\n"
    tables = ["core.episodes", "core.sentences"]

    def land_more(what: str, n_done: int, n_all: int) -> None:
        if (what, n_done, n_all) == ("core.episodes", 1, 1):
            land(settings, {"Show/2.vtt": said}, "run-2")

    land(settings, {"Show/1.vtt": said})
    first = export_tables(settings, Request(tmp_path / "out", told=land_more), tables)
    assert first.n_rows == 2
    assert export_tables(settings, Request(tmp_path / "next"), tables).n_rows == 4
    export_tables(settings, Request(tmp_path / "again", at=first.snapshot_id), tables)
    assert (tmp_path / "again" / "SHA256SUMS").read_bytes() == (tmp_path / "out" / "SHA256SUMS").read_bytes()
