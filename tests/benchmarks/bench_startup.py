"""What a command costs that has nothing to do: help, a SELECT, and a run over unchanged files beside Prefect's own no-op flow.

    python tests/benchmarks/bench_startup.py [--runs 3]

Each is a process of its own, in turn, so that a slow machine slows all of them; medians of wall and CPU seconds.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks import synthetic

_NO_OP = "from prefect import flow\n@flow\ndef nothing(): ...\nnothing()"


def measure(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Return wall and CPU seconds of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as scratch:
        archive, lake = Path(scratch) / "in", str(Path(scratch) / "lake")
        synthetic.write(archive, 5_000_000)
        podlake = [sys.executable, "-m", "flows"]
        environment = os.environ | {
            "PREFECT_HOME": str(Path(scratch) / "prefect"),
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_LOGGING_LEVEL": "ERROR",
            "DO_NOT_TRACK": "1",
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        commands = {
            "podlake --help": [*podlake, "--help"],
            "podlake sql 'SELECT 1'": [*podlake, "sql", "SELECT 1", "--lake", lake],
            "Prefect's no-op flow": [sys.executable, "-c", _NO_OP],
            "podlake ingest, nothing new": [*podlake, "ingest", str(archive), "--lake", lake],
        }
        measure(commands["podlake ingest, nothing new"], environment)
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(runs):
            for name, command in commands.items():
                taken[name].append(measure(command, environment))
    for name, times in taken.items():
        wall, cpu = (statistics.median(column) for column in zip(*times, strict=True))
        print(f"{name:<30} {wall:6.2f} s wall  {cpu:6.2f} CPU s")


if __name__ == "__main__":
    main()
