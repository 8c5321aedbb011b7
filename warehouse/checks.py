"""Check the marts of a lake against what their front matter promises."""

from __future__ import annotations

from contextlib import closing

import duckdb

from warehouse.lake import connect
from warehouse.models import Mart, marts
from warehouse.settings import Settings


def check_marts(settings: Settings) -> list[dict[str, object]]:
    """Look whether the grain of each mart is unique and each of its checks holds for every row.

    Returns:
        For each check its ``model``, the ``check`` and ``n_broken``: rows (of the grain: keys) that break it.

    Raises:
        LakeError: There is no lake, or another podlake made it.
    """
    with closing(connect(settings)) as lake:
        return [
            {"model": one.name, "check": check, "n_broken": _count(lake, statement)}
            for one in marts().values()
            for check, statement in _statements(one).items()
        ]


def _statements(of: Mart) -> dict[str, str]:
    """Return for each check a SELECT of what breaks it; the SQL is podlake's own, from the front matter."""
    grain = ", ".join(of.grain)
    unique = f"SELECT {grain} FROM {of.name} GROUP BY ALL HAVING count(*) > 1"  # noqa: S608  podlake's own SQL
    broken = {check: f"SELECT 1 FROM {of.name} WHERE ({check}) IS NOT TRUE" for check in of.checks}  # noqa: S608  the same
    return {f"unique ({grain})": unique} | broken


def _count(lake: duckdb.DuckDBPyConnection, statement: str) -> int:
    row = lake.execute(f"SELECT count(*) FROM ({statement})").fetchone()  # noqa: S608  the same
    return int(row[0]) if row else 0
