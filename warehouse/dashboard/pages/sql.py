"""A page to ask one SELECT on, off unless it was asked for: read-only, and limited in time, rows and memory."""

from __future__ import annotations

import sys

from warehouse.dashboard.asked import Asked
from warehouse.dashboard.confined import Limits, ask
from warehouse.dashboard.formats import kind_of
from warehouse.dashboard.page import Choice, Column, Form, Note, Page, Section, Table
from warehouse.dashboard.reader import Look
from warehouse.errors import NotFoundError, QueryError

LIMITS = Limits(seconds=10.0, memory_bytes=512 << 20, rows=1_000, characters=4_000, all_characters=1_000_000)
_MUCH = 900_000
"""Characters of an answer from which on rows may have been left out."""
_LONGEST = 4_000
"""Characters of a statement."""


def sql(look: Look, asked: Asked) -> Page:
    """Answer one SELECT."""
    if not asked.has_sql:
        raise NotFoundError("the SQL page is off", remedy="Start podlake dashboard serve with --sql.")
    text = asked.params.get("q", "").strip()
    sections: list[Section] = [Form("/sql", "Run", [Choice("q", "SELECT", text, is_long=True)])]
    if text:
        sections += _answer(look, text)
    lead = f"One SELECT, read-only; {LIMITS.seconds:g} seconds, {LIMITS.rows:,} rows and 512 MB at most."
    return Page("SQL", sections, lead)


def _answer(look: Look, text: str) -> list[Section]:
    if len(text) > _LONGEST:
        return [Note(f"A statement may have {_LONGEST:,} characters at most.", "failed")]
    try:
        names, found = ask(look.settings, text, look.snapshot_id, LIMITS)
    except QueryError as error:
        return [Note(str(error), "errored")]
    rows = [{name: _plain(value) for name, value in zip(names, row, strict=True)} for row in found]
    is_cut = len(rows) == LIMITS.rows or sum(len(str(value)) for row in found for value in row) > _MUCH
    note = f"The first {len(rows):,} rows." if is_cut else ""
    shown = [Column(name, name, kind_of(name)) for name in names]
    return [Table("answer", "Answer", shown, rows, empty="No row.", note=note)]


def _plain(value: object) -> object:
    """Write as text what JSON has no number for."""
    return str(value) if isinstance(value, int) and abs(value) > sys.maxsize else value
