"""The commands that show the lake in a browser."""

from __future__ import annotations

from pathlib import Path

import click

from flows.cli.options import lake_option, settings_of


@click.group()
def dashboard() -> None:
    """Show the lake's quality in a browser, or write the pages as files."""


@dashboard.command()
@lake_option
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; any but loopback needs a token [PODLAKE_TOKEN].",
)
@click.option(
    "--port", default=8321, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
@click.option("--sql", "has_sql", is_flag=True, help="Let readers ask SELECTs, within limits.")
def serve(lake: str | None, *, host: str, port: int, has_sql: bool) -> None:
    """Serve the pages until Ctrl-C."""
    from flows.dashboard import serve as run

    run(settings_of(lake), host=host, port=port, has_sql=has_sql)


@dashboard.command()
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@lake_option
def export(target: Path, lake: str | None) -> None:
    """Write the pages into the folder TARGET, as files that open from disk."""
    from flows.dashboard import export as write

    n_pages = write(settings_of(lake), target)
    click.echo(f"podlake: {n_pages} pages in {target / 'index.html'}", err=True)
