"""Land what was measured with a batch, and the profiles of runs with the end of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from warehouse.changes import exist, insert, make
from warehouse.contracts import MEASURES, PROFILE, RESULTS
from warehouse.lake import literal
from warehouse.metrics import METRICS
from warehouse.models import model


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


def land_measures(lake: duckdb.DuckDBPyConnection, measured: Path, place: Mapping[str, object]) -> None:
    """Add what was measured of the documents that a batch lands, those held back among them.

    Args:
        lake: A connection inside the transaction that lands the batch, once it has found what is ``fresh``.
        measured: The staged measures; no file where no document could be read.
        place: ``run_id`` and ``batch``.
    """
    names = ", ".join(metric.name for metric in METRICS)
    source = (
        f"read_parquet({literal(str(measured))})" if measured.exists() else f"{MEASURES.full_name} LIMIT 0"
    )
    make(lake, "measured", f"SELECT document_id, {names} FROM {source}")  # noqa: S608  the path is quoted
    insert(lake, MEASURES, model("publish.measures"), place)


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
