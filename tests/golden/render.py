"""Render what the transform makes of one file as text that a person can review.

``python tests/golden/render.py`` writes the expected files anew; read the diff before you commit it.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tasks.discover import discover
from tasks.document import read
from tasks.transform import Source, Tables, transform
from warehouse.settings import load

FORMATS = Path(__file__).parent.parent / "data" / "formats"
GOLDEN = Path(__file__).parent


def cases() -> list[Path]:
    """Return the inputs, in order."""
    return sorted(path for path in FORMATS.rglob("*") if path.is_file())


def expected_of(case: Path) -> Path:
    """Return where the expected rendering of an input stands."""
    return GOLDEN / case.parent.name / f"{case.name}.txt"


def tables_of(path: Path) -> Tables:
    """Transform one file by itself."""
    documents = discover([path], load(lake=Path("no-lake")))
    return transform([Source(*read(document)) for document in documents])


def render(path: Path) -> str:
    """Return the document, its turns with their sentences, its chapters and its sounds, a line each."""
    tables = tables_of(path)
    document = tables["raw.documents"].row(0, named=True)
    facts = (
        "format",
        "status",
        "reason",
        "encoding",
        "language",
        "issues",
        "title",
        "published_at",
        "persons",
    )
    lines = [f"{fact}: {document[fact]}" for fact in facts if document[fact]]
    for transcript in tables["core.transcripts"].iter_rows(named=True):
        shown = ("n_words", "n_turns", "has_times", "has_speakers", "is_punctuated", "method")
        lines.append(", ".join(f"{name}={transcript[name]}" for name in shown))
    for turn in tables["core.turns"].iter_rows(named=True):
        lines.append("")
        lines.append(
            f"{_span(turn)} {turn['speaker'] or '-'} <{turn['speaker_label'] or ''}> by {turn['method']}"
        )
        said = tables["core.sentences"].filter(pl.col("turn") == turn["turn"])
        lines.extend(f"    {_span(row)} {row['text']}{_flags(row)}" for row in said.iter_rows(named=True))
    lines.extend(
        f"chapter {_span(row)} {row['title']}" for row in tables["core.segments"].iter_rows(named=True)
    )
    lines.extend(
        f"sound {row['start_char']}:{row['end_char']} {row['label']}"
        for row in tables["core.sounds"].iter_rows(named=True)
    )
    return "\n".join(lines) + "\n"


def _span(row: dict[str, object]) -> str:
    times = (
        ""
        if row["start_s"] is None
        else f" {'' if row['error_s'] is None else '~'}{row['start_s']:.2f}-{'?' if row['end_s'] is None else format(row['end_s'], '.2f')}"
    )
    return f"[{row['start_char']}:{row['end_char']}{times}]"


def _flags(row: dict[str, object]) -> str:
    flags = [f"{name}={row[name]}" for name in ("n_fillers", "n_repeats") if row[name]]
    return f"  ({', '.join(flags)})" if flags else ""


if __name__ == "__main__":
    for case in cases():
        target = expected_of(case)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(render(case).encode())
