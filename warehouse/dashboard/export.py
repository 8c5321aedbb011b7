"""Write the dashboard as files that open from disk: every page of one snapshot, its JSON and its tables as CSV."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.resources import as_file, files
from multiprocessing import get_context
from pathlib import Path

from warehouse.contracts import TABLES
from warehouse.dashboard.asked import Asked, Check
from warehouse.dashboard.copies import copy, look_at
from warehouse.dashboard.folder import check_target, install
from warehouse.dashboard.links import FileLinks, file_of
from warehouse.dashboard.page import Link
from warehouse.dashboard.reader import Look, Reader
from warehouse.dashboard.render import Frame, as_csv, as_json, html
from warehouse.dashboard.routes import ROUTES, SERVED_ALONE, Maker
from warehouse.metrics import METRICS
from warehouse.models import marts
from warehouse.settings import Settings

_PAGES_WORTH_A_PROCESS = 500
_NAMED = re.compile(r"{(\w+)}")


def write_pages(settings: Settings, target: Path, checks: Sequence[Check]) -> int:
    """Write every page and return how many there are.

    A new folder appears whole or not at all. Pages of an earlier export are replaced; what else lies beside them stays.

    Raises:
        LakeError: There is no lake.
        TerminalError: The target holds something and no export, or something else by the name of a page.
    """
    target = target.resolve()
    check_target(target)
    part = target.with_name(f".{target.name}.part-{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    try:
        n_pages = _write_all(settings, part, checks)
        install(part, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return n_pages


def paths(look: Look, checks: Sequence[Check]) -> list[str]:
    """Return the path of every page of a lake."""
    return [path for path, _ in _pages(look, checks)]


@dataclass(frozen=True, slots=True)
class _Job:
    """What every process that writes pages must know."""

    settings: Settings
    snapshot_id: int
    as_of: datetime
    copy: Path
    folder: Path
    checks: Sequence[Check]


def _write_all(settings: Settings, folder: Path, checks: Sequence[Check]) -> int:
    with closing(Reader(settings)) as reader, reader.look() as look:
        snapshot_id, as_of, wanted = look.snapshot_id, look.as_of, paths(look, checks)
    with tempfile.TemporaryDirectory(prefix="podlake-") as scratch:
        job = _Job(settings, snapshot_id, as_of, Path(scratch) / "copy.duckdb", folder, checks)
        copy(settings, snapshot_id, job.copy)
        n_shares = min(len(os.sched_getaffinity(0)), 1 + len(wanted) // _PAGES_WORTH_A_PROCESS)
        shares = [wanted[number::n_shares] for number in range(n_shares)]
        if n_shares == 1:
            _write_share(job, wanted)
        else:
            with ProcessPoolExecutor(n_shares, mp_context=get_context("forkserver")) as pool:
                # The list raises what a process raised.
                list(pool.map(partial(_write_share, job), shares))
    with as_file(files("warehouse.dashboard") / "static") as static:
        shutil.copytree(static, folder / "static")
    return len(wanted)


def _write_share(job: _Job, share: Sequence[str]) -> None:
    """Write some of the pages."""
    with look_at(job.settings, job.snapshot_id, job.as_of, job.copy) as look:
        pages = dict(_pages(look, job.checks))
        lake = job.settings.lake.resolve().name
        for path in share:
            make, asked = pages[path]
            page = make(look, asked)
            frame = Frame(lake, look.snapshot_id, look.as_of, Link(path), FileLinks(path, pages))
            _write(job.folder / file_of(path, "html"), html(page, frame))
            _write(job.folder / file_of(path, "json"), as_json(page, frame).decode())
            for name in page.tables:
                _write(job.folder / file_of(path, "csv", name), as_csv(page, name))


def _pages(look: Look, checks: Sequence[Check]) -> Iterator[tuple[str, tuple[Maker, Asked]]]:
    """Yield the path of each page, with what makes it."""
    known = _ids(look, checks)
    for pattern, make in ROUTES.items():
        if pattern in SERVED_ALONE:
            continue
        names = tuple(_NAMED.findall(pattern))
        for values in known[names] if names else [()]:
            named = dict(zip(names, values, strict=True))
            yield pattern.format(**named), (make, Asked(named, {}, checks, is_whole=True))


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
        ("metric",): [(metric.name,) for metric in METRICS],
        ("mart",): [(mart.view,) for mart in marts().values()],
    }


def _listed(look: Look, what: str) -> list[tuple[str, ...]]:
    return [tuple(row.values()) for row in look.select(f"SELECT {what}")]


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
