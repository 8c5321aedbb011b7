"""The runs, and one run: what it read, published and held back, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from warehouse.dashboard.asked import PAGE_ROWS, Asked, neighbours
from warehouse.dashboard.charts import columns, meter
from warehouse.dashboard.formats import written
from warehouse.dashboard.page import Chart, Column, Fact, Facts, Link, Note, Page, Row, Section, Table
from warehouse.dashboard.pages.checks import check_link
from warehouse.dashboard.reader import Look, Records
from warehouse.errors import NotFoundError

_DEAD_AFTER_S = 3600
"""A run publishes every batch; one that did not for an hour and is not finished was killed."""
_CHARTED = 60
_MOST_BATCHES = 500
_MOST_HELD = 50


def run_list(look: Look, asked: Asked) -> Page:
    """List the runs."""
    found = look.rows("runs", run_id=None, limit=asked.most(PAGE_ROWS), offset=asked.offset)
    total = found[0]["n_rows"] if found else 0
    sections: list[Section] = []
    if found:
        shown = list(reversed(found[:_CHARTED]))
        drawn = [
            (
                f"{run['started_at']:%Y-%m-%d}",
                run["n_documents"],
                "warned" if run["n_quarantined"] else "passed",
            )
            for run in shown
        ]
        said = f"Documents read by each of {len(shown)} runs"
        sections.append(Chart("Documents read", columns(drawn, said), "Amber: something was held back."))
    listed = table("runs", "Runs", found, asked.now, total=total, pages=neighbours("/runs", asked, total))
    return Page("Runs", [*sections, listed])


def run(look: Look, asked: Asked) -> Page:
    """Tell of one run."""
    run_id = asked.path["run_id"]
    found = look.row("runs", run_id=run_id, limit=1, offset=0)
    if found is None:
        raise NotFoundError(f"there is no run {run_id!r}", remedy="Look at the list of runs.")
    held = look.rows(
        "held_documents",
        rule=None,
        run_id=run_id,
        table_name=None,
        podcast=None,
        every=True,
        limit=asked.most(_MOST_HELD),
        offset=0,
    )
    sections: list[Section] = [_figures(found)]
    if state(found, asked.now) == "killed":
        sections.insert(0, Note("It was killed. What it published stays; run it again to go on.", "errored"))
    if held:
        sections.append(held_table(held, link_run=False, total=held[0]["n_rows"]))
    sections += [
        _stages(found),
        _results(look.rows("run_results", run_id=run_id)),
        _batches(look.rows("batches", run_id=run_id, limit=asked.most(_MOST_BATCHES))),
    ]
    lead = ", ".join(found["sources"])
    return Page(f"Run {run_id}", sections, lead, state(found, asked.now), {"Runs": Link("/runs")})


def table(
    name: str,
    title: str,
    found: Records,
    now: datetime,
    *,
    total: int | None = None,
    pages: dict[str, Link] | None = None,
) -> Table:
    """Return a table of runs."""
    rows = [row | {"state": state(row, now), "sources": ", ".join(row["sources"])} for row in found]
    return Table(
        name,
        title,
        [
            Column("run_id", "Run", "code", lambda row: Link(f"/runs/{row['run_id']}")),
            Column("state", "Status", "status"),
            Column("started_at", "Started (UTC)", "moment"),
            Column("n_documents", "Documents", "count"),
            Column("n_published", "Published", "count"),
            Column("n_quarantined", "Held back", "count"),
            Column("n_bytes", "Read", "bytes"),
            Column("sources", "Sources"),
        ],
        rows,
        empty="No run has landed anything yet: podlake ingest starts one.",
        total=total,
        pages=pages or {},
    )


def state(found: Row, now: datetime) -> str:
    """Return finished, running or killed."""
    is_quiet = (now - found["updated_at"]).total_seconds() > _DEAD_AFTER_S
    return "killed" if found["status"] == "running" and is_quiet else str(found["status"])


def held_table(
    held: Records,
    *,
    link_run: bool = True,
    total: int | None = None,
    pages: Mapping[str, Link] | None = None,
) -> Table:
    """Return a table of documents that are held back, or of which rows are."""
    run_column = (
        [Column("run_id", "Run", "code", lambda row: Link(f"/runs/{row['run_id']}"))] if link_run else []
    )
    return Table(
        "held",
        "Held back, and why",
        [
            Column("path", "Document", to=lambda row: Link(f"/quarantine/{row['document_id']}")),
            Column("podcast", "Podcast"),
            Column("table_name", "Table", "code"),
            Column("rule", "Reason", "code", check_link),
            Column("n_held", "Rows", "count"),
            Column("detail", "What was seen, and what to do"),
            Column("is_healed", "Healed since", "flag"),
            *run_column,
        ],
        held,
        empty="Nothing was held back.",
        total=total,
        pages=pages or {},
    )


def _figures(found: Row) -> Facts:
    took_s = (found["updated_at"] - found["started_at"]).total_seconds()
    usual = found["usual_documents"]
    return Facts(
        "What it did",
        [
            Fact(
                "Documents read",
                found["n_documents"],
                "count",
                note=f"usual: {written(usual, 'count')}" if usual else "",
            ),
            Fact("Published", found["n_published"], "count", "passed"),
            Fact(
                "Held back", found["n_quarantined"], "count", "failed" if found["n_quarantined"] else "passed"
            ),
            Fact("Bytes", found["n_bytes"], "bytes"),
            Fact("Took", took_s, "seconds"),
            Fact("Rows in", found["rows_in"], "count"),
            Fact("Rows published", found["rows_published"], "count"),
            Fact("Rows held back", found["rows_quarantined"], "count"),
            Fact("Started (UTC)", found["started_at"], "moment"),
            Fact("podlake", found["podlake_version"]),
        ],
    )


def _stages(found: Row) -> Table:
    stages = json.loads(found["stages"])
    seconds, cpu_seconds = stages.get("seconds", {}), stages.get("cpu_seconds", {})
    total = sum(cpu_seconds[stage] for stage in cpu_seconds if stage != "total") or 1
    rows = [
        {
            "stage": stage,
            "seconds": seconds.get(stage),
            "cpu_seconds": cpu_seconds.get(stage),
            "share": "" if stage == "total" else meter((cpu_seconds.get(stage) or 0) / total),
        }
        for stage in sorted(
            seconds | cpu_seconds, key=lambda stage: (stage == "total", -(cpu_seconds.get(stage) or 0))
        )
    ]
    return Table(
        "stages",
        "Time by stage",
        [
            Column("stage", "Stage"),
            Column("seconds", "Time", "seconds"),
            Column("cpu_seconds", "CPU time", "seconds"),
            Column("share", "Share of the CPU time", "bar"),
        ],
        rows,
        empty="The run has recorded no times yet.",
    )


def _results(found: Records) -> Table:
    return Table(
        "checks",
        "Checks",
        [
            Column("status", "Status", "status"),
            Column("rule", "Check", "code", check_link),
            Column("table_name", "Table", "code", lambda row: Link(f"/datasets/{row['table_name']}")),
            Column("severity", "Severity"),
            Column("n_looked_at", "Rows looked at", "count"),
            Column("n_unexpected", "Unexpected", "count"),
            Column("why", "Why it exists"),
        ],
        found,
        empty="No check has looked yet.",
    )


def _batches(found: Records) -> Table:
    return Table(
        "batches",
        "Batches",
        [
            Column("batch", "Batch", "count"),
            Column("status", "Status", "status"),
            Column("n_documents", "Documents", "count"),
            Column("n_bytes", "Read", "bytes"),
            Column("rows_in", "Rows in", "count"),
            Column("rows_published", "Published", "count"),
            Column("rows_quarantined", "Held back", "count"),
            Column("published_at", "Published at (UTC)", "moment"),
        ],
        found,
        empty="No batch has been published yet.",
    )
