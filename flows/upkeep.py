"""Print what maintenance will do, and what it did."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from warehouse.maintenance import Upkeep


def print_plan(planned: Upkeep) -> None:
    """Print what is to be done, a line a kind."""
    _print("to do", planned)


def print_done(done: Upkeep) -> None:
    """Print what was done, a line a kind."""
    _print("done", done)


def _print(title: str, upkeep: Upkeep) -> None:
    lines = (
        (upkeep.snapshots, f"expire {upkeep.snapshots} snapshots"),
        (upkeep.merged, f"merge {_files(upkeep.merged)}"),
        (upkeep.unneeded, f"delete {upkeep.unneeded} files that nothing needs any more"),
        (upkeep.orphans, f"delete {upkeep.orphans} files that the catalog does not know"),
        (upkeep.runs, f"remove the staging of {upkeep.runs} killed runs"),
    )
    said = [line for count, line in lines if count] or ["nothing"]
    sys.stdout.write("".join(f"{title}: {line}\n" for line in said))


def _files(by_table: Mapping[str, int]) -> str:
    tables = ", ".join(f"{n_files} of {table}" for table, n_files in by_table.items())
    return f"{sum(by_table.values())} files ({tables})"
