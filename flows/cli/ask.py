"""The commands that ask a lake, and look at it and its set-up."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flows.cli.options import CHECKS_FAILED, json_option, lake_option, moment_of, print_json, settings_of

FORMATS = ("table", "csv", "json", "parquet")


@click.command()
@click.argument("statement", metavar="SELECT")
@lake_option
@json_option
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="How to print the answer [default: table]."
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.option(
    "--param", "params", multiple=True, metavar="NAME=VALUE", help="Fill $NAME; repeat it for more."
)
@click.option(
    "--at", metavar="SNAPSHOT|TIME", help="Ask the lake as it was: a snapshot's id, or a time (UTC)."
)
def sql(
    statement: str,
    *,
    lake: str | None,
    form: str | None,
    output: Path | None,
    params: tuple[str, ...],
    at: str | None,
    as_json: bool,
) -> None:
    """Answer one SELECT, read-only; "-" reads it from standard input."""
    from flows import console
    from warehouse.query import query, write_parquet

    text = sys.stdin.read() if statement == "-" else statement
    form = form or ("json" if as_json else "table")
    settings, values, moment = settings_of(lake), _values(params), moment_of(at)
    if form == "parquet":
        if output is None:
            raise click.UsageError("Parquet is no text: name a file with --output.")
        n_rows = write_parquet(settings, text, output, values, at=moment)
        click.echo(f"podlake: {n_rows} rows in {output}", err=True)
        return
    printers = {
        "json": console.print_rows_as_json,
        "csv": console.print_rows_as_csv,
        "table": console.print_rows,
    }
    answer = query(settings, text, values, at=moment)
    with console.written_to(output):
        printers[form](answer)


def _values(params: tuple[str, ...]) -> dict[str, str]:
    """Split ``name=value`` at the first ``=``."""
    pairs = [param.partition("=") for param in params]
    if wrong := [name for name, equals, _ in pairs if not (name and equals)]:
        raise click.BadParameter(f"{wrong[0]!r} is no NAME=VALUE", param_hint="--param")
    return {name: value for name, _, value in pairs}


@click.command()
@lake_option
@json_option
def connect(lake: str | None, *, as_json: bool) -> None:
    """Print how other programs open the lake: the DuckDB shell, BI tools, Python."""
    from warehouse.access import ways_in

    ways = ways_in(settings_of(lake))
    if as_json:
        print_json(ways)
    else:
        click.echo(ways["shell"])


@click.command()
@lake_option
@json_option
def status(lake: str | None, *, as_json: bool) -> None:
    """Show what is in the lake, what of it is stale, and its last runs."""
    from flows import console
    from tasks.transform import current_versions
    from warehouse.status import status_of

    found = status_of(settings_of(lake), current_versions())
    if as_json:
        print_json(found)
    else:
        console.print_status(found)


@click.command()
@lake_option
@json_option
@click.option("--schema", is_flag=True, help="Print every table and column with its meaning.")
def doctor(lake: str | None, *, schema: bool, as_json: bool) -> None:
    """Check this set-up, or print the data dictionary."""
    from flows import console
    from flows.doctor import checks, dictionary

    if schema:
        tables = dictionary()
        print_json(tables) if as_json else console.print_dictionary(tables)
        return
    found = checks(lambda: settings_of(lake))
    print_json([check.as_dict() for check in found]) if as_json else console.print_checks(found)
    if not all(check.passed for check in found):
        sys.exit(CHECKS_FAILED)
