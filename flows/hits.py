"""Print what a search found: for people on a terminal, as tab-separated lines for pipes, as JSON."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from flows import console
from warehouse.search import Alike, Followed, Found, Hit, Passage, Query

_HOUR_S = 3600
_MINUTE_S = 60


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


def print_alike(alike: Alike) -> None:
    """Print passages on standard output, and on standard error what was not looked at."""
    if sys.stdout.isatty():
        _print_for_people(alike.passages)
    else:
        columns = (
            "score",
            "podcast",
            "episode",
            "start_s",
            "text",
            "link",
            "transcript_id",
            "start_sentence",
        )
        rows = [{name: getattr(passage, name) for name in columns} for passage in alike.passages]
        console.print_table(rows, empty="the lake has no passages")
    if alike.n_missing:
        sys.stderr.write(
            f"podlake: {alike.n_missing} transcripts have no vectors yet; podlake search --vectors makes them\n"
        )


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


def _print_for_people(found: Sequence[Hit | Passage]) -> None:
    out = Console(highlight=False)
    for one in found:
        speaker = one.speaker if isinstance(one, Hit) else None
        time = "" if one.start_s is None else clock(one.start_s)
        text = Text(one.text)
        for start, end in one.highlights if isinstance(one, Hit) else ():
            text.stylize("bold", start, end)
        out.print(Text(" · ".join(filter(None, (one.podcast, one.episode, speaker, time))), style="dim"))
        out.print(text)
        if one.link:
            out.print(Text(one.link, style="dim"), soft_wrap=True)
        out.print()
