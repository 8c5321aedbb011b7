"""A page to ask one SELECT on, off unless it was asked for: read-only, and limited in time, rows and memory."""

from __future__ import annotations

import sys
from itertools import islice

from warehouse.dashboard.asked import Asked
from warehouse.dashboard.formats import kind_of
from warehouse.dashboard.page import Choice, Column, Form, Note, Page, Section, Table
from warehouse.dashboard.reader import Look
from warehouse.errors import NotFoundError, QueryError
from warehouse.query import Limits, query

LIMITS = Limits(seconds=10.0, memory_bytes=256 << 20, threads=1)
_MOST_ROWS = 1_000
_LONGEST = 4_000
"""Characters of a statement, and of a cell."""


def sql(look: Look, asked: Asked) -> Page:
    """Answer one SELECT."""
    if not asked.has_sql:
        raise NotFoundError("the SQL page is off", remedy="Start podlake dashboard serve with --sql.")
    text = asked.params.get("q", "").strip()
    sections: list[Section] = [Form("/sql", "Run", [Choice("q", "SELECT", text, is_long=True)])]
    if text:
        sections += _answer(look, text)
    lead = f"One SELECT, read-only; {LIMITS.seconds:g} seconds, {_MOST_ROWS:,} rows and 256 MB at most."
    return Page("SQL", sections, lead)


def _answer(look: Look, text: str) -> list[Section]:
    if len(text) > _LONGEST:
        return [Note(f"A statement may have {_LONGEST:,} characters at most.", "failed")]
    try:
        answer = query(look.settings, text, at=look.snapshot_id, limits=LIMITS)
        rows = [dict(zip(answer.columns, row, strict=True)) for row in islice(answer.rows, _MOST_ROWS)]
    except QueryError as error:
        return [Note(str(error), "errored")]
    shown = [{name: _cut(value) for name, value in row.items()} for row in rows]
    note = f"The first {_MOST_ROWS:,} rows." if len(rows) == _MOST_ROWS else ""
    columns = [Column(name, name, kind_of(name)) for name in answer.columns]
    return [Table("answer", "Answer", columns, shown, empty="No row.", note=note)]


def _cut(value: object) -> object:
    """Shorten texts, and write as text what JSON has no number for."""
    if isinstance(value, int) and abs(value) > sys.maxsize:
        return str(value)
    return value[:_LONGEST] if isinstance(value, str) else value
