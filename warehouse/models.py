"""The SQL that ships with podlake: one SELECT a file, with its front matter in a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from importlib.resources import files
from pathlib import PurePath
from typing import Any

import yaml

VIEWS = "mart"
"""The schema whose files are views in every lake; what is in the others, podlake itself runs."""


@dataclass(frozen=True, slots=True)
class Mart:
    """A view of every lake, as the front matter of its file describes it.

    Attributes:
        name: Schema and name, as SQL writes them.
        description: What a row is and what counts.
        grain: The columns that make a row unique; null counts as a value.
        depends_on: The tables and marts that its SELECT reads.
        columns: What each column means, in order.
        checks: Conditions that hold for every row.
        chart: What the dashboard draws of it, ``sum(n_words) by speaker``.
        stored_in: The table that stores what is dear to compute, or nothing; ``podlake models run`` fills it.
    """

    name: str
    description: str
    grain: tuple[str, ...]
    depends_on: tuple[str, ...]
    columns: dict[str, str]
    checks: tuple[str, ...]
    chart: str
    stored_in: str

    @property
    def view(self) -> str:
        """The name within its schema."""
        return self.name.partition(".")[2]


@cache
def model(name: str) -> str:
    """Return the SELECT that makes a table, by the table's full name, such as ``core.episodes``."""
    schema, table = name.split(".")
    return (files("warehouse") / "models" / schema / f"{table}.sql").read_text(encoding="utf-8")


@cache
def views() -> tuple[str, ...]:
    """Return the names of the views that a lake has in ``VIEWS``, each behind those that it reads."""
    names = (PurePath(file.name) for file in (files("warehouse") / "models" / VIEWS).iterdir())
    found = {name.stem: mart(name.stem) for name in sorted(names) if name.suffix == ".sql"}
    above = {
        name: [full.partition(".")[2] for full in found[name].depends_on if full.startswith(f"{VIEWS}.")]
        for name in found
    }
    order = TopologicalSorter(above).static_order()
    return tuple(name for name in order if name in found)


@cache
def mart(view: str) -> Mart:
    """Return what the front matter of a view says, by its name within ``VIEWS``."""
    name = f"{VIEWS}.{view}"
    said = front_matter(name)
    return Mart(
        name,
        " ".join(said["description"].split()),
        _listed(said["grain"]),
        _listed(said["depends_on"]),
        {column: " ".join(meaning.split()) for column, meaning in said["columns"].items()},
        tuple(said["checks"]),
        said["chart"],
        said.get("stored_in", ""),
    )


def marts() -> dict[str, Mart]:
    """Return every mart by its full name, each behind those that it reads."""
    return {f"{VIEWS}.{view}": mart(view) for view in views()}


def lineage_of(name: str, depth: int = 0) -> Iterator[tuple[int, str]]:
    """Yield a mart and all it is made from, each with its depth, as a tree is read."""
    yield depth, name
    if name in marts():
        for above in marts()[name].depends_on:
            yield from lineage_of(above, depth + 1)


def front_matter(name: str) -> dict[str, Any]:
    """Return what a file says of its SELECT: ``description``, ``grain``, ``depends_on`` and more."""
    comment = model(name).partition("/*")[2].partition("*/")[0]
    # In C, since every command that writes reads them all.
    found: dict[str, Any] = yaml.load(comment, Loader=yaml.CSafeLoader)
    return found


def cookbook() -> dict[str, str]:
    """Return the questions of the cookbook, each with the SELECT that answers it."""
    text = (files("warehouse") / "models" / "COOKBOOK.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^## (.+?)\n.*?```sql\n(.+?)```", text, re.DOTALL | re.MULTILINE))


def _listed(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split(","))
