"""The commands that show what went wrong with schedules."""

from __future__ import annotations

import getpass
from datetime import timedelta

import click

from flows.cli.options import Duration, json_option, lake_option, print_json, settings_of


@click.group()
def incidents() -> None:
    """Look at failed, late, incomplete and degraded runs."""


@incidents.command("list")
@lake_option
@json_option
@click.option("--all", "every", is_flag=True, help="Also those that are closed.")
def list_incidents(lake: str | None, *, every: bool, as_json: bool) -> None:
    """List open incidents."""
    from flows import console
    from warehouse.incidents import incidents as found_in

    found = found_in(settings_of(lake), every=every)
    print_json(found) if as_json else console.print_table(found, empty="no incident is open")


@incidents.command()
@click.argument("incident_id", metavar="ID")
@lake_option
@json_option
@click.option(
    "--for", "duration", type=Duration(), default="1d", show_default=True, help="How long, such as 6h or 7d."
)
def mute(incident_id: str, lake: str | None, *, duration: timedelta, as_json: bool) -> None:
    """Tell nobody for a while of the kind and schedule of the incident ID."""
    from warehouse.incidents import mute as mute_in

    mute_in(settings_of(lake), incident_id, duration)
    print_json({"muted": incident_id}) if as_json else click.echo(f"muted {incident_id} for {duration}")


@incidents.command()
@click.argument("incident_id", metavar="ID")
@lake_option
@json_option
@click.option("--by", default=getpass.getuser, show_default="you", help="Who knows of it.")
def acknowledge(incident_id: str, lake: str | None, *, by: str, as_json: bool) -> None:
    """Note that somebody knows of the incident ID; it stays open."""
    from warehouse.incidents import acknowledge as acknowledge_in

    acknowledge_in(settings_of(lake), incident_id, by)
    if as_json:
        print_json({"acknowledged": incident_id, "by": by})
    else:
        click.echo(f"{by} acknowledged {incident_id}")


@incidents.command()
@click.argument("incident_id", metavar="ID")
@lake_option
@json_option
def close(incident_id: str, lake: str | None, *, as_json: bool) -> None:
    """Close the incident ID by hand; what is still wrong opens another."""
    from warehouse.incidents import close as close_in

    close_in(settings_of(lake), incident_id)
    print_json({"closed": incident_id}) if as_json else click.echo(f"closed {incident_id}")
