"""Read transcripts whose topics an editor marked: headings in the text, headers in YAML, chapters in a feed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import yaml

from tasks.clean import take_sounds
from tasks.evaluate.topics_feed import Chapters, feed_chapters, mark_topics, resume_after_breaks
from tasks.parse import parse
from tasks.parse.frontmatter import read_front_matter
from tasks.segment import sentences_in
from tasks.segment.chapters import chapters_of
from warehouse.errors import SourceError

FEWEST_TOPICS = 3
"""A document with fewer marked topics says nothing about segmentation."""

_SUFFIXES = (".md", ".mdx")
_HEADINGS = re.compile(r"^#{1,6} \S", re.MULTILINE)
_HASHES = re.compile(r"^[#>*-]+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Episode:
    """One transcript as Markdown, with the feed's chapters where it has no headings."""

    show: str
    name: str
    text: str
    chapters: Chapters = ()


def read_topics(paths: Iterable[Path]) -> pl.DataFrame:
    """Read every transcript with marked topics below ``paths``.

    Files are Markdown with headings, Markdown whose front matter holds the transcript as ``header`` and ``line``
    entries, and Markdown with time stamps whose chapters a feed (``.xml``, among ``paths`` too) lists by the link's
    last two parts: ``shipit/135`` is ``ship-it-135.md``. Files without marked topics are passed over.

    Returns:
        One row a sentence: ``show``, ``episode``, the columns of ``sentences_in``, and ``starts``: whether a topic
        starts with the sentence. The first sentence of a document starts none.

    Raises:
        SourceError: No file has marked topics.
    """
    rows = [_marked(doc, episode) for doc, episode in enumerate(_episodes(list(paths)))]
    gold = [frame for frame in rows if int(frame["starts"].sum()) >= FEWEST_TOPICS - 1]
    if not gold:
        raise SourceError(
            "no transcript with marked topics was found",
            where=", ".join(map(str, paths)),
            remedy="Name Markdown with headings, or time-stamped Markdown and the feed with its chapters.",
        )
    return pl.concat(gold)


def _episodes(paths: list[Path]) -> Iterator[_Episode]:
    """Yield the transcripts below the paths, in the order of their names."""
    found = [
        (path, file) for path in paths for file in ([path] if path.is_file() else sorted(path.rglob("*")))
    ]
    feeds = [file for _, file in found if file.suffix == ".xml"]
    chapters = {name: marks for feed in feeds for name, marks in feed_chapters(feed).items()}
    for path, file in found:
        if file.suffix not in _SUFFIXES or not file.is_file():
            continue
        text = file.read_text("utf-8", errors="replace")
        show = file.parent.name if path.is_file() else path.name
        marks = chapters.get(file.stem.replace("-", ""), ())
        if read_front_matter(text).holds_transcript:
            yield _Episode(show, file.stem, _from_yaml(text))
        elif marks:
            yield _Episode(file.parent.name, file.stem, resume_after_breaks(text, marks), marks)
        elif len(_HEADINGS.findall(text)) >= FEWEST_TOPICS:
            yield _Episode(show, file.stem, text)


def _from_yaml(text: str) -> str:
    """Write a transcript that stands in front matter as Markdown."""
    block = text.split("\n---", 1)[0].removeprefix("---")
    content = yaml.load(block, Loader=yaml.CSafeLoader)
    return "\n\n".join(map(_entry, content["transcript"]))


def _entry(entry: dict[str, object]) -> str:
    """Write one ``header`` or ``line`` entry as Markdown."""
    if "header" in entry:
        return "# " + " ".join(str(entry["header"]).split())
    words = _HASHES.sub("", " ".join(str(entry.get("line") or "").split()))
    label = f"**{entry['who']}:** " if entry.get("who") else ""
    time = f"[{entry['time']}] " if entry.get("time") else ""
    return label + time + words


def _marked(doc: int, episode: _Episode) -> pl.DataFrame:
    """Segment one transcript the way the transform does, and mark the sentences that start a topic."""
    front = read_front_matter(episode.text)
    document = pl.DataFrame(
        {"doc": [doc], "format": ["markdown"], "text": [episode.text], "body_char": [front.body_char]},
        schema_overrides={"doc": pl.UInt32, "body_char": pl.Int32},
    )
    pieces, _ = take_sounds(parse(document))
    recording = document.select("doc", language=pl.lit("en"), duration_s=pl.lit(None, pl.Float64))
    sentences = _spoken_part(sentences_in(pieces, recording))
    if episode.chapters:
        starts = mark_topics(sentences, episode.chapters)
    else:
        headings = chapters_of(pieces.filter("heading"), sentences)
        starts = sentences["start_char"].is_in(headings["start_char"].implode())
    first = pl.int_range(pl.len()) == 0
    return sentences.select(
        pl.lit(episode.show).alias("show"),
        pl.lit(episode.name).alias("episode"),
        pl.all(),
        starts=starts & ~first,
    )


def _spoken_part(sentences: pl.DataFrame) -> pl.DataFrame:
    """Drop show notes: what stands before the first labelled turn."""
    labelled = pl.col("speaker_label").is_not_null().cum_sum() > 0
    spoken = sentences.filter(labelled)
    return spoken if spoken.height else sentences
