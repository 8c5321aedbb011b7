"""A thousand small commits, then maintenance: scans beside a lake that got the same rows at once, and the memory that it takes.

    python tests/benchmarks/bench_maintain.py [--commits 1000] [--words 300]

Each commit lands one document. A scan reads sentences, turns and texts in a new connection; medians of five. Maintenance runs twice: first
as the defaults have it, while another process reads the lake without pause; then as if all of that was long ago, which expires
what the small commits left. Each of them, and each series of scans, is a process of its own.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import TypeVar

from tests.lakes import Source, stage
from warehouse.lake import connect, literal, transaction
from warehouse.maintenance import maintain
from warehouse.settings import Settings, load

SCAN = """
    SELECT
        (SELECT count(*) FROM core.sentences WHERE length(text) > 0),
        (SELECT count(*) FROM core.turns WHERE length(text) > 0),
        (SELECT sum(length(text)) FROM raw.documents)
"""
N_SCANS = 5

_PROCESSES = get_context("spawn")

_Result = TypeVar("_Result")


def write(settings: Settings, sources: Sequence[Source], n_commits: int, scratch: Path) -> float:
    """Land the sources in so many commits; return the seconds that it took."""
    began = time.perf_counter()
    size = -(-len(sources) // n_commits)
    with closing(connect(settings, read_only=False)) as lake:
        for batch, first in enumerate(range(0, len(sources), size)):
            staged = stage(scratch / f"{n_commits}-{batch}", sources[first : first + size], batch=batch)
            with transaction(lake, settings, f"land batch {batch}"):
                for file in staged.folder.iterdir():
                    lake.execute(f"INSERT INTO {file.stem} BY NAME FROM read_parquet({literal(str(file))})")
    return time.perf_counter() - began


def scan(settings: Settings) -> tuple[float, tuple[int, ...]]:
    """Return the median seconds of a scan, and what it counted."""
    taken, counted = [], ()
    for _ in range(N_SCANS):
        with closing(connect(settings)) as lake:
            began = time.perf_counter()
            counted = lake.execute(SCAN).fetchone() or ()
            taken.append(time.perf_counter() - began)
    return statistics.median(taken), counted


def upkeep(settings: Settings) -> str:
    """Return how long a maintenance took, its peak memory beyond that of an open lake, and what it did."""
    with closing(connect(settings)):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    done = maintain(settings)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f"maintenance: {seconds:.1f} s, peak {peak / 1024:.0f} MB, {(peak - before) / 1024:.0f} of them its own; {done}"


def watch(settings: Settings, end: Event, answers: Connection) -> None:
    """Read the lake until told to end; send how often, and the different answers."""
    seen: set[tuple[int, ...]] = set()
    n_scans = 0
    while not end.is_set():
        with closing(connect(settings)) as lake:
            seen.add(lake.execute(SCAN).fetchone() or ())
        n_scans += 1
    answers.send((n_scans, seen))


def _alone(work: Callable[[Settings], _Result], settings: Settings) -> _Result:
    """Call a function in a process of its own."""
    with _PROCESSES.Pool(1) as pool:
        return pool.apply(work, (settings,))


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--commits", type=int, default=1000)
    parser.add_argument("--words", type=int, default=300)
    arguments = parser.parse_args()
    sources = [
        Source(f"{number}.txt", " ".join(f"word{word}" for word in range(number, number + arguments.words)))
        for number in range(arguments.commits)
    ]
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        many, once = load(lake=scratch / "many"), load(lake=scratch / "once")
        print(f"{arguments.commits} commits landed in {write(many, sources, len(sources), scratch):.0f} s")
        write(once, sources, 1, scratch)
        _report("landed at once", once)
        _report("landed in small commits", many)
        end, (here, there) = _PROCESSES.Event(), _PROCESSES.Pipe(duplex=False)
        reader = _PROCESSES.Process(target=watch, args=(many, end, there))
        reader.start()
        print(_alone(upkeep, many))
        end.set()
        n_scans, seen = here.recv()
        reader.join()
        print(f"meanwhile another process scanned {n_scans} times, and saw {len(seen)} answer(s)")
        _report("maintained", many)
        later = many.model_copy(update={"keep_snapshots_days": 0.0, "keep_snapshots": 1, "grace_hours": 0.0})
        print(_alone(upkeep, later))
        _report("and expired", many)


def _report(name: str, settings: Settings) -> None:
    seconds, counted = _alone(scan, settings)
    catalog = (settings.lake / "catalog.sqlite").stat().st_size
    print(f"{name:<24} scan {seconds:.3f} s, catalog {catalog / 1e6:.1f} MB, {counted}", flush=True)


if __name__ == "__main__":
    main()
