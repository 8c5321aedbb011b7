"""The suite of ``core.sounds``."""

from __future__ import annotations

from functools import partial

from expectations import spans
from expectations.rules import Suite, has_text
from warehouse.contracts import SOUNDS

SUITE = Suite(
    SOUNDS,
    (
        *spans.structure(SOUNDS),
        *spans.placed(),
        has_text("label"),
    ),
    partial(spans.frame, SOUNDS),
)
