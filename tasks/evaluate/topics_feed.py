"""Bring a feed's chapters, which are times, to the sentences of a transcript that is stamped every few minutes."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import polars as pl

Chapters = tuple[tuple[float, str], ...]
"""Start in seconds, and title."""

_CHAPTER = "{http://podlove.org/simple-chapters}chapter"
_NO_TOPIC = re.compile(r"^(?:sponsor|break\b|outro$|intro$|ad$)", re.IGNORECASE)
_BREAK = re.compile(
    r"\*\*Break:?\*\*:?\s*\\?\[(?P<time>[\d:]+)\\?\]\s*\n+(?P<label>\*\*[^*\n]+\*\*:?)(?! *\\?\[\d)"
)
_NEAR_BREAK_S = 90.0
"""An ad read belongs to a break when it starts within so many seconds of it."""
_SNAP_S = 15.0
"""Editors cut where a speaker starts; interpolated times are off by some ten seconds."""
_WORDS_PER_S = 2.7
"""Speech rate behind the last stamp, where nothing is left to interpolate: the mean of the stamped stretches."""


def feed_chapters(feed: Path) -> dict[str, Chapters]:
    """Return the chapters of each episode by the last two parts of its link, joined: ``shipit135``."""
    found = {}
    for item in ET.parse(feed).iter("item"):  # noqa: S314 - gold is the user's own file, and expat limits expansion
        marks = tuple(
            (_seconds(mark.get("start", "0")), mark.get("title", "")) for mark in item.iter(_CHAPTER)
        )
        link = (item.findtext("link") or "").rstrip("/").split("/")
        if marks and len(link) > 1:
            found["".join(link[-2:]).replace("-", "")] = marks
    return found


def resume_after_breaks(text: str, chapters: Chapters) -> str:
    """Stamp the first turn after each ad break with the time at which speech goes on.

    A break line bears the time when the ads begin; the feed says how long they last.
    """

    def stamped(found: re.Match[str]) -> str:
        start = _seconds(found["time"])
        end = start
        for (at, title), (following, _) in pairwise(chapters):
            if _NO_TOPIC.match(title) and start - _NEAR_BREAK_S < at < max(end, start) + _NEAR_BREAK_S:
                end = following
        minutes, seconds = divmod(int(end), 60)
        return f"{found['label']} \\[{minutes}:{seconds:02}\\]"

    return _BREAK.sub(stamped, text)


def mark_topics(sentences: pl.DataFrame, chapters: Chapters) -> pl.Series:
    """Say of each sentence whether a chapter starts with it: the turn that starts nearest, or else the sentence."""
    said = pl.col("n_words").cum_sum() - pl.col("n_words")
    behind = pl.col("end_s").is_null() & (pl.col("start_s") == pl.col("start_s").max())
    base = said.filter(behind).min()
    times = sentences.select(
        at=pl.when(behind).then(pl.col("start_s") + (said - base) / _WORDS_PER_S).otherwise("start_s"),
        new=(pl.col("turn") != pl.col("turn").shift(1)).fill_null(value=True),
    ).with_row_index("row")
    times = times.drop_nulls("at").sort("at")
    starts = pl.DataFrame({"at": [at for at, title in chapters if at > 0 and not _NO_TOPIC.match(title)]})
    starts = starts.with_columns(pl.col("at").cast(pl.Float64)).sort("at")
    turns = times.filter("new").select("at", turn="row")
    near = starts.join_asof(turns, on="at", strategy="nearest", tolerance=_SNAP_S)
    near = near.join_asof(times.select("at", "row"), on="at", strategy="nearest")
    rows = near.select(pl.coalesce("turn", "row")).to_series().drop_nulls().unique()
    return sentences.select(pl.int_range(pl.len(), dtype=pl.UInt32).is_in(rows.implode())).to_series()


def _seconds(time: str) -> float:
    """Read ``1:02:03``, ``02:03`` or ``3.4``."""
    total = 0.0
    for part in time.split(":"):
        total = total * 60 + float(part)
    return total
