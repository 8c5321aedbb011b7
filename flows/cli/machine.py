"""The commands that start and stop what scheduled runs need."""

from __future__ import annotations

import signal
import sys
from types import FrameType

import click

from flows.cli.options import json_option, print_json, settings_of


@click.command()
@json_option
@click.option("--port", type=int, help="Port of the server [default: 4200, or one that is free].")
@click.option("--foreground", is_flag=True, help="Stay, and stop both when this command is stopped.")
def up(port: int | None, *, foreground: bool, as_json: bool) -> None:
    """Start a Prefect server on loopback and a worker, which run what is scheduled.

    They go on when this command ends; podlake down stops them. What runs already is left as it is.
    """
    from flows import machine

    settings = settings_of(None)
    if foreground:
        signal.signal(signal.SIGTERM, _interrupt)
    try:
        found = machine.up(settings, port)
        print_json(found.as_dict()) if as_json else click.echo(f"Prefect answers at {found.ui}")
        sys.stdout.flush()
        if foreground:
            machine.watch(settings, found)
    finally:
        if foreground:
            machine.down(settings)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """End as Ctrl-C does."""
    raise KeyboardInterrupt


@click.command()
@json_option
def down(*, as_json: bool) -> None:
    """Stop the server and the worker that podlake up started, and nothing else."""
    from flows import machine

    stopped = machine.down(settings_of(None))
    if as_json:
        print_json({"stopped": stopped})
    else:
        click.echo(f"stopped {len(stopped)} processes" if stopped else "nothing was running")
