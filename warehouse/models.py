"""The SQL that ships with podlake: one SELECT a file, with its front matter in a comment."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import PurePath
from typing import Any

import yaml

VIEWS = "mart"
"""The schema whose files are views in every lake; what is in the others, podlake itself runs."""


@cache
def model(name: str) -> str:
    """Return the SELECT that makes a table, by the table's full name, such as ``core.episodes``."""
    schema, table = name.split(".")
    return (files("warehouse") / "models" / schema / f"{table}.sql").read_text(encoding="utf-8")


@cache
def views() -> tuple[str, ...]:
    """Return the names of the views that a lake has in ``VIEWS``, in order."""
    names = (PurePath(file.name) for file in (files("warehouse") / "models" / VIEWS).iterdir())
    return tuple(sorted(name.stem for name in names if name.suffix == ".sql"))


def front_matter(name: str) -> dict[str, Any]:
    """Return what a file says of its SELECT: ``description``, ``grain``, ``depends_on`` and more."""
    comment = model(name).partition("/*")[2].partition("*/")[0]
    found: dict[str, Any] = yaml.safe_load(comment)
    return found
