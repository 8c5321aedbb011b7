"""The commands about the SQL models: what there is, what stands on what, and whether it holds."""

from __future__ import annotations

import sys

import click

from flows.cli.options import CHECKS_FAILED, json_option, lake_option, print_json, settings_of


@click.group()
def models() -> None:
    """List the SQL models, bring them up to date, and check them."""


@models.command("list")
@json_option
def list_models(*, as_json: bool) -> None:
    """List the marts: what a row is, its grain, and what is stored."""
    from flows import console
    from warehouse.models import mart, views

    marts = [mart(name) for name in sorted(views())]
    found = [
        {
            "model": one.name,
            "grain": ", ".join(one.grain),
            "stored": one.stored_in or "view",
            "description": one.description,
        }
        for one in marts
    ]
    print_json(found) if as_json else console.print_table(found, empty="there are no models")


@models.command()
@lake_option
@json_option
def run(lake: str | None, *, as_json: bool) -> None:
    """Make views anew that changed, and count the words of new transcripts."""
    from warehouse.models import views
    from warehouse.terms import count_terms

    n_counted = count_terms(settings_of(lake))
    if as_json:
        print_json({"views": len(views()), "transcripts_counted": n_counted})
    else:
        click.echo(f"{len(views())} views are up to date; the words of {n_counted} transcripts were counted")


@models.command()
@lake_option
@json_option
def test(lake: str | None, *, as_json: bool) -> None:
    """Check every mart of the lake: its grain is unique, and its checks hold."""
    from flows import console
    from warehouse.checks import check_marts

    found = check_marts(settings_of(lake))
    if as_json:
        print_json(found)
    else:
        console.print_table(found, empty="there are no checks")
    if any(row["n_broken"] for row in found):
        sys.exit(CHECKS_FAILED)


@models.command()
@click.argument("name", required=False)
@json_option
def lineage(name: str | None, *, as_json: bool) -> None:
    """Show what a mart, or each of them, is made from; as a tree, or as JSON of who reads what."""
    from warehouse.errors import QueryError
    from warehouse.models import lineage_of, marts

    known = marts()
    full = name if name is None or "." in name else f"mart.{name}"
    if full is not None and full not in known:
        raise QueryError(f"there is no model {name!r}", remedy=f"Models: {', '.join(known)}.")
    roots = [full] if full else list(known)
    if as_json:
        print_json({root: known[root].depends_on for root in roots})
        return
    for root in roots:
        for depth, node in lineage_of(root):
            click.echo("  " * depth + node)
