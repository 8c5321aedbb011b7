"""The command line. Each command imports what it needs when it runs, so that help answers at once."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from flows.run import Summary
    from warehouse.settings import Settings

_Command = TypeVar("_Command", bound=Callable[..., Any])

_INTERRUPTED = 130
_CHECKS_FAILED = 1


class _Podlake(click.Group):
    """Turns podlake's errors into one line on standard error and an exit code."""

    def invoke(self, context: click.Context) -> Any:
        """Run a command."""
        from warehouse.errors import PodlakeError

        try:
            return super().invoke(context)
        except PodlakeError as error:
            click.echo(f"podlake: {error}", err=True)
            context.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo(
                "podlake: interrupted. What has landed stays; run the command again to go on.", err=True
            )
            context.exit(_INTERRUPTED)


def _lake_option(command: _Command) -> _Command:
    return click.option("--lake", metavar="PATH", help="The lake [PODLAKE_LAKE; default: ./lake].")(command)


def _json_option(command: _Command) -> _Command:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")(command)


def _run_options(command: _Command) -> _Command:
    for option in (
        click.option("--verbose", "-v", is_flag=True, help="Show the log of the flow."),
        click.option(
            "--max-quarantined", type=float, help="Share of documents held back that is still no failure."
        ),
        click.option("--in-flight", type=int, help="Batches that exist at once."),
        click.option("--batch-bytes", type=int, help="Bytes of source text that one batch holds."),
        click.option(
            "--runner", type=click.Choice(["thread", "process"]), help="Where batches are transformed."
        ),
    ):
        command = option(command)
    return command


def _settings(lake: str | None, **flags: object) -> Settings:
    """Load the settings; a lake named after the command wins over one named before it."""
    from warehouse.settings import load

    named = lake or click.get_current_context().find_root().params.get("lake")
    return load(lake=named, **flags)


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


@click.group(cls=_Podlake, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="podlake", prog_name="podlake")
@_lake_option
def main(lake: str | None) -> None:
    """Turn an archive of podcast transcripts into a validated, versioned lake that answers SQL."""
    del lake  # read by _settings from the context


@main.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@_lake_option
@_json_option
@click.option("--podcast", help="Name of the podcast, when folders do not tell it.")
@_run_options
def ingest(sources: tuple[str, ...], lake: str | None, *, as_json: bool, verbose: bool, **flags: Any) -> None:
    """Land the new and changed transcripts of folders, files and zip or tar archives."""
    from flows import console, environment

    settings = _settings(lake, **flags)
    environment.prepare(verbose=verbose)
    from flows.ingest import run_ingest
    from flows.progress import shown

    with shown():
        summary = run_ingest(list(sources), settings)
    if as_json:
        _print_json(summary.as_dict())
    else:
        console.print_summary(summary)
    _exit_if_held_back(summary, settings)


@main.command()
@_lake_option
@_json_option
@click.option("--all", "every", is_flag=True, help="Rebuild all documents, not only what is stale.")
@click.option("--dry-run", is_flag=True, help="Say how much is stale, and change nothing.")
@_run_options
def reprocess(
    lake: str | None, *, every: bool, dry_run: bool, as_json: bool, verbose: bool, **flags: Any
) -> None:
    """Rebuild the rows that an older podlake made from the texts in the lake; no source is needed.

    Old rows stay until the new ones are there. After an interruption, run it again to go on.
    """
    from flows import console, environment

    settings = _settings(lake, **flags)
    environment.prepare(verbose=verbose)
    from tasks.transform import current_versions
    from warehouse.stale import stale_of

    stale = stale_of(settings, current_versions(), every=every, read_only=dry_run)
    if dry_run or not stale.documents:
        _print_json(stale.as_dict()) if as_json else console.print_stale(stale.as_dict())
        return
    from flows.progress import shown
    from flows.reprocess import run_reprocess

    with shown("reprocess"):
        summary = run_reprocess(settings, every=every)
    if as_json:
        _print_json(summary.as_dict())
    else:
        console.print_rebuild(summary)
    _exit_if_held_back(summary, settings)
    if summary.damaged:
        click.echo(
            f"podlake: {summary.damaged} documents stay stale, as their text in the lake is damaged. Restore the lake "
            "from a copy, or ingest their sources into a new one.",
            err=True,
        )
        sys.exit(_CHECKS_FAILED)


def _exit_if_held_back(summary: Summary, settings: Settings) -> None:
    """End with an exit code of its own if too much of what was read did not land."""
    if summary.rejected or summary.failed_share > settings.max_quarantined:
        click.echo(
            f"podlake: {summary.failed_share:.0%} of the documents are transcripts that were held back, more than "
            f"--max-quarantined {settings.max_quarantined:.0%}. Look at them with podlake quarantine list.",
            err=True,
        )
        sys.exit(_CHECKS_FAILED)


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_json_option
def inspect(file: Path, *, as_json: bool) -> None:
    """Show what podlake makes of one transcript; nothing lands."""
    from flows.inspect_file import inspect_file, print_inspection

    inspection = inspect_file(file, _settings(None))
    if as_json:
        _print_json(inspection.as_dict())
    else:
        print_inspection(inspection)
    if inspection.reason:
        sys.exit(_CHECKS_FAILED)


@main.command()
@click.argument("statement", metavar="SELECT")
@_lake_option
@_json_option
def sql(statement: str, lake: str | None, *, as_json: bool) -> None:
    """Answer one SELECT, read-only; "-" reads it from standard input."""
    from flows import console
    from warehouse.query import query

    text = sys.stdin.read() if statement == "-" else statement
    answer = query(_settings(lake), text)
    if as_json:
        console.print_rows_as_json(answer)
    else:
        console.print_rows(answer)


@main.command()
@_lake_option
@_json_option
def status(lake: str | None, *, as_json: bool) -> None:
    """Show what is in the lake, what of it is stale, and its last runs."""
    from flows import console
    from tasks.transform import current_versions
    from warehouse.status import status_of

    found = status_of(_settings(lake), current_versions())
    if as_json:
        _print_json(found)
    else:
        console.print_status(found)


@main.command()
@_lake_option
@_json_option
@click.option("--run", "run_id", help="A run by its id [default: the last one].")
@click.option("--rule", help="The history of one rule over all runs.")
@click.option("--rules", is_flag=True, help="List every rule with its severity and why it exists.")
def quality(lake: str | None, run_id: str | None, rule: str | None, *, rules: bool, as_json: bool) -> None:
    """Show what the expectations found."""
    from flows import console

    if rules:
        from expectations.runner import catalogue

        found: list[dict[str, object]] = [
            {
                "table": table,
                "rule": r.name,
                "column": r.column,
                "severity": r.severity,
                "bounds": r.bounds,
                "why": r.why,
            }
            for table, r in catalogue()
        ]
    else:
        from warehouse.status import history_of, results_of

        settings = _settings(lake)
        found = history_of(settings, rule) if rule else results_of(settings, run_id)
    if as_json:
        _print_json(found)
    else:
        console.print_table(found, empty="no results: nothing has been ingested yet")


@main.group()
def quarantine() -> None:
    """Look at what was held back, and why."""


@quarantine.command("list")
@_lake_option
@_json_option
@click.option("--run", "run_id", help="Only what one run held back.")
@click.option("--rule", help="Only what one rule held back.")
@click.option("--all", "every", is_flag=True, help="Also what has healed since.")
def list_quarantine(
    lake: str | None, run_id: str | None, rule: str | None, *, every: bool, as_json: bool
) -> None:
    """List what is held back, a line a row."""
    from flows import console
    from warehouse.status import held_rows

    found = held_rows(_settings(lake), run_id=run_id, rule=rule, every=every)
    if as_json:
        _print_json(found)
    else:
        console.print_table(found, empty="nothing is held back")


@quarantine.command()
@click.argument("key")
@_lake_option
@_json_option
def show(key: str, lake: str | None, *, as_json: bool) -> None:
    """Tell the whole story of the rows with one KEY, document id or file name."""
    from flows import console
    from warehouse.status import held_row

    found = held_row(_settings(lake), key)
    if as_json:
        _print_json(found)
    else:
        console.print_records(found)


@main.command()
@_lake_option
@_json_option
@click.option("--schema", is_flag=True, help="Print every table and column with its meaning.")
def doctor(lake: str | None, *, schema: bool, as_json: bool) -> None:
    """Check this set-up, or print the data dictionary."""
    from flows import console
    from flows.doctor import checks, dictionary

    if schema:
        tables = dictionary()
        _print_json(tables) if as_json else console.print_dictionary(tables)
        return
    found = checks(lambda: _settings(lake))
    _print_json([check.as_dict() for check in found]) if as_json else console.print_checks(found)
    if not all(check.passed for check in found):
        sys.exit(_CHECKS_FAILED)


@main.group()
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
@_json_option
def segmentation(gold: tuple[Path, ...], reference: Path | None, *, markdown: bool, as_json: bool) -> None:
    """Strip labels, marks and case from labelled transcripts, and score how well they are restored."""
    from flows.evaluate import evaluate_segmentation, print_evaluation

    found = evaluate_segmentation(gold, _settings(None), reference)
    if as_json:
        _print_json(found.as_dict())
    else:
        print_evaluation(found, markdown=markdown)


@evaluate.command()
@click.argument("gold", nargs=-1, required=True, metavar="GOLD...", type=click.Path(path_type=Path))
@_json_option
def times(gold: tuple[Path, ...], *, as_json: bool) -> None:
    """Hide the times of timed transcripts, and score how well they are estimated from the words alone."""
    from flows import console
    from tasks.evaluate.times import evaluate_times

    found = evaluate_times(gold, _settings(None)).to_dicts()
    if as_json:
        _print_json(found)
    else:
        console.print_table(found, empty="")


@evaluate.command()
@click.argument(
    "gold", nargs=-1, required=True, metavar="GOLD...", type=click.Path(exists=True, path_type=Path)
)
@_json_option
def topics(gold: tuple[Path, ...], *, as_json: bool) -> None:
    """Score found topics against headings and chapters; each show by a model that never saw it."""
    from flows import console
    from tasks.evaluate.topics import evaluate_topics

    found = [score.as_dict() for score in evaluate_topics(gold)]
    _print_json(found) if as_json else console.print_table(found, empty="nothing to score")
