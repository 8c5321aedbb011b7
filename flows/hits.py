"""Print what a search found: for people on a terminal, as tab-separated lines for pipes, as JSON."""

from __future__ import annotations

import sys
from dataclasses import asdict

from rich.console import Console
from rich.text import Text

from flows import console
from warehouse.search import Followed, Found, Hit, Query

_HOUR_S = 3600
_MINUTE_S = 60


def answer(found: Found) -> dict[str, object]:
    """Return an answer as JSON has it."""
    return asdict(found)


def made(followed: Followed) -> dict[str, object]:
    """Return what an index was made of, as JSON has it."""
    return asdict(followed)


def print_made(followed: Followed) -> None:
    """Print what an index was made of."""
    sys.stdout.write(
        f"indexed {followed.n_sentences} sentences of {followed.n_transcripts} transcripts, "
        f"as of snapshot {followed.snapshot_id}\n"
    )


def print_found(found: Found, query: Query) -> None:
    """Print hits on standard output, and on standard error how many there are and of which snapshot."""
    if found.hits:
        _print_for_people(found.hits) if sys.stdout.isatty() else _print_for_pipes(found.hits)
    sys.stderr.write(f"podlake: {_told(found, query)}\n")


def clock(start_s: float) -> str:
    """Return a time in the audio as players show it.

    Example:
        >>> clock(754.9), clock(3754)
        ('12:34', '1:02:34')
    """
    minutes, seconds = divmod(int(start_s), _MINUTE_S)
    hours, minutes = divmod(minutes, _MINUTE_S)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _told(found: Found, query: Query) -> str:
    if not found.total:
        said = "no sentence was found" + ("" if query.fuzzy else "; --fuzzy lets words differ in a letter")
    else:
        last = query.offset + len(found.hits)
        said = (
            f"{query.offset + 1} to {last} of {found.total} sentences"
            if found.hits
            else f"{found.total} sentences"
        )
        said += "; none says all of it, these say some of it" if found.is_relaxed else ""
    as_of = f", as of snapshot {found.snapshot_id} ({found.as_of:%Y-%m-%d %H:%M} UTC)"
    return said + as_of + (": newer ones are being indexed" if found.is_behind else "")


def _print_for_pipes(hits: tuple[Hit, ...]) -> None:
    columns = ("podcast", "episode", "speaker", "start_s", "text", "link", "transcript_id", "sentence")
    console.print_table([{name: getattr(hit, name) for name in columns} for hit in hits], empty="")


def _print_for_people(hits: tuple[Hit, ...]) -> None:
    out = Console(highlight=False)
    for hit in hits:
        time = "" if hit.start_s is None else clock(hit.start_s)
        place = " · ".join(filter(None, (hit.podcast, hit.episode, hit.speaker, time)))
        text = Text(hit.text)
        for start, end in hit.highlights:
            text.stylize("bold", start, end)
        out.print(Text(place, style="dim"))
        out.print(text)
        if hit.link:
            out.print(Text(hit.link, style="dim"), soft_wrap=True)
        out.print()
