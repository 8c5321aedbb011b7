"""Seconds, CPU seconds, bytes and peak memory of each export of a synthetic lake of a million sentences, each in a process of its own.

python tests/benchmarks/bench_export.py [--sentences 1000000] [--lake FOLDER]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.bench_queries import fill
from warehouse.settings import load

_EXPORTS = {
    "parquet": ["parquet", "{}"],
    "parquet, years": [
        "parquet",
        "{}",
        *(part for year in range(2010, 2026) for part in ("--year", str(year))),
    ],
    "jsonl": ["jsonl", "{}"],
    "jsonl, zst": ["jsonl", "{}", "--compress", "zst"],
    "huggingface": ["huggingface", "{}"],
    "vtt, all": ["vtt", "--all", "{}", "--estimated"],
    "srt, all": ["srt", "--all", "{}", "--estimated"],
    "json, all": ["json", "--all", "{}", "--estimated"],
}


def measured(command: list[str], target: Path) -> str:
    """Run the command line in a process of its own, and tell what it took and wrote."""
    begin = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "flows", *command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    if status:
        raise SystemExit(f"podlake ended with status {os.waitstatus_to_exitcode(status)}")
    files = [file for file in target.rglob("*") if file.is_file()]
    n_bytes = sum(file.stat().st_size for file in files)
    cpu = usage.ru_utime + usage.ru_stime
    return (
        f"{wall:6.1f} s  {cpu:6.1f} CPU s  {n_bytes / 1e6:7.1f} MB in {len(files):5} files"
        f"  {n_bytes / 1e6 / wall:6.1f} MB/s  peak {usage.ru_maxrss / 1024:5.0f} MB"
    )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sentences", type=int, default=1_000_000)
    parser.add_argument(
        "--lake", type=Path, help="a lake that an earlier run made; made there if there is none"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        settings = load(lake=arguments.lake or Path(scratch) / "lake")
        if not (settings.lake / "catalog.sqlite").exists():
            fill(settings, arguments.sentences)
        for name, command in _EXPORTS.items():
            target = Path(scratch) / name
            filled = [part.format(target) for part in command]
            print(
                f"{name:14} {measured(['--lake', str(settings.lake), 'export', *filled], target)}", flush=True
            )


if __name__ == "__main__":
    main()
