"""The command that looks for sentences."""

from __future__ import annotations

import click

from flows.cli.options import json_option, lake_option, print_json, settings_of


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
def search(
    words: tuple[str, ...],
    *,
    lake: str | None,
    podcast: str | None,
    speaker: str | None,
    year: int | None,
    from_year: int | None,
    fuzzy: bool,
    limit: int,
    offset: int,
    rebuild: bool,
    as_json: bool,
) -> None:
    """Find sentences that say all WORDS, best first.

    "exact words" in quotation marks are found as they are, -word is left out (put -- before it), and speaker:, podcast:,
    episode: and year: limit where to look. The index is made, or brought up to date, before.
    """
    from flows import hits
    from warehouse.search import Query, Searcher

    settings = settings_of(lake)
    if not words and not rebuild:
        raise click.UsageError("Say what to look for, such as: podlake search machine learning")
    query = Query(" ".join(words), podcast, speaker, year, from_year, fuzzy=fuzzy, limit=limit, offset=offset)
    searcher = Searcher(settings)
    if rebuild or not searcher.has_index:
        click.echo("podlake: making the search index: half a minute a million sentences", err=True)
    if rebuild:
        followed = searcher.follow(anew=True)
        if not words:
            print_json(hits.made(followed)) if as_json else hits.print_made(followed)
            return
    found = searcher.search(query)
    print_json(hits.answer(found)) if as_json else hits.print_found(found, query)
