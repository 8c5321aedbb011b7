"""The SQL that ships with podlake: one SELECT a file, with its front matter in a comment."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def model(name: str) -> str:
    """Return the SELECT that makes a table, by the table's full name, such as ``core.episodes``."""
    schema, table = name.split(".")
    return (files("warehouse") / "models" / schema / f"{table}.sql").read_text(encoding="utf-8")
