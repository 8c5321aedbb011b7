"""The commands that take a lake along: tables, documents, data sets and captions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from flows.cli.options import json_option, lake_option, moment_of, print_json, settings_of

if TYPE_CHECKING:
    from warehouse.export.archive import Exported, Request
    from warehouse.export.subtitles import Form
    from warehouse.settings import Settings

_Command = TypeVar("_Command", bound=Callable[..., Any])


def _chosen(command: _Command) -> _Command:
    """Let an export be told what it takes along."""
    options = (
        lake_option,
        json_option,
        click.option(
            "--podcast", "podcasts", multiple=True, help="Only this one, by name or id; repeat it for more."
        ),
        click.option(
            "--year", "years", type=int, multiple=True, help="Only episodes of this year; repeat it for more."
        ),
        click.option(
            "--at", metavar="SNAPSHOT|TIME", help="The lake as it was: a snapshot's id, or a time (UTC)."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


_target = click.argument("target", type=click.Path(file_okay=False, path_type=Path))


@click.group()
def export() -> None:
    """Take the lake along: tables, documents, data sets, captions.

    What lands in a folder is of one snapshot, has a manifest and checksums (sha256sum -c SHA256SUMS), and is there whole or not
    at all. The same snapshot gives the same bytes.
    """


@export.command()
@_target
@click.option(
    "--table", "tables", multiple=True, help="A table or mart; repeat it for more [default: all of core]."
)
@_chosen
def parquet(target: Path, *, tables: tuple[str, ...], as_json: bool, **chosen: Any) -> None:
    """Write tables and marts as Parquet, a folder each, ordered by key."""
    from warehouse.export.archive import export_tables

    _run(
        target, lambda settings, request: export_tables(settings, request, tables), as_json=as_json, **chosen
    )


@export.command()
@_target
@click.option(
    "--compress",
    type=click.Choice(("none", "gz", "zst")),
    default="none",
    show_default=True,
    help="How to compress.",
)
@_chosen
def jsonl(target: Path, *, compress: Any, as_json: bool, **chosen: Any) -> None:
    """Write a document a line, as datatrove and dolma read them: the best transcript of each episode."""
    from warehouse.export.archive import export_documents

    _run(
        target,
        lambda settings, request: export_documents(settings, request, compress),
        as_json=as_json,
        **chosen,
    )


@export.command()
@_target
@_chosen
def huggingface(target: Path, *, as_json: bool, **chosen: Any) -> None:
    """Write a folder for Hugging Face datasets: Parquet split by episode, and a card."""
    from warehouse.export.archive import export_dataset

    _run(target, export_dataset, as_json=as_json, **chosen)


def _captions(form: Form, name: str) -> click.Command:
    """Make the command that writes captions in one form."""

    @click.argument("transcript", required=False)
    @click.argument("target", required=False, type=click.Path(dir_okay=False, path_type=Path))
    @click.option(
        "--all",
        "folder",
        metavar="FOLDER",
        type=click.Path(file_okay=False, path_type=Path),
        help="Write a file for each episode, at podcast/episode in this folder.",
    )
    @click.option(
        "--estimated", is_flag=True, help="Also where the source has no times and podlake estimated them."
    )
    @_chosen
    def command(
        transcript: str | None,
        target: Path | None,
        *,
        folder: Path | None,
        estimated: bool,
        as_json: bool,
        **chosen: Any,
    ) -> None:
        from warehouse.export.archive import export_captions

        if (transcript is None) == (folder is None):
            raise click.UsageError("name a transcript, or a folder with --all")
        if folder is None:
            _one(form, str(transcript), target, estimated=estimated, as_json=as_json, **chosen)
            return
        _run(
            folder,
            lambda settings, request: export_captions(settings, request, form, estimated=estimated),
            as_json=as_json,
            **chosen,
        )

    command.__doc__ = f"""Write {name} of a transcript to TARGET or standard output, or of all to a folder.

    TRANSCRIPT is its id, the id of its episode, or the end of its path, such as show/episode-12.
    """
    return click.command(form)(command)


export.add_command(_captions("srt", "SRT"))
export.add_command(_captions("vtt", "WebVTT"))
export.add_command(_captions("json", "Podcasting 2.0 JSON"))


def _one(
    form: Form,
    transcript: str,
    target: Path | None,
    *,
    lake: str | None,
    podcasts: tuple[str, ...],
    years: tuple[int, ...],
    at: str | None,
    estimated: bool,
    as_json: bool,
) -> None:
    from flows import console
    from warehouse.export.selected import find_transcript
    from warehouse.export.snapshot import pinned
    from warehouse.export.subtitles import rendered

    if podcasts or years:
        raise click.UsageError("--podcast and --year choose among all: add --all FOLDER, or leave them out")
    with pinned(settings_of(lake), moment_of(at)) as (connection, snapshot):
        transcript_id = find_transcript(connection, transcript)
        lines = rendered(connection, transcript_id, form, estimated=estimated)
        about = {"transcript_id": transcript_id, "form": form, "snapshot_id": snapshot.snapshot_id}
        if target is None and as_json:
            print_json({**about, "text": "".join(lines)})
            return
        with console.written_to(target):
            for line in lines:
                click.echo(line, nl=False)
    if as_json:
        print_json({**about, "target": str(target)})


def _run(
    target: Path,
    write: Callable[[Settings, Request], Exported],
    *,
    lake: str | None,
    podcasts: tuple[str, ...],
    years: tuple[int, ...],
    at: str | None,
    as_json: bool,
) -> None:
    from flows.export_progress import shown
    from warehouse.export.archive import Request
    from warehouse.export.selection import Selection

    settings, moment = settings_of(lake), moment_of(at)
    with shown() as told:
        done = write(settings, Request(target, Selection(podcasts, years), moment, told))
    if as_json:
        print_json(done.as_dict())
        return
    click.echo(
        f"{done.n_files} files, {done.n_rows} rows, {done.n_bytes / 1e6:.1f} MB in {done.target}, of snapshot"
        f" {done.snapshot_id} ({done.committed_at:%Y-%m-%d %H:%M:%S} UTC)"
    )
    for reason, n_skipped in done.skipped.items():
        click.echo(f"{n_skipped} transcripts left out: {reason}")
