"""The suite of ``core.segments``."""

from __future__ import annotations

from functools import partial

from expectations import spans
from expectations.rules import Suite, probability
from warehouse.contracts import SEGMENTS

SUITE = Suite(
    SEGMENTS,
    (
        *spans.structure(SEGMENTS),
        *spans.placed(),
        spans.offsets_in_order("warning"),
        *spans.timed(),
        probability("score"),
    ),
    partial(spans.frame, SEGMENTS),
)
