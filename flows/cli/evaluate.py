"""The commands that measure podlake on known answers."""

from __future__ import annotations

from pathlib import Path

import click

from flows.cli.options import json_option, print_json, settings_of


@click.group()
def evaluate() -> None:
    """Measure how good podlake is, on transcripts whose answers are known."""


@evaluate.command()
@click.argument("gold", nargs=-1, required=True, metavar="GOLD...", type=click.Path(path_type=Path))
@click.option(
    "--reference",
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="Labelled transcripts; GOLD is then a recogniser's output, paired with them by file name.",
)
@click.option("--markdown", is_flag=True, help="Print the tables as Markdown.")
@json_option
def segmentation(gold: tuple[Path, ...], reference: Path | None, *, markdown: bool, as_json: bool) -> None:
    """Strip labels, marks and case from labelled transcripts, and score how well they are restored."""
    from flows.evaluate import evaluate_segmentation, print_evaluation

    found = evaluate_segmentation(gold, settings_of(None), reference)
    if as_json:
        print_json(found.as_dict())
    else:
        print_evaluation(found, markdown=markdown)


@evaluate.command()
@click.argument("gold", nargs=-1, required=True, metavar="GOLD...", type=click.Path(path_type=Path))
@json_option
def times(gold: tuple[Path, ...], *, as_json: bool) -> None:
    """Hide the times of timed transcripts, and score how well they are estimated from the words alone."""
    from flows import console
    from tasks.evaluate.times import evaluate_times

    found = evaluate_times(gold, settings_of(None)).to_dicts()
    if as_json:
        print_json(found)
    else:
        console.print_table(found, empty="")


@evaluate.command()
@click.argument(
    "gold", nargs=-1, required=True, metavar="GOLD...", type=click.Path(exists=True, path_type=Path)
)
@json_option
def topics(gold: tuple[Path, ...], *, as_json: bool) -> None:
    """Score found topics against headings and chapters; each show by a model that never saw it."""
    from flows import console
    from tasks.evaluate.topics import evaluate_topics

    found = [score.as_dict() for score in evaluate_topics(gold)]
    print_json(found) if as_json else console.print_table(found, empty="nothing to score")
