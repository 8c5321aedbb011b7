"""Measure the most memory that a step of the process held."""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path

_PROCESS = Path("/proc/self")
_RESET_PEAK = "5"
"""What Linux takes in ``clear_refs`` to set the peak back (proc(5))."""
_KILOBYTE = 1 if sys.platform == "darwin" else 1024
"""Bytes in a unit of ``ru_maxrss``: macOS counts bytes."""


class Peak:
    """Counts from where it is made, where Linux lets it; elsewhere from the start of the process."""

    def __init__(self) -> None:
        try:
            (_PROCESS / "clear_refs").write_text(_RESET_PEAK)
        except OSError:
            self._is_reset = False
        else:
            self._is_reset = True

    def megabytes(self) -> float:
        """Return the peak of the process's resident memory in MB."""
        if self._is_reset and (found := re.search(r"VmHWM:\s*(\d+) kB", (_PROCESS / "status").read_text())):
            return int(found[1]) * 1024 / 1e6
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KILOBYTE / 1e6
