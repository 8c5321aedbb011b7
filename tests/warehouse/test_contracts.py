from __future__ import annotations

import duckdb
import polars as pl
import pytest

from warehouse.contracts import DOCUMENTS, STAGED, TABLES, TRANSCRIPTS, Table, descendants

ALL = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


def test_lake_stores_each_column_as_its_contract_says(lake: duckdb.DuckDBPyConnection) -> None:
    stored = lake.execute(
        "SELECT schema_name || '.' || table_name, column_name, is_nullable FROM duckdb_columns() "
        "WHERE database_name = 'lake' AND table_name <> 'lake_version' "
        "AND table_oid IN (SELECT table_oid FROM duckdb_tables() WHERE database_name = 'lake')"
    ).fetchall()
    declared = [
        (name, column.name, column.nullable) for name, table in TABLES.items() for column in table.columns
    ]
    assert sorted(stored) == sorted(declared)
    for name, table in TABLES.items():
        assert lake.table(name).pl().schema == table.polars_schema


@ALL
def test_key_and_parent_exist(table: Table) -> None:
    assert set(table.key) <= set(table.polars_schema)
    assert table.parent is None or set(TABLES[table.parent].key[:1]) <= set(table.polars_schema)


@ALL
def test_every_table_and_column_says_what_it_means(table: Table) -> None:
    assert table.description.endswith(".")
    assert all(
        column.description.endswith((".", "null where the source has none.")) for column in table.columns
    )


def test_empty_frame_has_the_contracts_schema() -> None:
    assert DOCUMENTS.empty().schema == DOCUMENTS.polars_schema
    assert DOCUMENTS.empty().schema["vanished_at"] == pl.Datetime("us", "UTC")


def test_descendants_of_transcripts_are_all_that_hangs_on_them() -> None:
    below = {table.full_name for table in descendants(TRANSCRIPTS)}
    assert below == {"core.turns", "core.sentences", "core.segments", "core.sounds"}
    assert below < {table.full_name for table in STAGED}
