"""The commands that write to a lake, and the one that shows what they would write."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from flows.cli.options import CHECKS_FAILED, json_option, lake_option, print_json, settings_of

if TYPE_CHECKING:
    from flows.run import Summary
    from warehouse.settings import Settings

_Command = TypeVar("_Command", bound=Callable[..., Any])


def run_options(command: _Command) -> _Command:
    """Let a command be told how a run works."""
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
        click.option(
            "--when-locked",
            type=click.Choice(["wait", "leave"]),
            help="Whether to wait for another run on the lake, or to leave with exit code 3.",
        ),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@lake_option
@json_option
@click.option("--podcast", help="Name of the podcast, when folders do not tell it.")
@click.option("--limit", type=int, help="New items to take of each feed; the next run takes the rest.")
@click.option("--since", metavar="DATE", help="Leave a feed's items from before this date for another run.")
@run_options
def ingest(sources: tuple[str, ...], lake: str | None, *, as_json: bool, verbose: bool, **flags: Any) -> None:
    """Land the new and changed transcripts of folders, files, zip or tar archives, and feeds.

    A feed is an http or https address, a file, or one of those that an OPML file lists.
    """
    from flows import console, environment, machine

    settings = settings_of(lake, **flags)
    environment.prepare(verbose=verbose)
    machine.join(settings)
    from flows.progress import shown
    from flows.start import run_ingest

    with shown():
        summary = run_ingest(list(sources), settings)
    if as_json:
        print_json(summary.as_dict())
    else:
        console.print_summary(summary)
    _exit_if_held_back(summary, settings)
    _exit_if_feeds_failed(summary)


@click.command()
@lake_option
@json_option
@click.option("--all", "every", is_flag=True, help="Rebuild all documents, not only what is stale.")
@click.option("--dry-run", is_flag=True, help="Say how much is stale, and change nothing.")
@run_options
def reprocess(
    lake: str | None, *, every: bool, dry_run: bool, as_json: bool, verbose: bool, **flags: Any
) -> None:
    """Rebuild the rows that an older podlake made from the texts in the lake; no source is needed.

    Old rows stay until the new ones are there. After an interruption, run it again to go on.
    """
    from flows import console, environment, machine

    settings = settings_of(lake, **flags)
    environment.prepare(verbose=verbose)
    from tasks.transform import current_versions
    from warehouse.stale import stale_of

    stale = stale_of(settings, current_versions(), every=every, read_only=dry_run)
    if dry_run or not stale.documents:
        print_json(stale.as_dict()) if as_json else console.print_stale(stale.as_dict())
        return
    machine.join(settings)
    from flows.progress import shown
    from flows.reprocess import run_reprocess

    with shown("reprocess"):
        summary = run_reprocess(settings, every=every)
    if as_json:
        print_json(summary.as_dict())
    else:
        console.print_rebuild(summary)
    _exit_if_held_back(summary, settings)
    if summary.damaged:
        click.echo(
            f"podlake: {summary.damaged} documents stay stale, as their text in the lake is damaged. Restore the lake "
            "from a copy, or ingest their sources into a new one.",
            err=True,
        )
        sys.exit(CHECKS_FAILED)


def _exit_if_held_back(summary: Summary, settings: Settings) -> None:
    """End with an exit code of its own if too much of what was read did not land."""
    if summary.rejected or summary.failed_share > settings.max_quarantined:
        click.echo(
            f"podlake: {summary.failed_share:.0%} of the documents are transcripts that were held back, more than "
            f"--max-quarantined {settings.max_quarantined:.0%}. Look at them with podlake quarantine list.",
            err=True,
        )
        sys.exit(CHECKS_FAILED)


def _exit_if_feeds_failed(summary: Summary) -> None:
    """End with an exit code of its own if feeds could not be read; all else has landed."""
    from warehouse.errors import TerminalError, TransientError

    failed = summary.failed_feeds
    if failed:
        may_pass = all(feed["is_transient"] for feed in failed)
        click.echo(f"podlake: {len(failed)} feeds could not be read; everything else has landed.", err=True)
        sys.exit(TransientError.exit_code if may_pass else TerminalError.exit_code)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def inspect(file: Path, *, as_json: bool) -> None:
    """Show what podlake makes of one transcript; nothing lands."""
    from flows.inspect_file import inspect_file, print_inspection

    inspection = inspect_file(file, settings_of(None))
    if as_json:
        print_json(inspection.as_dict())
    else:
        print_inspection(inspection)
    if inspection.reason:
        sys.exit(CHECKS_FAILED)
