from __future__ import annotations

import re

import duckdb
import pytest

from tests.lakes import snapshots
from warehouse import views as lake_views
from warehouse.lake import MIGRATIONS, connect
from warehouse.models import front_matter, mart, views
from warehouse.settings import Settings

VIEWS = "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal ORDER BY view_name"


def described() -> list[tuple[str, str]]:
    return [(name, mart(name).description) for name in sorted(views())]


def undone(statement: str) -> str:
    """Return what takes a migration's statement back."""
    made = re.match(r"CREATE (TABLE|SCHEMA) (?:IF NOT EXISTS )?(\S+)", statement)
    if made:
        return f"DROP {made[1]} {made[2]}"
    table, column = re.split(r" ADD COLUMN (?:IF NOT EXISTS )?", statement.removeprefix("ALTER TABLE "))
    return f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}"


def test_a_new_lake_has_every_view_with_its_description(lake: duckdb.DuckDBPyConnection) -> None:
    assert "question_answers" in views()
    assert lake.execute(VIEWS).fetchall() == described()


def test_a_migrated_lake_has_every_view(settings: Settings, lake: duckdb.DuckDBPyConnection) -> None:
    for name in views():
        lake.execute(f"DROP VIEW mart.{name}")
    for statement in reversed(
        [statement for version in sorted(MIGRATIONS) for statement in MIGRATIONS[version]]
    ):
        lake.execute(undone(statement))
    lake.execute("UPDATE quality.lake_version SET schema_version = 1")
    with connect(settings, read_only=False) as migrated:
        assert migrated.execute(VIEWS).fetchall() == described()
        assert migrated.execute("SELECT count(*) FROM mart.question_answers").fetchall() == [(0,)]


def test_a_view_that_is_out_of_date_is_made_anew_and_only_that(
    settings: Settings, lake: duckdb.DuckDBPyConnection
) -> None:
    lake.execute("CREATE OR REPLACE VIEW mart.question_answers AS SELECT 1 AS old")
    lake.execute("CREATE VIEW mart.my_own AS SELECT 2 AS mine")
    before = snapshots(lake)
    with connect(settings, read_only=False) as again:
        assert "question" in again.sql("FROM mart.question_answers").columns
        assert again.sql("FROM mart.my_own").columns == ["mine"]
        assert snapshots(again) == before + 1
        lake_views.refresh_views(again)
        assert snapshots(again) == before + 1


@pytest.mark.parametrize("name", views())
def test_each_view_says_what_it_is(name: str) -> None:
    assert {"description", "owner", "grain", "depends_on"} <= front_matter(f"mart.{name}").keys()
