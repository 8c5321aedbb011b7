"""What is held back: by reason, podcast and run, down to a row's whole story."""

from __future__ import annotations

import json

from warehouse.dashboard.asked import PAGE_ROWS, Asked, neighbours
from warehouse.dashboard.page import (
    Choice,
    Code,
    Column,
    Fact,
    Facts,
    Form,
    Link,
    Note,
    Page,
    Row,
    Section,
    Table,
)
from warehouse.dashboard.pages.checks import check_link
from warehouse.dashboard.pages.runs import held_table
from warehouse.dashboard.reader import Look, Records
from warehouse.errors import NotFoundError

_MOST_ROWS = 200
_MOST_STORIES = 5
_AROUND = 300
"""Characters of the source shown before and behind a row."""
_REMEDY = (
    "Mend the source and ingest it again: a new revision that passes heals it by itself. "
    "podlake reprocess tries what an older podlake held back."
)


def quarantine(look: Look, asked: Asked) -> Page:
    """List what is held back, filtered as asked."""
    held = look.rows("held_now")
    chosen = {
        "rule": asked.chosen("rule"),
        "podcast": asked.chosen("podcast"),
        "run_id": asked.chosen("run"),
        "table_name": asked.chosen("table"),
    }
    every = asked.chosen("healed") == "yes"
    documents = look.rows(
        "held_documents", **chosen, every=every, limit=asked.most(PAGE_ROWS), offset=asked.offset
    )
    total = documents[0]["n_rows"] if documents else 0
    sections: list[Section] = []
    if not any(chosen.values()):
        sections.append(_reasons(held))
    sections.append(_filters(held, asked))
    sections.append(held_table(documents, total=total, pages=neighbours("/quarantine", asked, total)))
    return Page("Quarantine", sections, _REMEDY if held else "", "failed" if held else "passed")


def story(look: Look, asked: Asked) -> Page:
    """Tell the whole story of one document of which something is or was held back."""
    document_id = asked.path["document_id"]
    revisions = look.rows("document", document_id=document_id)
    rows = look.rows("held_rows", document_id=document_id, limit=_MOST_ROWS)
    if not revisions:
        raise NotFoundError(f"there is no document {document_id!r}", remedy="Look for it in the quarantine.")
    latest = revisions[0]
    is_latest = any((row["run_id"], row["batch"]) == (latest["run_id"], latest["batch"]) for row in rows)
    is_held = is_latest and latest["vanished_at"] is None
    sections: list[Section] = [
        *_state(latest, is_held=is_held),
        _document(look, latest),
        _rows(rows),
    ]
    for row in rows[:_MOST_STORIES]:
        sections += _told(look, document_id, row)
    sections.append(_revisions(revisions))
    return Page(
        latest["path"],
        sections,
        latest["uri"],
        "failed" if is_held else "passed",
        {"Quarantine": Link("/quarantine")},
    )


def _state(latest: Row, *, is_held: bool) -> list[Note]:
    if not is_held:
        return [Note("Nothing of it is held back now.", "passed")]
    return [Note(latest["reason"] or "Some of its rows are held back.", "failed"), Note(_REMEDY, "none")]


def _reasons(held: Records) -> Table:
    return Table(
        "reasons",
        "Reasons",
        [
            Column("rule", "Reason", "code", reason_link),
            Column("table_name", "Table", "code"),
            Column("podcast", "Podcast"),
            Column("run_id", "Run", "code", lambda row: Link(f"/runs/{row['run_id']}")),
            Column("n_documents", "Documents", "count"),
            Column("n_rows", "Rows", "count"),
            Column("example", "For example"),
        ],
        held[:PAGE_ROWS],
        empty="Nothing is held back.",
        total=len(held),
    )


def reason_link(row: Row) -> Link:
    """Lead from a reason to the documents that are held back for it."""
    names = {
        "rule": row["rule"],
        "podcast": row["podcast"],
        "run": row["run_id"],
        "table": row["table_name"],
    }
    return Link("/quarantine", {name: str(value) for name, value in names.items()})


def _filters(held: Records, asked: Asked) -> Form:
    def options(name: str) -> list[str]:
        return sorted({str(row[name]) for row in held}, reverse=name == "run_id")[:PAGE_ROWS]

    return Form(
        "/quarantine",
        "Filter",
        [
            Choice("rule", "Reason", asked.params.get("rule", ""), options("rule")),
            Choice("podcast", "Podcast", asked.params.get("podcast", ""), options("podcast")),
            Choice("run", "Run", asked.params.get("run", ""), options("run_id")),
            Choice("table", "Table", asked.params.get("table", ""), options("table_name")),
            Choice("healed", "Also healed", asked.params.get("healed", ""), ["yes"]),
        ],
    )


def _document(look: Look, latest: Row) -> Facts:
    # A podcast of which nothing has ever been published has no page.
    has_page = look.row("podcasts", podcast_id=latest["podcast_id"]) is not None
    podcast = Link(f"/podcasts/{latest['podcast_id']}") if has_page else None
    return Facts(
        "The document",
        [
            Fact("Status", latest["status"], "status"),
            Fact("Podcast", latest["podcast"], to=podcast),
            Fact("Format", latest["format"]),
            Fact("Encoding", latest["encoding"]),
            Fact("Language", latest["language"]),
            Fact("Size", latest["n_bytes"], "bytes"),
            Fact("Oddities", latest["issues"]),
            Fact("Read by", latest["version"]),
            Fact("Run", latest["run_id"], "code", to=Link(f"/runs/{latest['run_id']}")),
            Fact("Landed (UTC)", latest["ingested_at"], "moment"),
        ],
    )


def _rows(rows: Records) -> Table:
    return Table(
        "rows",
        "Rows held back",
        [
            Column("rule", "Reason", "code", check_link),
            Column("table_name", "Table", "code"),
            Column("row_key", "Row", "code"),
            Column("revision", "Revision", "count"),
            Column("detail", "What was seen, and what to do"),
            Column("quarantined_at", "Held back at (UTC)", "moment"),
            Column("run_id", "Run", "code", lambda row: Link(f"/runs/{row['run_id']}")),
        ],
        rows,
        empty="No row of it is or was held back.",
        note=f"The latest {_MOST_ROWS}." if len(rows) == _MOST_ROWS else "",
    )


def _told(look: Look, document_id: str, row: Row) -> list[Section]:
    """Show the source around a row, and the row itself."""
    told: list[Section] = []
    if row["revision"] is not None:
        start = max((row["start_char"] or 0) - _AROUND, 0)
        length = (row["end_char"] or _AROUND) - (row["start_char"] or 0) + 2 * _AROUND
        source = look.row(
            "excerpt",
            document_id=document_id,
            revision=row["revision"],
            start=start,
            length=min(length, 4 * _AROUND),
        )
        if source and source["excerpt"]:
            where = f"characters {start:,} and on, of {source['n_chars']:,}"
            told.append(Code(f"Source of {row['row_key']}", source["excerpt"], where))
    if row["row_json"]:
        pretty = json.dumps(json.loads(row["row_json"]), ensure_ascii=False, indent=2)
        told.append(Code(f"Row {row['row_key']}", pretty, f"meant for {row['table_name']}"))
    return told


def _revisions(revisions: Records) -> Table:
    return Table(
        "revisions",
        "Revisions",
        [
            Column("revision", "Revision", "count"),
            Column("status", "Status", "status"),
            Column("reason", "Reason"),
            Column("n_bytes", "Size", "bytes"),
            Column("sha256", "SHA-256", "code"),
            Column("version", "Read by", "code"),
            Column("run_id", "Run", "code", lambda row: Link(f"/runs/{row['run_id']}")),
            Column("ingested_at", "Landed (UTC)", "moment"),
        ],
        revisions,
    )
