"""What a page is asked for, and what podlake's other layers tell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from warehouse.dashboard.finder import Finder
from warehouse.dashboard.page import Link

PAGE_ROWS = 100
"""Rows of a long table on one page."""
_MOST_DIGITS = 7
_EVERY = 1_000_000


@dataclass(frozen=True, slots=True)
class Check:
    """A rule as its suite declares it.

    Attributes:
        table: The table it is about.
        rule: Its name.
        column: The column that owns it.
        severity: Critical holds rows back, the others are only recorded.
        bounds: What is allowed, in words.
        why: Why it exists.
    """

    table: str
    rule: str
    column: str
    severity: str
    bounds: str
    why: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a page.

    Attributes:
        path: The parts of the address that ``routes.py`` names.
        params: What the address asks besides.
        checks: Every rule that podlake has.
        finder: What searches; None where nothing can, as in an export.
        has_sql: Whether the SQL page is on.
        is_whole: Whether pages hold all rows, as in an export, through which nobody can page.
        now: When it was asked.
    """

    path: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    checks: Sequence[Check] = ()
    finder: Finder | None = None
    has_sql: bool = False
    is_whole: bool = False
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def today(self) -> date:
        """The day it is, in UTC."""
        return self.now.date()

    @property
    def offset(self) -> int:
        """Rows before the wanted ones; nought where the address says nothing that is a number."""
        text = self.params.get("offset", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 0

    def most(self, n_rows: int) -> int:
        """Return how many rows a page may hold of those that it can lead through ``n_rows`` at a time."""
        return _EVERY if self.is_whole else n_rows

    def chosen(self, name: str) -> str | None:
        """Return what was chosen in a form, if anything."""
        return self.params.get(name) or None


def neighbours(path: str, asked: Asked, total: int, n_rows: int = PAGE_ROWS) -> dict[str, Link]:
    """Return links to the rows before and behind those on this page."""
    kept = {name: value for name, value in asked.params.items() if name != "offset" and value}
    links = {}
    if asked.offset:
        links["← before"] = Link(path, kept | {"offset": str(max(asked.offset - n_rows, 0))})
    if not asked.is_whole and asked.offset + n_rows < total:
        links["more →"] = Link(path, kept | {"offset": str(asked.offset + n_rows)})
    return links
