"""Incidents: what went wrong with schedules, opened and closed by themselves, acknowledged by a person."""

from __future__ import annotations

from typing import Any

from warehouse.dashboard.asked import Asked
from warehouse.dashboard.page import Code, Column, Fact, Facts, Link, Page, Row, Table
from warehouse.dashboard.reader import Look, Records
from warehouse.errors import NotFoundError
from warehouse.models import model


def opened(look: Look) -> Records:
    """Return the open incidents."""
    # Mostly there are none, and to find no row in a table without any takes DuckLake some milliseconds a column.
    if not look.select("SELECT count(*) AS n FROM quality.incidents")[0]["n"]:
        return []
    return look.select(model("incidents.listed"), every=False)


def incident_list(look: Look, _asked: Asked) -> Page:
    """List all incidents."""
    found = look.select(model("incidents.listed"), every=True)
    is_open = any(row["closed_at"] is None for row in found)
    lead = "They open when a scheduled run fails, is late, incomplete or degraded, and close when a later one is well."
    return Page(
        "Incidents", [table("incidents", "All incidents", found)], lead, "failed" if is_open else "passed"
    )


def incident(look: Look, asked: Asked) -> Page:
    """Tell of one incident."""
    incident_id = asked.path["incident_id"]
    found = [
        row for row in look.select(model("incidents.listed"), every=True) if row["incident_id"] == incident_id
    ]
    if not found:
        raise NotFoundError(f"there is no incident {incident_id!r}", remedy="Look at the list of incidents.")
    row = _shown(found[0])
    facts = Facts(
        "What is known",
        [
            Fact("State", row["state"], "status"),
            Fact("Kind", row["kind"]),
            Fact("Schedule", row["subject"]),
            Fact("Opened (UTC)", row["opened_at"], "moment"),
            Fact("Last seen (UTC)", row["last_seen_at"], "moment"),
            Fact("Closed (UTC)", row["closed_at"], "moment"),
            Fact("Runs that showed it", row["n_seen"], "count"),
            Fact("Acknowledged by", row["acknowledged_by"]),
            Fact("Acknowledged (UTC)", row["acknowledged_at"], "moment"),
            Fact("Muted until (UTC)", row["muted_until"], "moment"),
        ],
    )
    commands = "\n".join(
        [
            f"podlake incidents acknowledge {incident_id}",
            f"podlake incidents mute {incident_id} --for 1d",
            f"podlake incidents close {incident_id}",
        ]
    )
    note = "The dashboard only reads; these commands act."
    return Page(
        f"{row['kind']}: {row['subject']}",
        [facts, Code("What was seen last", row["detail"]), Code("What you can do", commands, note)],
        status="passed" if row["closed_at"] else "failed",
        trail={"Incidents": Link("/incidents")},
    )


def link(row: Row) -> Link:
    """Lead to an incident."""
    return Link(f"/incidents/{row['incident_id']}")


def table(name: str, title: str, found: Records) -> Table:
    """Return a table of incidents."""
    return Table(
        name,
        title,
        [
            Column("state", "State", "status"),
            Column("incident_id", "Incident", "code", link),
            Column("kind", "Kind"),
            Column("subject", "Schedule"),
            Column("opened_at", "Opened (UTC)", "moment"),
            Column("closed_at", "Closed (UTC)", "moment"),
            Column("n_seen", "Runs", "count"),
            Column("acknowledged_by", "Acknowledged by"),
            Column("detail", "What was seen last"),
        ],
        [_shown(row) for row in found],
        empty="None so far: podlake schedule apply sets up runs that are watched.",
    )


def _shown(row: Row) -> dict[str, Any]:
    return {**row, "state": "closed" if row["closed_at"] else "open"}
