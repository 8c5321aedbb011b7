"""Peak memory of whole runs of the command line over archives of two sizes.

python tests/benchmarks/bench_memory.py [--megabytes 100 1000]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import synthetic


def peak_megabytes(archive: Path, lake: Path) -> float:
    """Ingest an archive in a process of its own and return the most memory that it held."""
    process = subprocess.Popen([sys.executable, "-m", "flows", "ingest", str(archive), "--lake", str(lake)])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"podlake ended with status {os.waitstatus_to_exitcode(status)}")
    return usage.ru_maxrss / 1024


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--megabytes", type=int, nargs="+", default=[100, 1000])
    for size in parser.parse_args().megabytes:
        with tempfile.TemporaryDirectory() as scratch:
            synthetic.write(Path(scratch) / "in", size * 1_000_000)
            peak = peak_megabytes(Path(scratch) / "in", Path(scratch) / "lake")
        print(f"{size} MB of source: peak {peak:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
