"""Profile runs: sum up what they measured, compare it with the runs before, and hold it to its rules."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import polars as pl

from expectations.runner import check_profile
from tasks.profile.compare import HISTORY, LOOKED_BACK, compared
from tasks.profile.land import Profile, has_profile
from tasks.profile.summary import CELL, summarised
from warehouse.contracts import PROFILE, RESULTS, Table
from warehouse.models import model
from warehouse.settings import Settings
from warehouse.status import killed_runs

WHOLE_RUN = -1
"""The batch of a result that looks at a whole run."""

_WINDOW = 500
"""Runs among which a podcast's own last ones are looked for: five days of a run every quarter of an hour, more than a year of daily ones."""

_FIRST = (
    "SELECT min(run_id) FROM (SELECT run_id FROM quality.runs WHERE run_id < ? ORDER BY run_id DESC LIMIT ?)"
)


def profiles(lake: duckdb.DuckDBPyConnection, settings: Settings, run_id: str) -> list[Profile]:
    """Profile a run, and first those before it that were killed before they could be; nothing is written.

    What it costs depends on what the runs landed and on the size of a profile, not on the archive.

    Args:
        lake: A connection that may make temporary tables.
        settings: The settings that opened it.
        run_id: A run that has landed all that it will.
    """
    killed = [run for run in killed_runs(lake, settings, run_id) if not has_profile(lake, run)]
    found: list[Profile] = []
    for run in (*killed, run_id):
        found.append(_profile(lake, run, [profile.rows for profile in found]))
    return found


def _profile(lake: duckdb.DuckDBPyConnection, run_id: str, not_landed: Iterable[pl.DataFrame]) -> Profile:
    measures = lake.execute(model("profile.measures"), {"run_id": run_id}).pl()
    summary = summarised(measures)
    past = [_past(lake, run_id, summary), *(rows.select(HISTORY.names()) for rows in not_landed)]
    rows = compared(summary, pl.concat(past)).with_columns(run_id=pl.lit(run_id))
    results = check_profile(rows).with_columns(run_id=pl.lit(run_id), batch=pl.lit(WHOLE_RUN, pl.Int32))
    return Profile(run_id, *(_shaped(part, table) for part, table in ((rows, PROFILE), (results, RESULTS))))


def _past(lake: duckdb.DuckDBPyConnection, run_id: str, summary: pl.DataFrame) -> pl.DataFrame:
    """Read the rows of earlier profiles that are about the same as those of this one."""
    first = lake.execute(_FIRST, [run_id, _WINDOW]).fetchone()
    if summary.is_empty() or first is None or first[0] is None:
        return HISTORY.to_frame()
    lake.register("asked", summary.select(CELL).to_arrow())
    place = {"run_id": run_id, "first": first[0], "looked_back": LOOKED_BACK}
    past = lake.execute(model("profile.history"), place).pl()
    lake.unregister("asked")
    return past.select(HISTORY.names()).match_to_schema(HISTORY)


def _shaped(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    return rows.select(table.polars_schema.names()).match_to_schema(table.polars_schema)
