"""Land the profiles of runs, inside the transaction that finishes one of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import polars as pl

from warehouse.changes import exist, insert
from warehouse.contracts import PROFILE, RESULTS
from warehouse.lake import literal


@dataclass(frozen=True, slots=True)
class Profile:
    """What a run landed, beside the runs before it.

    Attributes:
        run_id: The run.
        rows: Its rows of ``quality.profile``.
        results: What the rules say of them, as rows of ``quality.results``.
    """

    run_id: str
    rows: pl.DataFrame
    results: pl.DataFrame


def land_profiles(lake: duckdb.DuckDBPyConnection, profiles: Iterable[Profile]) -> None:
    """Add the profiles that the lake does not hold: two runs may have found the same killed one."""
    for profile in profiles:
        if profile.rows.height and not has_profile(lake, profile.run_id):
            for table, rows in ((PROFILE, profile.rows), (RESULTS, profile.results)):
                lake.register("profiled", rows.to_arrow())
                insert(lake, table, "FROM profiled")
                lake.unregister("profiled")


def has_profile(lake: duckdb.DuckDBPyConnection, run_id: str) -> bool:
    """Say whether the lake holds the profile of a run."""
    return exist(lake, f"FROM {PROFILE.full_name} WHERE run_id = {literal(run_id)}")
