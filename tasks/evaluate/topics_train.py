"""Learn the model of topic boundaries from transcripts whose topics an editor marked.

``python -m tasks.evaluate.topics_train GOLD...`` prints the coefficients that ``tasks/segment/topics/weights.py`` holds.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.evaluate.topics_gold import read_topics
from tasks.segment.topics.gaps import NAMES, gaps_of
from tasks.segment.topics.model import Model, fit
from tasks.segment.topics.tokens import tokens_of


@dataclass(frozen=True, slots=True)
class Examples:
    """Gaps with their gold: rows of ``gaps_of``, and for each its document, show and whether a topic starts."""

    gaps: npt.NDArray[np.float64]
    doc: npt.NDArray[np.int64]
    show: npt.NDArray[np.str_]
    starts: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, gold: pl.DataFrame) -> Self:
        """Describe the gaps of what ``read_topics`` returned."""
        gaps = [gaps_of(part, tokens_of(part)) for part in gold.partition_by("doc", maintain_order=True)]
        return cls(
            np.concatenate(gaps),
            gold["doc"].to_numpy().astype(np.int64),
            gold["show"].to_numpy().astype(np.str_),
            gold["starts"].to_numpy(),
        )

    def fitted(self, *, without: str | None = None, with_turns: bool) -> Model:
        """Fit on every show but one."""
        used = self.show != without if without else np.ones(len(self.show), dtype=bool)
        return fit(self.gaps[used], self.starts[used], with_turns=with_turns)


def main(paths: list[str]) -> None:
    """Print both models as Python."""
    examples = Examples.of(read_topics(map(Path, paths)))
    lines = []
    for name, with_turns in (("WITH_TURNS", True), ("WITHOUT_TURNS", False)):
        model = examples.fitted(with_turns=with_turns)
        lines.append(f"{name} = Model(\n    {model.bias:.3f},\n    {{")
        lines += [
            f'        "{key}": {model.coefficients[key]:.3f},' for key in NAMES if key in model.coefficients
        ]
        lines.append("    },\n)")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
