"""The commands that show what the audit found and held back."""

from __future__ import annotations

from pathlib import Path

import click

from flows.cli.options import json_option, lake_option, print_json, settings_of


@click.group(invoke_without_command=True)
@click.pass_context
@lake_option
@json_option
@click.option("--run", "run_id", help="A run by its id [default: the last one].")
@click.option("--rule", help="The history of one rule over all runs.")
@click.option("--rules", is_flag=True, help="List every rule with its severity and why it exists.")
@click.option(
    "--drift", is_flag=True, help="How far each podcast lies from the runs before, what moved most first."
)
def quality(
    context: click.Context,
    lake: str | None,
    run_id: str | None,
    rule: str | None,
    *,
    rules: bool,
    drift: bool,
    as_json: bool,
) -> None:
    """Show what the expectations found."""
    if context.invoked_subcommand:
        if run_id or rule or rules or drift or as_json:
            raise click.UsageError(f"Only --lake may stand before {context.invoked_subcommand}.")
        return
    from flows import console

    empty = "no results: nothing has been ingested yet"
    if drift:
        from warehouse.metrics import FARTHEST
        from warehouse.status import drift_of

        found = drift_of(settings_of(lake), FARTHEST, run_id)
        empty = "nothing to compare yet: a podcast needs a past of five runs and ten documents"
    elif rules:
        from expectations.runner import catalogue

        found = [
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

        settings = settings_of(lake)
        found = history_of(settings, rule) if rule else results_of(settings, run_id)
        if rule and not found:
            _refuse_unknown(rule)
    if as_json:
        print_json(found)
    else:
        console.print_table(found, empty=empty)


def _refuse_unknown(rule: str) -> None:
    """Tell a rule that found nothing yet from one that there is not."""
    from expectations.runner import catalogue
    from warehouse.errors import QueryError

    if rule not in {known.name for _, known in catalogue()}:
        raise QueryError(f"there is no rule {rule!r}", remedy="Look at podlake quality --rules.")


@quality.command()
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@lake_option
@click.option("--run", "run_id", help="A run by its id [default: the last one].")
def docs(target: Path, lake: str | None, run_id: str | None) -> None:
    """Write Great Expectations' Data Docs of a run into the folder TARGET, with nothing from elsewhere."""
    from expectations.docs import write_docs
    from expectations.runner import catalogue
    from warehouse.status import last_run, results_of

    settings = settings_of(lake)
    run_id = run_id or last_run(settings)
    pages = write_docs(results_of(settings, run_id), catalogue(), run_id, target)
    click.echo(f"podlake: {len(pages)} pages in {pages[0]}", err=True)


@click.group()
def quarantine() -> None:
    """Look at what was held back, and why."""


@quarantine.command("list")
@lake_option
@json_option
@click.option("--run", "run_id", help="Only what one run held back.")
@click.option("--rule", help="Only what one rule held back.")
@click.option("--all", "every", is_flag=True, help="Also what has healed since.")
def list_quarantine(
    lake: str | None, run_id: str | None, rule: str | None, *, every: bool, as_json: bool
) -> None:
    """List what is held back, a line a row."""
    from flows import console
    from warehouse.status import held_rows

    found = held_rows(settings_of(lake), run_id=run_id, rule=rule, every=every)
    if as_json:
        print_json(found)
    else:
        console.print_table(found, empty="nothing is held back")


@quarantine.command()
@click.argument("key")
@lake_option
@json_option
def show(key: str, lake: str | None, *, as_json: bool) -> None:
    """Tell the whole story of the rows with one KEY, document id or file name."""
    from flows import console
    from warehouse.status import held_row

    found = held_row(settings_of(lake), key)
    if as_json:
        print_json(found)
    else:
        console.print_records(found)
