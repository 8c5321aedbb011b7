"""Captions of many transcripts, a file each, at ``podcast/episode``."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import PurePosixPath

import duckdb

from warehouse.export.folder import Folder
from warehouse.export.progress import Told, nobody
from warehouse.export.selected import Facts, current_transcripts
from warehouse.export.selection import Selection
from warehouse.export.subtitles import Form, captions, why_not

_MOST_BYTES = 150
"""Of a name; file systems take 255, of which the extension and what tells namesakes apart need some."""

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\/]+')


def write_captions(
    lake: duckdb.DuckDBPyConnection,
    folder: Folder,
    form: Form,
    selection: Selection,
    *,
    estimated: bool = False,
    told: Told = nobody,
) -> dict[str, int]:
    """Write the captions of the current transcript of each selected episode.

    Args:
        lake: The lake at the snapshot that is exported.
        folder: Where to.
        form: ``srt``, ``vtt`` or ``json``.
        selection: Which episodes.
        estimated: Whether times that podlake estimated will do.
        told: Hears of the transcripts that are done with.

    Returns:
        How many transcripts have no captions, for each reason.
    """
    taken: set[str] = set()
    skipped: Counter[str] = Counter()
    for facts, rows in current_transcripts(lake, "export.sentences", selection, told):
        problem = why_not(rows, has_times=facts["has_times"], estimated=estimated)
        if problem:
            skipped[problem[0]] += 1
            continue
        text = "".join(captions(rows, form, has_times=facts["has_times"]))
        folder.write(f"{place_of(facts, form, taken)}.{form}", text, len(rows))
    return dict(skipped)


def place_of(facts: Facts, form: Form, taken: set[str]) -> str:
    """Return the path of a transcript's captions without extension, and remember it; it never leaves the folder.

    Args:
        facts: The columns of ``export.selected``.
        form: The extension.
        taken: The paths so far, in lower case: where case does not count, no two transcripts may meet.
    """
    path = PurePosixPath(facts["path"] or "")
    # Feeds often call every transcript the same, so theirs go by title.
    is_file = path.name and not (facts["uri"] or "").startswith(("http://", "https://"))
    below = [*path.parts[:-1], path.stem] if is_file else [facts["title"]]
    *folders, name = (_safe(part) for part in (facts["folder"] or facts["podcast"], *below))
    place = "/".join([*(_unlike_files(folder, form) for folder in folders), name])
    if place.lower() in taken:
        place = f"{place}-{facts['transcript_id']}"
    taken.add(place.lower())
    return place


def _safe(name: str) -> str:
    """Return a name that every file system takes, and that means no other folder."""
    plain = _UNSAFE.sub("-", name).strip(" .")
    cut = plain.encode()[:_MOST_BYTES].decode(errors="ignore")
    return cut or "-"


def _unlike_files(folder: str, form: Form) -> str:
    """Return a folder's name that no file of captions has: a folder ``ep.vtt`` would be where episode ``ep`` goes."""
    stem, dot, ending = folder.rpartition(".")
    return f"{stem}-{ending}" if dot and ending.lower() == form else folder
