"""What is measured of each document, and the scale on which a run is compared with the past.

A scale cuts the values of a metric into ``N_STEPS`` steps that are about equally worth noticing, so that one
distance, in steps, serves shares, paces and lengths alike, and no outlier counts for more than the last step.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sin

N_STEPS = 16
"""Steps of every scale."""

FEWEST_WORDS = 50
"""A document of fewer words says little about a rate; it is measured by its length alone."""


FARTHEST = 2.5
"""Standard deviations of documents that a run may lie off. Three documents, the fewest that are compared, lie so far off
together by chance once in some 50,000 runs; half the words gone or all labels lie farther."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One number about a document.

    Attributes:
        name: Its name, and its column in ``quality.measures``.
        description: What it is and when it is null.
        edges: Where each step but the first begins, ``N_STEPS - 1`` rising values.
        unit: Its unit.
    """

    name: str
    description: str
    edges: tuple[float, ...]
    unit: str = ""

    @property
    def is_of_format(self) -> bool:
        """Whether it says something of the transcripts in one format; what was held back has none to speak of."""
        return self is not HELD_BACK


def _geometric(lowest: float, highest: float) -> tuple[float, ...]:
    ratio = (highest / lowest) ** (1 / (N_STEPS - 2))
    return tuple(lowest * ratio**step for step in range(N_STEPS - 1))


_SHARES = tuple(sin(pi / 2 * step / N_STEPS) ** 2 for step in range(1, N_STEPS))
"""Equal steps of arcsin(sqrt(share)): each is Cohen's h of 0.2, a small effect (Cohen, Statistical Power Analysis for
the Behavioral Sciences, 1988, chapter 6)."""

_RATES = _geometric(0.001, 0.5)
"""Half as much again a step; less than one word in a thousand is the first."""

_ONE_OR_NOUGHT = tuple(step / 3 for step in range(1, N_STEPS))
"""One is three steps from nought: far enough for a run of which most is held back, too near for a stray document."""

HELD_BACK = Metric(
    "held_back_share",
    "1 if the document was held back or rejected, else 0; null for formats that podlake does not read.",
    _ONE_OR_NOUGHT,
    "0..1",
)

METRICS: tuple[Metric, ...] = (
    Metric(
        "words_per_minute",
        "Words a minute; null without times of the source's own.",
        _geometric(50, 600),
        "1/min",
    ),
    Metric(
        "unlabelled_share", "Share of the words in turns that the source gives no speaker.", _SHARES, "0..1"
    ),
    Metric(
        "oov_rate",
        "Share of the words that the boundary model's 30,000 English words lack, in every eighth sentence.",
        _RATES,
        "0..1",
    ),
    Metric(
        "loop_rate",
        "Share of the words that repeat the word before, or stand in a sentence that repeats one of the three before.",
        _RATES,
        "0..1",
    ),
    Metric(
        "punctuation_rate",
        "Marks a word in the source's own punctuation.",
        tuple(round(0.02 * step, 2) for step in range(1, N_STEPS)),
        "1/word",
    ),
    Metric("filler_rate", "Share of the words that are fillers (um, uh, ...).", _RATES, "0..1"),
    Metric(
        "sentence_words",
        "Words a sentence, of sentences that the source's own punctuation ends; null where it has none.",
        _geometric(3, 48),
        "words",
    ),
    Metric(
        "turn_words",
        "Words a turn, of turns that the source itself marks; null where it marks none.",
        _geometric(5, 640),
        "words",
    ),
    Metric("document_words", "Words of the document.", _geometric(60, 983_040), "words"),
    HELD_BACK,
)
"""Every metric, in the order in which they are shown."""
