"""The first page: whether all is well, and if not, what is wrong and where to look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from warehouse.contracts import TABLES
from warehouse.dashboard.asked import Asked
from warehouse.dashboard.charts import strip
from warehouse.dashboard.formats import span, written
from warehouse.dashboard.page import Column, Fact, Facts, Link, Note, Page, Row, Section, Status, Table
from warehouse.dashboard.pages import incidents, runs
from warehouse.dashboard.pages.quarantine import reason_link
from warehouse.dashboard.reader import Look, Records

_STRIP_DAYS = 60
_LEAST, _MOST = 0.5, 2.0
"""Volume against the average of up to ten earlier runs over the same sources, outside which it is a finding."""
_LAST_RUNS = 8
_GRAVITY = ("errored", "failed", "warned")


def overview(look: Look, asked: Asked) -> Page:
    """Say how the lake is."""
    latest = look.rows("runs", run_id=None, limit=_LAST_RUNS, offset=0)
    held, open_incidents = look.rows("held_now"), incidents.opened(look)
    findings = [*_findings(look, asked, latest, open_incidents)]
    findings.sort(key=lambda finding: _GRAVITY.index(finding.status))
    sections: list[Section] = [*findings] if findings else [Note(_all_well(latest), "passed")]
    sections += [_figures(look, asked, latest, held, open_incidents), _strips(look, asked)]
    if open_incidents:
        sections.append(incidents.table("incidents", "Open incidents", open_incidents))
    if held:
        sections.append(_held(held))
    sections.append(runs.table("runs", "Last runs", latest, asked.now))
    return Page("Overview", sections, status=_worst(findings))


def _all_well(latest: Records) -> str:
    return "All is well." if latest else "The lake is empty: run podlake ingest to fill it."


def _worst(findings: list[Note]) -> Status:
    return findings[0].status if findings else "passed"


def _findings(look: Look, asked: Asked, latest: Records, open_incidents: Records) -> Iterator[Note]:
    """Yield what is wrong."""
    for incident in open_incidents:
        yield Note(
            f"{incident['subject']}: {incident['kind']}. {incident['detail']}",
            "failed",
            incidents.link(incident),
        )
    if not latest:
        return
    last = latest[0]
    page = Link(f"/runs/{last['run_id']}")
    if runs.state(last, asked.now) == "killed":
        yield Note(
            "The last run was killed. What it published stays; run it again to go on.", "errored", page
        )
    results = look.rows("run_results", run_id=last["run_id"])
    errored, failed = (sum(row["status"] == status for row in results) for status in ("errored", "failed"))
    if errored:
        yield Note(f"{_checks(errored)} raised an error in the last run.", "errored", page)
    if failed:
        yield Note(f"{_checks(failed)} failed in the last run; the rows are held back.", "failed", page)
    if last["n_quarantined"]:
        yield Note(
            _held_back(last),
            "failed" if _share_held(last) > look.settings.max_quarantined else "warned",
            page,
        )
    age_s = (asked.now - last["updated_at"]).total_seconds()
    if age_s > look.settings.fresh_hours * 3600:
        yield Note(
            f"Nothing has landed for {span(age_s)}; the target is {look.settings.fresh_hours:g} hours.",
            "warned",
            page,
        )
    ratio = _ratio(last)
    if ratio is not None and not _LEAST <= ratio <= _MOST:
        yield Note(f"The last run read {ratio:.1f} times the documents that are usual.", "warned", page)


def _checks(n: int) -> str:
    return "One check" if n == 1 else f"{n} checks"


def _figures(look: Look, asked: Asked, latest: Records, held: Records, open_incidents: Records) -> Facts:
    if not latest:
        return Facts("Now", [Fact("Documents", 0, "count")])
    last = latest[0]
    age_s = (asked.now - last["updated_at"]).total_seconds()
    is_fresh = age_s <= look.settings.fresh_hours * 3600
    ratio = _ratio(last)
    n_held = held[0]["n_held_documents"] if held else 0
    return Facts(
        "Now",
        [
            Fact("Last run", runs.state(last, asked.now), "status", to=Link(f"/runs/{last['run_id']}")),
            Fact(
                "Last change",
                f"{span(age_s)} ago",
                status="passed" if is_fresh else "warned",
                note=f"target: within {span(look.settings.fresh_hours * 3600)}",
            ),
            Fact(
                "Documents read",
                last["n_documents"],
                "count",
                status=None if ratio is None else "passed" if _LEAST <= ratio <= _MOST else "warned",
                note=f"usual: {written(last['usual_documents'], 'count')}"
                if ratio is not None
                else "fewer than 5 runs before",
            ),
            Fact(
                "Held back",
                n_held,
                "count",
                "warned" if n_held else "passed",
                "documents",
                Link("/quarantine"),
            ),
            Fact(
                "Open incidents",
                len(open_incidents),
                "count",
                "failed" if open_incidents else "passed",
                to=Link("/incidents"),
            ),
        ],
    )


def _strips(look: Look, asked: Asked) -> Table:
    first = asked.today - timedelta(days=_STRIP_DAYS - 1)
    days = look.rows("days", since=first, table_name=None)
    tables = [name for name in TABLES if any(row["table_name"] == name for row in days)]
    rows: list[Row] = []
    for name in tables:
        own = [row for row in days if row["table_name"] == name]
        rows.append(
            {
                "table": name,
                "days": strip(strip_days(own), asked.today, _STRIP_DAYS),
                "n_rows": sum(row["n_rows"] for row in own),
                "status": own[-1]["status"],
            }
        )
    return Table(
        "tables",
        f"Tables over {_STRIP_DAYS} days",
        [
            Column("table", "Table", "code", lambda row: Link(f"/datasets/{row['table']}")),
            Column("status", "Last checks", "status"),
            Column("n_rows", "Rows read", "count"),
            Column("days", f"{_STRIP_DAYS} days to today"),
        ],
        rows,
        empty=f"Nothing was ingested in the last {_STRIP_DAYS} days.",
        note="Low: all checks passed. Higher: a warning. Full height: failed and held back; with a gap: a check raised an error. Dot: no data.",
    )


def strip_days(rows: Records) -> dict[date, tuple[Status, str]]:
    """Return the status of each day, with what is said of it, from rows of ``days``."""
    return {
        row["day"]: (row["status"], f"{written(row['n_rows'], 'count')} rows, {row['status']}")
        for row in rows
    }


def _held(held: Records) -> Table:
    return Table(
        "held",
        "Held back now",
        [
            Column("rule", "Reason", "code", reason_link),
            Column("podcast", "Podcast"),
            Column("n_documents", "Documents", "count"),
            Column("n_rows", "Rows", "count"),
            Column("example", "For example"),
        ],
        held[:_LAST_RUNS],
        total=len(held),
    )


def _ratio(run: Row) -> float | None:
    """Compare a run's documents with what is usual; a run that goes on has not read all of its own."""
    is_over = run["status"] != "running"
    return run["n_documents"] / run["usual_documents"] if run["usual_documents"] and is_over else None


def _held_back(run: Row) -> str:
    said = f"The last run held back {run['n_quarantined']:,} of {run['n_documents']:,} documents"
    n_unsupported = run["n_unsupported"]
    return (
        f"{said}, {n_unsupported:,} of them in formats that podlake does not read."
        if n_unsupported
        else f"{said}."
    )


def _share_held(run: Row) -> float:
    """Return the share that ``max_quarantined`` limits: formats that podlake does not read are not counted."""
    n_read = run["n_documents"] - run["n_unsupported"]
    return (run["n_quarantined"] - run["n_unsupported"]) / n_read if n_read > 0 else 0.0
