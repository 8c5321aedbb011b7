"""Write the dashboard as files that open from disk: every page of one snapshot, its JSON and its tables as CSV."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from importlib.resources import as_file, files
from pathlib import Path

from warehouse.contracts import TABLES
from warehouse.dashboard.asked import Asked, Check
from warehouse.dashboard.links import FileLinks, file_of
from warehouse.dashboard.page import Link
from warehouse.dashboard.reader import Look, Reader, copied
from warehouse.dashboard.render import Frame, as_csv, as_json, html
from warehouse.dashboard.routes import ROUTES, SERVED_ALONE, Maker
from warehouse.errors import TerminalError
from warehouse.models import marts
from warehouse.settings import Settings

_MARK = ".podlake-dashboard"
"""Says that a folder is an export, which another may replace."""
_NAMED = re.compile(r"{(\w+)}")


def write_pages(settings: Settings, target: Path, checks: Sequence[Check]) -> int:
    """Write every page and return how many there are.

    The folder appears whole or not at all; an earlier export there is replaced.

    Raises:
        LakeError: There is no lake.
        TerminalError: The target holds something else.
    """
    if target.exists() and any(target.iterdir()) and not (target / _MARK).exists():
        raise TerminalError(
            "the folder holds something other than an export",
            where=str(target),
            remedy="Name an empty or a new folder.",
        )
    part = target.with_name(f".{target.name}.part-{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    try:
        with closing(Reader(settings)) as reader, reader.look() as look, copied(look) as copy:
            n_pages = _write_all(copy, part, checks, settings.lake.resolve().name)
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        part.replace(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return n_pages


def paths(look: Look, checks: Sequence[Check]) -> list[str]:
    """Return the path of every page of a lake."""
    return [path for path, _ in _pages(look, checks)]


def _write_all(look: Look, folder: Path, checks: Sequence[Check], lake: str) -> int:
    pages = dict(_pages(look, checks))
    for path, (make, asked) in pages.items():
        page = make(look, asked)
        frame = Frame(lake, look.snapshot_id, look.as_of, Link(path), FileLinks(path, pages))
        _write(folder / file_of(path, "html"), html(page, frame))
        _write(folder / file_of(path, "json"), as_json(page, frame).decode())
        for name in page.tables:
            _write(folder / file_of(path, "csv", name), as_csv(page, name))
    with as_file(files("warehouse.dashboard") / "static") as static:
        shutil.copytree(static, folder / "static")
    (folder / _MARK).touch()
    return len(pages)


def _pages(look: Look, checks: Sequence[Check]) -> Iterator[tuple[str, tuple[Maker, Asked]]]:
    """Yield the path of each page, with what makes it."""
    known = _ids(look, checks)
    for pattern, make in ROUTES.items():
        if pattern in SERVED_ALONE:
            continue
        names = tuple(_NAMED.findall(pattern))
        for values in known[names] if names else [()]:
            named = dict(zip(names, values, strict=True))
            yield pattern.format(**named), (make, Asked(named, {}, checks))


def _ids(look: Look, checks: Sequence[Check]) -> dict[tuple[str, ...], list[tuple[str, ...]]]:
    """Return what stands for the names in the patterns of the routes."""
    rules = {(check.table, check.rule) for check in checks}
    looked, held = (
        set(_listed(look, f"DISTINCT table_name, rule FROM quality.{table}"))
        for table in ("results", "quarantine")
    )
    return {
        ("table",): [(name,) for name in TABLES],
        ("table", "rule"): sorted(rules | looked | held),
        ("run_id",): _listed(look, "run_id FROM quality.runs ORDER BY 1 DESC"),
        ("document_id",): _listed(look, "DISTINCT document_id FROM quality.quarantine ORDER BY 1"),
        ("incident_id",): _listed(look, "incident_id FROM quality.incidents ORDER BY 1"),
        ("podcast_id",): _listed(look, "podcast_id FROM core.podcasts ORDER BY 1"),
        ("episode_id",): _listed(look, "episode_id FROM core.episodes ORDER BY 1"),
        ("mart",): [(mart.view,) for mart in marts().values()],
    }


def _listed(look: Look, what: str) -> list[tuple[str, ...]]:
    return [tuple(row.values()) for row in look.select(f"SELECT {what}")]


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
