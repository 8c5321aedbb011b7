"""Who is told how an export gets on."""

from __future__ import annotations

from collections.abc import Callable

Told = Callable[[str, int, int], None]
"""Is called with what is written, how much of it is done, and how much there is in all."""


def nobody(what: str, n_done: int, n_all: int) -> None:
    """Tell nobody."""
    del what, n_done, n_all
