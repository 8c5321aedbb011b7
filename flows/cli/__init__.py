"""The command line. Each command imports what it needs when it runs, so that help answers at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from flows.cli.ask import connect, doctor, sql, status
from flows.cli.dashboard import dashboard
from flows.cli.evaluate import evaluate
from flows.cli.export import export
from flows.cli.incidents import incidents
from flows.cli.ingest import ingest, inspect, reprocess
from flows.cli.machine import down, up
from flows.cli.maintain import maintain
from flows.cli.models import models
from flows.cli.options import lake_option
from flows.cli.quality import quality, quarantine
from flows.cli.schedule import schedule
from flows.cli.search import search

if TYPE_CHECKING:
    from warehouse.errors import PodlakeError

_INTERRUPTED = 130


class _Podlake(click.Group):
    """Turns podlake's errors, and those of the system, into one line on standard error and an exit code."""

    def invoke(self, context: click.Context) -> Any:
        """Run a command."""
        from warehouse.errors import PodlakeError

        try:
            return super().invoke(context)
        except BrokenPipeError:
            raise  # click knows how to end where nobody reads on
        except (PodlakeError, OSError, RuntimeError, KeyboardInterrupt) as error:
            if _is_interrupt(error):
                click.echo(
                    "podlake: interrupted. What has landed stays; run the command again to go on.", err=True
                )
                context.exit(_INTERRUPTED)
            if isinstance(error, OSError):
                _end(context, _explained(error))
            if isinstance(error, PodlakeError):
                _end(context, error)
            raise


def _is_interrupt(error: BaseException | None) -> bool:
    """Say whether Ctrl-C is behind an error: of one that meets a query, DuckDB makes a RuntimeError."""
    while error and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _end(context: click.Context, error: PodlakeError) -> None:
    click.echo(f"podlake: {error}", err=True)
    context.exit(error.exit_code)


def _explained(error: OSError) -> PodlakeError:
    """Say what the system refused: a folder that is missing or closed to this user, or a disk that is full."""
    from warehouse.errors import TerminalError

    what = " ".join((error.strerror or str(error) or type(error).__name__).split())
    remedy = "Look whether that place exists, has room and is open to you; then run the command again."
    return TerminalError(what, where=str(error.filename or ""), remedy=remedy)


@click.group(cls=_Podlake, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="podlake", prog_name="podlake")
@lake_option
def main(lake: str | None) -> None:
    """Turn an archive of podcast transcripts into a validated, versioned lake that answers SQL."""
    del lake  # read by settings_of from the context


for command in (
    ingest,
    inspect,
    reprocess,
    maintain,
    sql,
    search,
    connect,
    models,
    status,
    quality,
    quarantine,
    doctor,
    evaluate,
    export,
    up,
    down,
    schedule,
    incidents,
    dashboard,
):
    main.add_command(command)
