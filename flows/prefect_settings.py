"""Settings of Prefect that a podlake command wants; they must stand before Prefect is imported."""

from __future__ import annotations

import os

_DEFAULTS = {
    # A busy machine needs longer than Prefect's 20 s to start its own server.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
}


def prepare(*, verbose: bool) -> None:
    """Set what the environment does not set itself."""
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    if not verbose:
        # A command tells in one line what ended it; libraries would add a traceback for each task.
        os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
        os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
