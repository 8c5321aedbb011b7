"""Read an archive of labelled transcripts as words to train on, split by episode with whole shows held out."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import polars as pl

from tasks.clean import take_sounds
from tasks.parse import parse, sniff
from tasks.segment.gold import gold_words
from tasks.segment.turns import assign_turns

HELD_OUT_SHOWS = ("afk", "rfc", "shipit", "spotlight")
"""Shows of the archive that are never trained on."""
_DEVELOPMENT_PER_MILLE = 20
"""Share of the other shows' episodes that thresholds are chosen on."""
_EPISODES_AT_ONCE = 64


def read_corpus(archive: Path) -> pl.DataFrame:
    """Return the words of all transcripts in a tar file, in order.

    Returns:
        The columns of ``GOLD`` (``doc`` counts the episodes), ``show`` (the transcript's folder), ``episode`` and
        ``part``: train, development or test.
    """
    frames = []
    n_read = 0
    for texts in _chunks(_texts(archive)):
        frame = pl.DataFrame(texts, schema=["show", "episode", "text"], orient="row").with_row_index(
            "doc", n_read
        )
        n_read += len(texts)
        frames.append(_words(frame))
    return pl.concat(frames)


def _texts(archive: Path) -> Iterator[tuple[str, str, str]]:
    """Yield show, episode and text of each transcript, in the order of the names."""
    with tarfile.open(archive) as tar:
        files = [member for member in tar if member.isfile()]
        contents = [(member.name, tar.extractfile(member)) for member in files]
        texts = {name: data.read().decode() for name, data in contents if data}
    for name in sorted(texts):
        path = PurePosixPath(name)
        yield path.parent.name, path.stem, texts[name]


def _chunks(texts: Iterator[tuple[str, str, str]]) -> Iterator[list[tuple[str, str, str]]]:
    chunk: list[tuple[str, str, str]] = []
    for text in texts:
        chunk.append(text)
        if len(chunk) == _EPISODES_AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _words(texts: pl.DataFrame) -> pl.DataFrame:
    formats = [
        sniff.sniff(text, f"{name}.md", 0).format
        for name, text in texts.select("episode", "text").iter_rows()
    ]
    documents = texts.select("doc", "text", format=pl.Series(formats), body_char=pl.lit(0, pl.Int32))
    pieces, _ = take_sounds(parse(documents))
    words = gold_words(assign_turns(pieces.filter(~pl.col("heading"))))
    parts = [part_of(show, episode) for show, episode in texts.select("show", "episode").iter_rows()]
    about = texts.select("doc", "show", "episode", part=pl.Series(parts, dtype=pl.String))
    return words.join(about, on="doc", how="left", maintain_order="left")


def part_of(show: str, episode: str) -> str:
    """Return train, development or test; by a hash of the name, so it never changes."""
    if show in HELD_OUT_SHOWS:
        return "test"
    is_development = zlib.crc32(f"{show}/{episode}".encode()) % 1000 < _DEVELOPMENT_PER_MILLE
    return "development" if is_development else "train"
