"""The checks, and one check: what it promises and why, what it found over time, and the rows that broke it."""

from __future__ import annotations

from warehouse.dashboard.asked import Asked, Check
from warehouse.dashboard.charts import columns
from warehouse.dashboard.page import Chart, Column, Fact, Facts, Link, Page, Row, Section, Table
from warehouse.dashboard.reader import Look, Records
from warehouse.errors import NotFoundError

_RUNS = 60
_MOST_FAILING = 50


def check_list(look: Look, asked: Asked) -> Page:
    """List every check with what it found last."""
    found = look.rows("checks", table_name=None)
    known = {(row["table_name"], row["rule"]) for row in found}
    new: Records = [
        {
            "table_name": check.table,
            "rule": check.rule,
            "column_name": check.column,
            "severity": check.severity,
            "status": "skipped",
            "n_runs": 0,
            "n_bad_runs": 0,
            "why": check.why,
        }
        for check in asked.checks
        if (check.table, check.rule) not in known
    ]
    return Page(
        "Checks",
        [table("checks", "All checks", found + new)],
        "Critical checks hold rows back until they are mended; warnings and infos are only recorded.",
    )


def check(look: Look, asked: Asked) -> Page:
    """Tell of one check."""
    table_name, rule = asked.path["table"], asked.path["rule"]
    history = look.rows("check_history", table_name=table_name, rule=rule, limit=_RUNS)
    declared = next((one for one in asked.checks if (one.table, one.rule) == (table_name, rule)), None)
    failing = look.rows(
        "held_documents",
        rule=rule,
        run_id=None,
        table_name=table_name,
        podcast=None,
        every=True,
        limit=_MOST_FAILING,
        offset=0,
    )
    if not history and declared is None:
        return _reason(table_name, rule, failing)
    sections: list[Section] = [_promise(declared, history)]
    if history:
        sections += [_chart(history), _history(history)]
    sections.append(_failing(failing))
    why = declared.why if declared else history[0]["why"]
    status = history[0]["status"] if history else "skipped"
    trail = {"Checks": Link("/checks"), table_name: Link(f"/datasets/{table_name}")}
    return Page(rule, sections, f"{why[0].upper()}{why[1:]}.", status, trail)


def _reason(table_name: str, rule: str, failing: Records) -> Page:
    """Tell of a reason that is no check: why documents could not be read."""
    if not failing:
        raise NotFoundError(
            f"there is no check {rule!r} of {table_name}", remedy="Look at the list of checks."
        )
    lead = "No check, but why documents could not be read or parsed; each says what to do."
    return Page(rule, [_failing(failing)], lead, "failed", {"Checks": Link("/checks")})


def check_link(row: Row) -> Link | None:
    """Lead to the check of a row with ``table_name`` and ``rule``."""
    return Link(f"/checks/{row['table_name']}/{row['rule']}")


def table(name: str, title: str, found: Records) -> Table:
    """Return a table of checks."""
    return Table(
        name,
        title,
        [
            Column("status", "Last result", "status"),
            Column("rule", "Check", "code", check_link),
            Column("table_name", "Table", "code", lambda row: Link(f"/datasets/{row['table_name']}")),
            Column("column_name", "Column", "code"),
            Column("severity", "Severity"),
            Column("n_unexpected", "Unexpected", "count"),
            Column("n_bad_runs", "Bad runs of 60", "count"),
            Column("why", "Why it exists"),
        ],
        found,
        empty="No check has looked yet.",
    )


def _promise(declared: Check | None, history: Records) -> Facts:
    last = history[0] if history else {}
    return Facts(
        "What it promises",
        [
            Fact("Allowed", declared.bounds if declared else "no longer checked by this podlake"),
            Fact("Column", declared.column if declared else last.get("column_name"), "code"),
            Fact("Severity", declared.severity if declared else last.get("severity")),
            Fact("Rows looked at, last run", last.get("n_looked_at"), "count"),
            Fact("Unexpected, last run", last.get("n_unexpected"), "count"),
            Fact(
                "Bad runs", sum(row["status"] in {"failed", "warned", "errored"} for row in history), "count"
            ),
        ],
    )


def _chart(history: Records) -> Chart:
    measures_table = any(row["observed"] is not None for row in history)
    name = "observed" if measures_table else "n_unexpected"
    drawn = [(f"{row['started_at']:%Y-%m-%d}", row[name], row["status"]) for row in reversed(history)]
    title = "Observed value" if measures_table else "Unexpected rows"
    said = f"{title} of the last {len(history)} runs"
    return Chart(title, columns(drawn, said, kind="number"), f"{said}, oldest on the left.")


def _history(history: Records) -> Table:
    return Table(
        "history",
        "History",
        [
            Column("status", "Status", "status"),
            Column("run_id", "Run", "code", lambda row: Link(f"/runs/{row['run_id']}")),
            Column("started_at", "Started (UTC)", "moment"),
            Column("n_looked_at", "Rows looked at", "count"),
            Column("n_unexpected", "Unexpected", "count"),
            Column("observed", "Observed", "number"),
            Column("error", "Error"),
        ],
        history,
    )


def _failing(failing: Records) -> Table:
    return Table(
        "failing",
        "Rows that broke it",
        [
            Column("path", "Document", to=lambda row: Link(f"/quarantine/{row['document_id']}")),
            Column("podcast", "Podcast"),
            Column("run_id", "Run", "code", lambda row: Link(f"/runs/{row['run_id']}")),
            Column("n_held", "Rows", "count"),
            Column("detail", "What was seen"),
            Column("is_healed", "Healed since", "flag"),
        ],
        failing,
        empty="No row is held back for it. Warnings and infos keep no rows.",
        note=f"The latest {_MOST_FAILING} documents." if len(failing) == _MOST_FAILING else "",
    )
