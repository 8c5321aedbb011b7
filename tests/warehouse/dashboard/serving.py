"""A dashboard in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.settings import Settings


@contextmanager
def served(lake: Settings, folder: Path, *options: str) -> Iterator[str]:
    """Serve a lake on a free port of loopback, and give the address that the command prints."""
    command = [
        sys.executable,
        "-m",
        "flows",
        "dashboard",
        "serve",
        "--lake",
        str(lake.lake),
        "--port",
        "0",
        *options,
    ]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, cwd=folder, env=dict(os.environ)
        ) as process,
    ):
        assert process.stdout
        try:
            address = process.stdout.readline().decode().strip()
            assert address, (folder / "log").read_text()
            yield address
        finally:
            try:
                process.terminate()
                assert process.wait(60) in {0, -15, 143}
            finally:
                process.kill()
