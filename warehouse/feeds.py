"""What the lake knows of a feed: its row, its items, and the name of its podcast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

Row = Mapping[str, object]

_FEED = "FROM raw.feeds WHERE asked_url = $url OR url = $url ORDER BY asked_url <> $url, feed_id LIMIT 1"
_ITEMS = "FROM raw.items WHERE feed_id = ?"
_NAMESAKES = "SELECT podcast, guid FROM raw.feeds WHERE feed_id <> $feed_id AND {} ORDER BY feed_id"


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed as the lake has it.

    Attributes:
        row: Its row in ``raw.feeds``.
        items: Its rows in ``raw.items``, by guid.
    """

    row: Row
    items: Mapping[str, Row]


class FeedBook:
    """Answers what the lake knows of feeds, at the moment of asking."""

    def __init__(self, lake: duckdb.DuckDBPyConnection) -> None:
        self._lake = lake

    def state(self, url: str) -> FeedState | None:
        """Return the feed that was first asked for under an address, or has moved to it; None if there is none."""
        feeds = self._rows(_FEED, {"url": url})
        if not feeds:
            return None
        items = self._rows(_ITEMS, [feeds[0]["feed_id"]])
        return FeedState(feeds[0], {str(item["guid"]): item for item in items})

    def name(self, feed_id: str, podcast_id: str, guid: str | None) -> tuple[str | None, bool]:
        """Return the name of a podcast that another feed brought, and whether a name is another podcast's.

        Args:
            feed_id: The feed that asks.
            podcast_id: Id of the podcast by the name that the feed gives.
            guid: The podcast's own id.
        """
        place = {"feed_id": feed_id}
        same = self._rows(_NAMESAKES.format("guid = $guid"), place | {"guid": guid}) if guid else []
        if same:
            return str(same[0]["podcast"]), False
        others = self._rows(_NAMESAKES.format("podcast_id = $podcast_id"), place | {"podcast_id": podcast_id})
        return None, any(other["guid"] and guid and other["guid"] != guid for other in others)

    def _rows(self, select: str, parameters: object) -> list[Row]:
        answer = self._lake.execute(select, parameters)
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
