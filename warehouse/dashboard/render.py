"""Render a page as HTML, as JSON with all its tables, or one of its tables as CSV."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from warehouse.dashboard import page as parts
from warehouse.dashboard.formats import MARKS, clock, status_class, written
from warehouse.dashboard.links import Links
from warehouse.dashboard.page import Column, Facts, Kind, Link, Page, Row, Table, Transcript
from warehouse.dashboard.routes import MENU
from warehouse.errors import NotFoundError

_BADGE = Markup('<span class="badge {}"><span aria-hidden="true">{}</span> {}</span>')
_CODE = Markup("<code>{}</code>")
_LONG = 40
"""Characters of a text that gets a wider column."""
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
    writer.writerow(map(_cell, names))
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
    environment.globals |= {
        "MARKS": MARKS,
        "MENU": MENU,
        "Link": Link,
        "kind_of": _kind,
        "badge": _badge,
        "shown": _shown,
        "cells": _cells,
    }
    return environment


def _kind(section: parts.Section) -> str:
    return type(section).__name__.lower()


@lru_cache(maxsize=64)
def _badge(word: str) -> Markup:
    """Return a status as a mark and a word."""
    status = status_class(word)
    return _BADGE.format(status, MARKS[status], word)


def _shown(value: Any, kind: Kind) -> str:
    """Return a value as it stands in a page: text, which is escaped there, or markup."""
    if isinstance(value, Markup):
        return value
    if kind == "flag" and value is not None:
        return "yes" if value else "no"
    if kind == "status" and value:
        return _badge(str(value))
    text = written(value, kind)
    return _CODE.format(text) if kind == "code" and value else text


def _cells(row: Row, table: Table, links: Links) -> Markup:
    """Return the cells of a row; in Python, since a page has thousands, and a template takes five times as long."""
    return Markup("".join(_cell_of(row, column, links) for column in table.columns))  # noqa: S704  each is escaped


def _cell_of(row: Row, column: Column, links: Links) -> str:
    """Return a cell as HTML, of escaped parts: ``Markup.format`` would take ten times as long as an f-string."""
    value = row.get(column.name)
    shown: str = escape(_shown(value, column.kind))
    to = column.to(row) if column.to and value is not None else None
    if to and links.has(to):
        shown = f'<a href="{escape(links.page(to))}">{shown}</a>'
    is_long = isinstance(value, str) and not isinstance(value, Markup) and len(value) > _LONG
    return f'<td class="{column.kind}{" long" if is_long else ""}">{shown}</td>'
