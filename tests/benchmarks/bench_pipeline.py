"""CPU seconds per MB of each stage, beside the script that people write today, in one run.

    python tests/benchmarks/bench_pipeline.py [FOLDER ...] [--megabytes 32]

Each FOLDER is ingested as it is; without one, a synthetic archive, its WebVTT files alone, and text without marks are. The plain script reads the
same folder's WebVTT files with webvtt-py and writes their cues as Parquet through pandas, and does nothing else.
The stages run without Prefect, whose own start is not podlake's.
"""

from __future__ import annotations

import argparse
import logging
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flows.run import Summary, open_run
from tasks import clock
from tasks.audit import audit_batch
from tasks.batch import batches
from tasks.publish import publish
from tasks.stage import stage_batch
from tests.benchmarks import synthetic
from warehouse.settings import load

_STAGES = ("discover", "read", "parse", "clean", "segment", "profile", "stage", "audit", "publish")


def ingest(folder: Path, lake: Path) -> Summary:
    """Run the pipeline of ``flows.ingest`` without its orchestration."""
    settings = load(lake=lake)
    with open_run([str(folder)], settings) as run:
        for batch in batches(run.discover(), settings.batch_bytes):
            staged = stage_batch(batch, run.facts.run_id, run.folder)
            with clock.stage("audit"):
                audited = audit_batch(staged, run.facts.run_id, run.history)
            with clock.stage("publish"):
                published = publish(run.lake, settings, run.facts, audited)
            run.record(staged, published)
        return run.finish()


def plain_script(folder: Path, target: Path) -> int:
    """Do what people do today: webvtt-py to cues, pandas to Parquet; return the bytes read."""
    import pandas as pd  # noqa: PLC0415  what podlake does not import should not be in its figures
    import webvtt  # noqa: PLC0415  the same

    rows, n_bytes = [], 0
    for path in sorted(folder.rglob("*.vtt")):
        try:
            captions = webvtt.read(str(path))
        except (webvtt.errors.MalformedFileError, UnicodeDecodeError):
            continue
        n_bytes += path.stat().st_size
        rows += [
            (str(path), c.start_in_seconds, c.end_in_seconds, c.voice, c.text) for c in captions.captions
        ]
    pd.DataFrame(rows, columns=["path", "start_s", "end_s", "voice", "text"]).to_parquet(target)
    return n_bytes


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds that ``work`` takes in this process."""
    started = time.process_time()
    work()
    return time.process_time() - started


def report(name: str, folder: Path) -> None:
    """Measure one folder and print a line for each stage."""
    with tempfile.TemporaryDirectory() as scratch:
        summary = ingest(folder, Path(scratch) / "lake")
        print(
            f"\n{name}: {summary.documents} documents, {summary.published} published, {summary.bytes / 1e6:.1f} MB"
        )
        megabytes = summary.bytes / 1e6
        for stage in (*_STAGES, "total"):
            print(f"  {stage:<10} {summary.cpu_seconds.get(stage, 0.0) / megabytes:.4f} CPU s per MB")
        n_bytes = 0

        def script() -> None:
            nonlocal n_bytes
            n_bytes = plain_script(folder, Path(scratch) / "cues.parquet")

        seconds = cpu(script)
        if n_bytes:
            ratio = seconds / n_bytes * 1e6 / (summary.cpu_seconds["total"] / megabytes)
            print(
                f"  plain script over its WebVTT {seconds / n_bytes * 1e6:.4f} CPU s per MB ({ratio:.1f} x podlake)"
            )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--megabytes", type=int, default=32)
    options = parser.parse_args()
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as scratch:
        named = [(str(folder), folder) for folder in options.folders]
        if not named:
            named = [
                ("synthetic, all formats", Path(scratch) / "all"),
                ("synthetic, WebVTT", Path(scratch) / "vtt"),
                ("synthetic, text without marks", Path(scratch) / "bare"),
            ]
            synthetic.write(named[0][1], options.megabytes * 1_000_000)
            synthetic.write(named[1][1], options.megabytes * 1_000_000, formats=("webvtt",))
            synthetic.write(named[2][1], options.megabytes * 1_000_000 // 4, formats=("text",), is_bare=True)
        # Great Expectations takes 3 to 5 CPU seconds to import, once a process: not a cost per MB.
        with tempfile.TemporaryDirectory() as first:
            synthetic.write(Path(first) / "in", 100_000)
            ingest(Path(first) / "in", Path(first) / "lake")
        for name, folder in named:
            report(name, folder)
    print(f"\npeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
