"""Where links lead: to a running server, or to the files of an export."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, urlencode

from warehouse.dashboard.page import Link

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


class Links(Protocol):
    """The addresses that a page's rendering needs."""

    @property
    def has_forms(self) -> bool:
        """Whether somebody answers a form."""

    def has(self, link: Link) -> bool:
        """Say whether a link leads anywhere."""

    def page(self, link: Link) -> str:
        """Return the address of a page."""

    def data(self, link: Link, form: str, table: str = "") -> str:
        """Return the address of a page's data, as ``json`` or, of one table, as ``csv``."""

    def asset(self, name: str) -> str:
        """Return the address of a file in ``static``."""


@dataclass(frozen=True, slots=True)
class ServedLinks:
    """Links to a running server."""

    has_forms: bool = True

    def has(self, link: Link) -> bool:
        """Every page is there."""
        del link
        return True

    def page(self, link: Link) -> str:
        """Return path and query."""
        asked = f"?{urlencode(link.params)}" if link.params else ""
        return quote(link.path) + asked + _anchored(link)

    def data(self, link: Link, form: str, table: str = "") -> str:
        """Return the page's own address, asked for as data."""
        return self.page(
            Link(link.path, {**link.params, "as": form} | ({"table_of": table} if table else {}))
        )

    def asset(self, name: str) -> str:
        """Return its path."""
        return f"/static/{name}"


@dataclass(frozen=True, slots=True)
class FileLinks:
    """Links between files, relative to the page at ``here``.

    Attributes:
        here: Path of the page that links.
        known: Paths of all pages of the export.
    """

    here: str
    known: Container[str]
    has_forms: bool = False

    def has(self, link: Link) -> bool:
        """Say whether the export has the page."""
        return link.path in self.known

    def page(self, link: Link) -> str:
        """Return the file of the page; what else it is asked for, a file cannot answer."""
        return self._to(file_of(link.path, "html")) + _anchored(link)

    def data(self, link: Link, form: str, table: str = "") -> str:
        """Return the file with the data."""
        return self._to(file_of(link.path, form, table))

    def asset(self, name: str) -> str:
        """Return its file."""
        return self._to(f"static/{name}")

    def _to(self, file: str) -> str:
        return "../" * file_of(self.here, "html").count("/") + quote(file)


def _anchored(link: Link) -> str:
    return f"#{quote(link.anchor)}" if link.anchor else ""


def file_of(path: str, form: str, table: str = "") -> str:
    """Return the file of a page in an export, ``runs/20260101T000000000000-abc123.html``."""
    parts = [_UNSAFE.sub("_", part) for part in path.strip("/").split("/")]
    stem = "/".join(parts) or "index"
    return f"{stem}.{table}.{form}" if table else f"{stem}.{form}"
