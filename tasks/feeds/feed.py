"""What a feed says: the podcast, its items, and where its other pages are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Link:
    """A transcript that an item announces; ``type``, ``language`` and ``rel`` are empty where it does not say."""

    url: str
    type: str = ""
    language: str = ""
    rel: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter: its start in seconds, and its title."""

    start_s: float
    title: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a feed, an episode.

    Attributes:
        guid: Its own id, or else the address of its audio, its link or its title.
        title: Its title.
        published_at: When it was published, in UTC.
        season: Number of its season.
        number: Its number.
        duration_s: Length of the audio in seconds.
        persons: Names of those who take part.
        link: Its web page.
        audio_url: Where its audio is.
        audio_type: Media type of the audio.
        audio_bytes: Size of the audio.
        transcripts: All its transcripts, in the feed's order.
        chapters: Its chapters: those that the feed holds (Podlove Simple Chapters), or else those fetched.
        chapters_url: Where its chapters are, if the feed says so (Podcasting 2.0).
        has_own_chapters: Whether the feed holds the chapters.
    """

    guid: str
    title: str | None = None
    published_at: datetime | None = None
    season: int | None = None
    number: int | None = None
    duration_s: float | None = None
    persons: tuple[str, ...] = ()
    link: str | None = None
    audio_url: str | None = None
    audio_type: str | None = None
    audio_bytes: int | None = None
    transcripts: tuple[Link, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    chapters_url: str | None = None
    has_own_chapters: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """One page of a feed.

    Attributes:
        title: Name of the podcast.
        guid: Its ``podcast:guid``, which stays when the feed moves.
        new_url: Where the feed says that it has moved to.
        next_url: The page with older items (RFC 5005: ``next`` or ``prev-archive``).
        items: The items, in the feed's order.
        is_whole: Whether the document has an end; of one that was cut, items may be missing.
    """

    title: str | None = None
    guid: str | None = None
    new_url: str | None = None
    next_url: str | None = None
    items: tuple[Item, ...] = field(default=())
    is_whole: bool = True
