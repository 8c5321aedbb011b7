"""The commands that ask a lake, and look at it and its set-up."""

from __future__ import annotations

import sys

import click

from flows.cli.options import CHECKS_FAILED, json_option, lake_option, print_json, settings_of


@click.command()
@click.argument("statement", metavar="SELECT")
@lake_option
@json_option
def sql(statement: str, lake: str | None, *, as_json: bool) -> None:
    """Answer one SELECT, read-only; "-" reads it from standard input."""
    from flows import console
    from warehouse.query import query

    text = sys.stdin.read() if statement == "-" else statement
    answer = query(settings_of(lake), text)
    if as_json:
        console.print_rows_as_json(answer)
    else:
        console.print_rows(answer)


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
