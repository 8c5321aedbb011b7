"""Evaluate on gold and print the figures: tables for people, Markdown for a model card."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tasks.evaluate.baselines import Restore, cue_words, fixed_windows
from tasks.evaluate.scores import METRICS, N_BINS
from tasks.evaluate.segmentation import ALL, Evaluation, evaluate
from tasks.segment import boundary
from tasks.segment.gold import NONE, PERIOD
from warehouse.settings import Settings


def _with_ends_shown(words: pl.DataFrame) -> pl.DataFrame:
    """Restore what punctuated text without labels lacks: its sentence ends are shown, its turns are to be found."""
    ends = pl.when(pl.col("mark") >= PERIOD).then("mark").otherwise(NONE)
    return boundary.restore(words.select("doc", "word", known_mark=ends))


METHODS: Mapping[str, Restore] = {
    "fixed windows": fixed_windows,
    "cue words": cue_words,
    "podlake": boundary.restore,
    "podlake, ends shown": _with_ends_shown,
}
"""What ``podlake evaluate segmentation`` compares, by name."""

_PIPED_WIDTH = 240
"""Columns of text where no terminal sets a width: no table is wider."""


@dataclass(frozen=True, slots=True)
class Report:
    """A table to print: the first ``n_keys`` columns are text, the others figures."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    n_keys: int


def evaluate_segmentation(sources: Sequence[Path], settings: Settings, reference: Path | None) -> Evaluation:
    """Score every method on the sources."""
    return evaluate(sources, settings, METHODS, reference)


def print_evaluation(evaluation: Evaluation, *, markdown: bool) -> None:
    """Print what was scored, the scores in all and by show, and how far probabilities can be trusted."""
    for row in evaluation.left_out.iter_rows(named=True):
        sys.stderr.write(f"podlake: left out {row['n_documents']} of {row['show']}: {row['problem']}\n")
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _PIPED_WIDTH
    for report in _reports(evaluation):
        sys.stdout.write(_markdown(report)) if markdown else console.print(_table(report))


def _reports(evaluation: Evaluation) -> Iterator[Report]:
    yield _gold(evaluation)
    yield _in_all(evaluation)
    yield _by_show(evaluation)
    yield _reliability(evaluation)


def _gold(evaluation: Evaluation) -> Report:
    columns = [name.removeprefix("n_").replace("_", " ") for name in evaluation.gold.columns]
    rows = [[str(row[0]), *(f"{n:,}" for n in row[1:])] for row in evaluation.gold.iter_rows()]
    return Report("Gold", columns, rows, 1)


def _in_all(evaluation: Evaluation) -> Report:
    rows = [
        [
            *(str(row[name]) for name in ("metric", "method")),
            *(_share(row[name]) for name in ("precision", "recall", "f1")),
            "" if row["f1_low"] is None else f"{_share(row['f1_low'])} - {_share(row['f1_high'])}",
            *(f"{row[name]:,}" for name in ("n_right", "n_predicted", "n_gold")),
        ]
        for row in evaluation.scores.filter(show=ALL)
        .sort(pl.col("metric").cast(pl.Enum(METRICS)), maintain_order=True)
        .iter_rows(named=True)
    ]
    columns = ("metric", "method", "precision", "recall", "F1", "95 % interval", "right", "asserted", "gold")
    return Report("All shows", columns, rows, 2)


def _by_show(evaluation: Evaluation) -> Report:
    scores = {
        (row["show"], row["method"], row["metric"]): _share(row["f1"])
        + _spread(row["f1_low"], row["f1_high"])
        for row in evaluation.scores.iter_rows(named=True)
    }
    errors = {
        (row["show"], row["method"], row["head"]): f"{row['ece']:.3f}"
        for row in evaluation.calibration.iter_rows(named=True)
    }
    rows = [
        [
            show,
            method,
            *(scores.get((show, method, metric), "") for metric in METRICS),
            *(errors.get((show, method, head), "") for head in ("sentence", "turn")),
            f"{cost['words_per_cpu_s']:,.0f}",
            f"{cost['peak_mb']:,.0f}",
        ]
        for show in evaluation.gold["show"]
        for cost in evaluation.costs.filter(show=show).iter_rows(named=True)
        for method in [cost["method"]]
    ]
    columns = ("show", "method", *METRICS, "ECE end", "ECE turn", "words/CPU s", "peak MB")
    return Report("F1 by show, with half of its 95 % interval, and costs", columns, rows, 2)


def _reliability(evaluation: Evaluation) -> Report:
    rows = [
        [
            row["head"],
            row["method"],
            f"{row['bin'] / N_BINS:.1f} - {(row['bin'] + 1) / N_BINS:.1f}",
            f"{row['n']:,}",
            f"{row['mean_p']:.3f}",
            f"{row['share_true']:.3f}",
        ]
        for row in evaluation.reliability.filter(show=ALL).sort("head", "method", "bin").iter_rows(named=True)
    ]
    columns = ("head", "method", "probability", "words", "mean probability", "share true")
    return Report("Reliability, all shows", columns, rows, 2)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _spread(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" ±{(high - low) / 2:.3f}".replace("±0", "±")


def _table(report: Report) -> Table:
    table = Table(title=report.title, title_justify="left", box=SIMPLE_HEAD, header_style="bold")
    for number, column in enumerate(report.columns):
        table.add_column(column, justify="left" if number < report.n_keys else "right", no_wrap=True)
    for row in report.rows:
        table.add_row(*map(Text, row))
    return table


def _markdown(report: Report) -> str:
    rules = ["---" if number < report.n_keys else "---:" for number in range(len(report.columns))]
    lines = [" | ".join(cells) for cells in (report.columns, rules, *report.rows)]
    return f"### {report.title}\n\n" + "".join(f"| {line} |\n" for line in lines) + "\n"
