"""Statistics of the archive over its runs: what moved most, and a curve a metric and podcast."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from warehouse.dashboard.asked import PAGE_ROWS, Asked
from warehouse.dashboard.charts import curve
from warehouse.dashboard.page import Chart, Column, Kind, Link, Note, Page, Row, Section, Table
from warehouse.dashboard.reader import Look, Records
from warehouse.errors import NotFoundError
from warehouse.metrics import FARTHEST, METRICS, Metric
from warehouse.models import model

_MOST_CURVES = 24


def drift(look: Look, _asked: Asked) -> Page:
    """Say how far each podcast lies in the last run from the runs before."""
    found = look.select(model("status.drift"), run_id=None, farthest=FARTHEST)
    drifting = sum(row["drifts"] for row in found)
    sections: list[Section] = []
    if drifting:
        said = "One figure has" if drifting == 1 else f"{drifting} figures have"
        sections.append(Note(f"{said} moved further than chance explains.", "warned"))
    sections += [_moved(found), _metrics()]
    lead = f"The last run against the runs before it; beyond a distance of {FARTHEST:g} or at a change point a check warns."
    return Page("Drift", sections, lead, "warned" if drifting else "passed")


def metric(look: Look, asked: Asked) -> Page:
    """Draw one metric over the runs."""
    name = asked.path["metric"]
    known = {one.name: one for one in METRICS}
    if name not in known:
        raise NotFoundError(f"there is no metric {name!r}", remedy="Look at the page on drift.")
    found = look.rows("curves", metric=name, podcast_id=None, farthest=FARTHEST)
    curves = [*_curves(found, _kind(known[name]))]
    sections: list[Section] = [*curves[:_MOST_CURVES], _values(found, _kind(known[name]))]
    return Page(
        name.replace("_", " ").capitalize(),
        sections,
        known[name].description,
        None,
        {"Drift": Link("/drift")},
    )


def _curves(found: Records, kind: Kind) -> Iterator[Chart]:
    for (podcast, form), of_both in groupby(found, key=lambda row: (row["podcast"], row["format"])):
        runs = [*of_both]
        points = [(f"{run['started_at']:%Y-%m-%d}", run["value"], run["status"]) for run in runs]
        n_moved = sum(run["status"] == "warned" for run in runs)
        said = f"{podcast}, {form}: {len(runs)} runs, {n_moved} of which moved"
        yield Chart(f"{podcast}, {form}", curve(points, said, kind=kind, usual=runs[-1]["baseline"]))


def _moved(found: Records) -> Table:
    return Table(
        "moved",
        "What moved most",
        [
            Column("status", "State", "status"),
            Column("podcast", "Podcast"),
            Column("format", "Format"),
            Column("metric", "Metric", "code", lambda row: Link(f"/drift/{row['metric']}")),
            Column("value", "Value", "number"),
            Column("baseline", "Before", "number"),
            Column("distance", "Distance", "number"),
            Column("is_change", "Change point", "flag"),
            Column("n", "Documents", "count"),
            Column("n_runs", "Runs before", "count"),
        ],
        [{**row, "status": "warned" if row["drifts"] else "passed"} for row in found[:PAGE_ROWS]],
        empty="Nothing can be compared yet: that takes five runs and ten documents of a podcast.",
        total=len(found),
    )


def _metrics() -> Table:
    rows: list[Row] = [
        {"metric": one.name, "description": one.description, "unit": one.unit} for one in METRICS
    ]
    return Table(
        "metrics",
        "Metrics",
        [
            Column("metric", "Metric", "code", lambda row: Link(f"/drift/{row['metric']}")),
            Column("description", "What it is"),
            Column("unit", "Unit"),
        ],
        rows,
    )


def _values(found: Records, kind: Kind) -> Table:
    return Table(
        "values",
        "Values",
        [
            Column("status", "State", "status"),
            Column("podcast", "Podcast"),
            Column("format", "Format"),
            Column("run_id", "Run", "code", lambda row: Link(f"/runs/{row['run_id']}")),
            Column("started_at", "Started (UTC)", "moment"),
            Column("n", "Documents", "count"),
            Column("value", "Value", kind),
            Column("p10", "10 % below", kind),
            Column("p90", "10 % above", kind),
            Column("baseline", "Before", kind),
            Column("distance", "Distance", "number"),
            Column("is_change", "Change point", "flag"),
        ],
        sorted(found, key=lambda row: row["started_at"], reverse=True)[:PAGE_ROWS],
        empty="No run has measured it yet.",
        total=len(found),
    )


def _kind(one: Metric) -> Kind:
    return "share" if one.unit == "0..1" else "number"
