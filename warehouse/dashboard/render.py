"""Render a page as HTML, as JSON with all its tables, or one of its tables as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from warehouse.dashboard import page as parts
from warehouse.dashboard.formats import MARKS, clock, status_class, written
from warehouse.dashboard.links import Links
from warehouse.dashboard.page import Facts, Link, Page, Row, Table, Transcript
from warehouse.dashboard.routes import MENU
from warehouse.errors import NotFoundError

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page.

    Attributes:
        lake: Name of the lake.
        snapshot_id: The snapshot that the page shows; None where the lake cannot be read.
        as_of: When it was made.
        here: The page's own address.
        links: Where links lead.
    """

    lake: str
    snapshot_id: int | None
    as_of: datetime | None
    here: Link
    links: Links


def html(page: Page, frame: Frame) -> str:
    """Return the page as HTML."""
    return _environment().get_template("page.html").render(page=page, frame=frame, link=frame.links.page)


def as_json(page: Page, frame: Frame) -> bytes:
    """Return what the page says as JSON: its facts, and all its tables with every column that they hold."""
    told = {
        "title": page.title,
        "snapshot": frame.snapshot_id,
        "as_of": frame.as_of,
        "status": page.status,
        "facts": {
            fact.label: fact.value
            for section in page.sections
            if isinstance(section, Facts)
            for fact in section.facts
        },
        "tables": {name: [_bare(row) for row in table.rows] for name, table in page.tables.items()},
        "transcript": [
            turn for section in page.sections if isinstance(section, Transcript) for turn in section.turns
        ],
    }
    return orjson.dumps(told, default=_text, option=orjson.OPT_INDENT_2)


def as_csv(page: Page, name: str) -> str:
    """Return one table of the page as CSV; what a spreadsheet would take for a formula is quoted.

    Raises:
        NotFoundError: The page has no such table.
    """
    if name not in page.tables:
        raise NotFoundError(
            f"the page has no table {name!r}", remedy=f"It has: {', '.join(page.tables) or 'none'}."
        )
    table = page.tables[name]
    rows = [_bare(row) for row in table.rows]
    names = list(dict.fromkeys(name for row in rows for name in row)) or [
        column.name for column in table.columns
    ]
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(names)
    writer.writerows([_cell(row.get(name)) for name in names] for row in rows)
    return target.getvalue()


def _bare(row: Row) -> dict[str, Any]:
    """Leave drawings and links out."""
    return {name: value for name, value in row.items() if not isinstance(value, Markup | Link)}


def _cell(value: object) -> str:
    text = "" if value is None else _text(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("warehouse.dashboard"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"written": written, "clock": clock, "status_class": status_class}
    environment.globals |= {"MARKS": MARKS, "MENU": MENU, "Link": Link, "own": _own, "kind_of": _kind}
    return environment


def _kind(section: parts.Section) -> str:
    return type(section).__name__.lower()


def _own(row: Mapping[str, Any], table: Table) -> Sequence[tuple[parts.Column, Any, Link | None]]:
    """Return the cells of a row: column, value and where it leads."""
    return [
        (
            column,
            row.get(column.name),
            column.to(row) if column.to and row.get(column.name) is not None else None,
        )
        for column in table.columns
    ]
