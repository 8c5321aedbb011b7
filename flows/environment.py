"""What libraries read from the environment; it must stand before they are imported."""

from __future__ import annotations

import os

_DEFAULTS = {
    # A busy machine needs longer than Prefect's 20 s to start its own server.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    # polars' allocator gives memory back to the system soon: 927 MB instead of 964 at the peak of a 100 MB run,
    # with no more CPU than the runs differ by anyway.
    "_RJEM_MALLOC_CONF": "narenas:2,dirty_decay_ms:100,muzzy_decay_ms:0",
}


def prepare(*, verbose: bool) -> None:
    """Set what the environment does not set itself."""
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    if not verbose:
        # A command tells in one line what ended it; libraries would add a traceback for each task.
        os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
        os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
