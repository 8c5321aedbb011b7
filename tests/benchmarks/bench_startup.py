"""What a command costs that has nothing to do: help, a SELECT, and runs over unchanged files beside Prefect's own no-op flow.

    python tests/benchmarks/bench_startup.py [--runs 3] [--documents 1200] [--commits 200]

One lake holds many documents that landed at once, the other one as many small commits as it has documents; a run that has one
new document shows what Prefect and the audit add.

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

from flows.run import open_run
from tasks import audit, publish, stage
from tasks.batch import batches
from warehouse.settings import Settings, load

_NO_OP = "from prefect import flow\n@flow\ndef nothing(): ...\nnothing()"


def measure(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Return wall and CPU seconds of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def write(folder: Path, number: int) -> None:
    """Write one short transcript."""
    cues = (
        f"00:{minute:02d}:00.000 --> 00:{minute:02d}:50.000\n<v Ann>Show {number}, minute {minute}."
        for minute in range(20)
    )
    folder.mkdir(exist_ok=True)
    (folder / f"{number}.vtt").write_text("WEBVTT\n\n" + "\n\n".join(cues) + "\n")


def ingest(source: Path, settings: Settings) -> None:
    """Land what is new through the real steps, without Prefect."""
    with open_run([str(source)], settings) as run:
        for batch in batches(run.discover(), settings.batch_bytes):
            staged = stage.stage_batch(batch, run.facts.run_id, run.folder, settings.turn_threshold)
            audited = audit.audit_batch(staged, run.facts.run_id, run.history)
            run.record(staged, publish.publish(run.lake, settings, run.facts, audited))
        run.finish()


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--documents", type=int, default=1_200)
    parser.add_argument("--commits", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        many, worn, new = (Path(scratch) / name for name in ("many", "worn", "new"))
        at_once, in_steps = load(lake=Path(scratch) / "at-once"), load(lake=Path(scratch) / "in-steps")
        for number in range(options.documents):
            write(many, number)
        ingest(many, at_once)
        for number in range(options.commits):
            write(worn, number)
            ingest(worn, in_steps)
        podlake = [sys.executable, "-m", "flows"]
        environment = os.environ | {
            "PREFECT_HOME": str(Path(scratch) / "prefect"),
            "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_LOGGING_LEVEL": "ERROR",
            "DO_NOT_TRACK": "1",
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        lakes = {"at once": (many, at_once), "in small commits": (worn, in_steps)}
        commands = {"podlake --help": [*podlake, "--help"]}
        for name, (source, settings) in lakes.items():
            lake = ["--lake", str(settings.lake)]
            commands[f"podlake sql 'SELECT 1', {name}"] = [*podlake, "sql", "SELECT 1", *lake]
            commands[f"podlake status, {name}"] = [*podlake, "status", *lake]
            commands[f"podlake ingest, nothing new, {name}"] = [*podlake, "ingest", str(source), *lake]
        commands["Prefect's no-op flow"] = [sys.executable, "-c", _NO_OP]
        commands["podlake ingest, one new document"] = [
            *podlake,
            "ingest",
            str(new),
            "--lake",
            str(at_once.lake),
        ]
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for turn in range(options.runs):
            write(new, turn)
            for name, command in commands.items():
                taken[name].append(measure(command, environment))
    for name, times in taken.items():
        wall, cpu = (statistics.median(column) for column in zip(*times, strict=True))
        print(f"{name:<45} {wall:6.2f} s wall  {cpu:6.2f} CPU s")


if __name__ == "__main__":
    main()
