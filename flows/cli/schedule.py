"""The commands that say what runs when."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.cli.options import CHECKS_FAILED, Duration, json_option, lake_option, print_json, settings_of

if TYPE_CHECKING:
    from warehouse.settings import Settings


@click.group()
def schedule() -> None:
    """Say what runs when; podlake up starts what runs it."""


@schedule.command()
@click.argument("job", type=click.Choice(["ingest", "reprocess", "maintain", "check"]))
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@lake_option
@json_option
@click.option("--cron", help='Five fields in UTC: "0 5 * * *" is every day at five.')
@click.option("--every", type=Duration(), help="Time between runs, such as 15m; the first is at once.")
@click.option("--name", help="Name of the schedule [default: the source's name, or the job's].")
@click.option(
    "--late",
    type=click.Choice(["skip", "catch-up"]),
    default="skip",
    show_default=True,
    help="What becomes of runs that fell due while another ran, or nothing did.",
)
def apply(
    job: str, sources: tuple[str, ...], lake: str | None, *, name: str | None, as_json: bool, **when: Any
) -> None:
    """Run a JOB (ingest SOURCE..., reprocess, maintain, check) again and again, one run at a time.

    The same lake and sources again change their schedule; for others, say its --name. The settings of now are kept with it, except alerts, which each run
    reads anew from the environment of the worker or from podlake.toml in the folder where this command ran.
    """
    if (when["cron"] is None) == (when["every"] is None):
        raise click.UsageError("Say when: either --cron or --every.")
    if bool(sources) != (job == "ingest"):
        raise click.UsageError("ingest needs sources; the other jobs take none.")
    settings = _joined(lake)
    from flows import schedules

    parameters = schedules.parameters_of(job, sources, settings)
    named = name or _name(job, sources)
    planned = schedules.Schedule(name=named, job=job, parameters=parameters, folder=Path.cwd(), **when)
    schedules.apply(planned, replace=name is not None)
    schedules.ensure_check(settings, Path.cwd())
    told = next(one for one in schedules.listed() if one["name"] == named)
    print_json(told) if as_json else click.echo(f"{named}: {told['when']}")


@schedule.command("list")
@json_option
def list_schedules(*, as_json: bool) -> None:
    """List what is scheduled, with the last and the next run."""
    _joined(None)
    from flows import console, schedules

    found = schedules.listed()
    print_json(found) if as_json else console.print_table(found, empty="nothing is scheduled")


@schedule.command()
@click.argument("name")
@json_option
def remove(name: str, *, as_json: bool) -> None:
    """Remove the schedule NAME and the runs that it planned."""
    _joined(None)
    from flows import schedules

    schedules.remove(name)
    print_json({"removed": name}) if as_json else click.echo(f"removed {name}")


@schedule.command()
@lake_option
@json_option
def check(lake: str | None, *, as_json: bool) -> None:
    """Look for runs that are late, failed or dead, and tell of them; exit code 1 where there are any.

    It runs every 15 minutes by itself. Call it from another scheduler too, such as cron: a dead worker or server
    is noticed by nobody else.
    """
    settings = _joined(lake)
    from flows import console, overdue

    found = overdue.check(settings)
    print_json(found) if as_json else console.print_table(found, empty="all schedules are well")
    if found:
        sys.exit(CHECKS_FAILED)


def _joined(lake: str | None) -> Settings:
    """Load the settings, and find the server that podlake up started, before Prefect is imported."""
    from flows import environment, machine

    settings = settings_of(lake)
    environment.prepare(verbose=False)
    machine.join(settings)
    return settings


def _name(job: str, sources: tuple[str, ...]) -> str:
    """Name a schedule after its first source, in what URLs and file names can hold."""
    first = Path(sources[0]).expanduser().resolve().name if sources else job
    return re.sub(r"[^a-z0-9]+", "-", first.lower()).strip("-") or job
