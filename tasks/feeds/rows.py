"""Turn what was read of a feed into rows of ``raw.feeds`` and ``raw.items``."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

import orjson
import polars as pl

from tasks.feeds.feed import Chapter, Item
from tasks.identity import identify_item
from warehouse.contracts import FEEDS, ITEMS

PSC = "psc/1"
PODCAST_CHAPTERS = "podcast-chapters/1"

_OF_THE_LAKE = {"matched_by": None, "files_episode_id": None, "withdrawn_at": None}


@dataclass(frozen=True, slots=True)
class FeedRead:
    """What one look at a feed found; lands with the last document that the feed announced.

    Attributes:
        feed: Its row in ``raw.feeds``, without the times. The tags are null unless all that it announced is there.
        items: The items that it has, all but those left for another run.
    """

    feed: Mapping[str, object]
    items: Sequence[Item] = ()

    def tables(self, now: datetime) -> dict[str, pl.DataFrame]:
        """Return the rows to stage."""
        feed = dict(self.feed) | {"fetched_at": now, "changed_at": now}
        items = [self._item(item, now) for item in self.items]
        return {
            FEEDS.full_name: pl.DataFrame([feed], schema=FEEDS.polars_schema),
            ITEMS.full_name: pl.DataFrame(items, schema=ITEMS.polars_schema),
        }

    def _item(self, item: Item, now: datetime) -> dict[str, object]:
        identity = identify_item(str(self.feed["podcast"]), item.guid, "")
        row = {name: getattr(item, name) for name in _COPIED}
        return row | {
            "feed_id": self.feed["feed_id"],
            "podcast_id": identity.podcast_id,
            "episode_id": identity.episode_id,
            "persons": list(item.persons),
            "transcripts": _json([asdict(link) for link in item.transcripts]),
            "chapters": _json([asdict(chapter) for chapter in item.chapters]) if item.chapters else None,
            "chapters_method": _method(item),
            "first_seen_at": now,
            **_OF_THE_LAKE,
        }


_COPIED = tuple(
    name
    for name in ITEMS.polars_schema.names()
    if name in Item.__dataclass_fields__ and name not in {"persons", "transcripts", "chapters"}
)


def known_chapters(row: Mapping[str, object] | None, item: Item) -> Item:
    """Return an item with the chapters that were fetched for it before, where they are still at that address."""
    if row is None or item.chapters or row["chapters_url"] != item.chapters_url or not row["chapters"]:
        return item
    found = json.loads(str(row["chapters"]))
    return replace(item, chapters=tuple(Chapter(float(one["start_s"]), one["title"]) for one in found))


def chapters_in(data: bytes) -> tuple[Chapter, ...]:
    """Return the chapters of a Podcasting 2.0 chapters document; those hidden from the table of contents are none.

    Raises:
        ValueError: It is no such document.
    """
    try:
        found = orjson.loads(data)["chapters"]
        chapters = [
            Chapter(float(one["startTime"]), " ".join(str(one.get("title") or "").split()))
            for one in found
            if one.get("toc", True)
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is no chapters document: {error}") from error
    if not all(
        0 <= chapter.start_s < math.inf for chapter in chapters
    ):  # JSON has no NaN, but its texts may say so
        raise ValueError("it is no chapters document: a chapter starts at no time of an episode")
    return tuple(sorted(chapters, key=lambda chapter: chapter.start_s))


def _method(item: Item) -> str | None:
    if not item.chapters:
        return None
    return PSC if item.has_own_chapters else PODCAST_CHAPTERS


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
