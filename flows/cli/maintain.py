"""The command that keeps a lake healthy."""

from __future__ import annotations

import click

from flows.cli.options import json_option, lake_option, print_json, settings_of


@click.command()
@lake_option
@json_option
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--keep-snapshots-days", type=float, help="Days for which snapshots are kept.")
@click.option("--keep-snapshots", type=int, help="Newest snapshots that are kept however old they are.")
@click.option("--grace-hours", type=float, help="Hours that files stay after nothing needs them.")
def maintain(lake: str | None, *, dry_run: bool, as_json: bool, **flags: float | None) -> None:
    """Merge small files, expire old snapshots, and delete the files that nothing needs.

    Says first what it will do. Publishers wait for one step at most, readers for nothing; run it daily or weekly.
    """
    from flows import upkeep
    from warehouse import maintenance

    settings = settings_of(lake, **flags)
    planned = maintenance.plan(settings)
    if not as_json:
        upkeep.print_plan(planned)
    done = None if dry_run else maintenance.maintain(settings)
    if as_json:
        print_json({"planned": planned.as_dict(), "done": done and done.as_dict()})
    elif done:
        upkeep.print_done(done)
