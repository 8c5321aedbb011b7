"""The command that looks for sentences."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from flows.cli.options import json_option, lake_option, print_json, settings_of

if TYPE_CHECKING:
    from warehouse.settings import Settings


@click.command()
@click.argument("words", nargs=-1)
@lake_option
@json_option
@click.option("--podcast", help="Only podcasts of this title, or with these words in it.")
@click.option("--speaker", help="Only speakers with these words in their names.")
@click.option("--year", type=int, help="Only episodes of this year.")
@click.option("--from-year", type=int, help="Only episodes of this year or later.")
@click.option("--fuzzy", is_flag=True, help="Let words of four letters and more differ in one letter.")
@click.option("--limit", type=int, default=10, show_default=True, help="Hits to show.")
@click.option("--offset", type=int, default=0, help="Hits to leave out before them.")
@click.option("--rebuild", is_flag=True, help="Make the index from nothing first; no WORDS are needed.")
@click.option("--similar", metavar="TEXT", help="Find passages about the same as TEXT, in whatever words.")
@click.option(
    "--vectors", is_flag=True, help="Make what --similar compares, of what is new; no WORDS are needed."
)
def search(
    words: tuple[str, ...],
    *,
    lake: str | None,
    rebuild: bool,
    similar: str | None,
    vectors: bool,
    limit: int,
    as_json: bool,
    **options: Any,
) -> None:
    """Find sentences that say all WORDS, best first.

    "exact words" in quotation marks are found as they are, -word is left out (put -- before it), and speaker:, podcast:,
    episode: and year: limit where to look. The index is made, or brought up to date, before.
    """
    if (words or any(options.values())) and (similar is not None or vectors):
        raise click.UsageError("Give WORDS with what limits them, or else --similar or --vectors.")
    if not (words or rebuild or vectors or similar is not None):
        raise click.UsageError("Say what to look for, such as: podlake search machine learning")
    settings = settings_of(lake)
    if vectors:
        _make_vectors(settings, as_json=as_json)
    if similar is not None:
        _find_alike(settings, similar, limit, as_json=as_json)
    if rebuild or words:
        _find(settings, words, rebuild=rebuild, as_json=as_json, limit=limit, **options)


def _find(
    settings: Settings, words: tuple[str, ...], *, rebuild: bool, as_json: bool, **options: Any
) -> None:
    from flows import hits
    from warehouse.search import Query, Searcher

    query = Query(" ".join(words), **options)
    searcher = Searcher(settings)
    if not searcher.has_index or rebuild:
        click.echo("podlake: making the search index: up to a minute a million sentences", err=True)
    if rebuild:
        followed = searcher.follow(anew=True)
        if not words:
            print_json(asdict(followed)) if as_json else hits.print_made(followed)
            return
    found = searcher.search(query)
    print_json(asdict(found)) if as_json else hits.print_found(found, query)


def _make_vectors(settings: Settings, *, as_json: bool) -> None:
    from warehouse.search import embed_passages

    n_passages = embed_passages(settings)
    print_json({"passages": n_passages}) if as_json else click.echo(f"made vectors of {n_passages} passages")


def _find_alike(settings: Settings, text: str, limit: int, *, as_json: bool) -> None:
    from flows import hits
    from warehouse.search import similar

    alike = similar(settings, text, limit=limit)
    print_json(asdict(alike)) if as_json else hits.print_alike(alike)
