"""What is asked of a search, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from warehouse.errors import QueryError
from warehouse.search.syntax import parse

MOST_HITS = 1_000
"""Hits that one page may hold; each costs some 60 microseconds."""

DEEPEST = 10_000
"""Hits behind which no page begins: whoever reads on narrows his query, or asks the lake in SQL."""


@dataclass(frozen=True, slots=True)
class Query:
    """One page of one query.

    Attributes:
        words: What is looked for, in the syntax of ``warehouse.search.syntax``.
        podcast: Only podcasts of this title, or whose titles hold these words.
        speaker: Only sentences of speakers whose names hold these words.
        year: Only episodes published in this year.
        from_year: Only episodes published in this year or later.
        fuzzy: Whether words of four letters and more may differ in one letter.
        limit: Hits on the page.
        offset: Hits before the page.
    """

    words: str
    podcast: str | None = None
    speaker: str | None = None
    year: int | None = None
    from_year: int | None = None
    fuzzy: bool = False
    limit: int = 10
    offset: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be answered before anything is opened or indexed for it.

        Raises:
            QueryError: The syntax of the words is wrong, or the page is too large, too deep, or before the first.
        """
        parse(self.words)
        if not 1 <= self.limit <= MOST_HITS:
            raise QueryError(f"a page holds 1 to {MOST_HITS} hits, not {self.limit}")
        if not 0 <= self.offset <= DEEPEST:
            raise QueryError(
                f"a page begins behind 0 to {DEEPEST} hits, not {self.offset}",
                remedy="Narrow the query down by more words, a speaker, a podcast or a year.",
            )


@dataclass(frozen=True, slots=True)
class Hit:
    """One sentence that was found, with what it takes to show and hear it.

    Attributes:
        transcript_id: The transcript that it belongs to.
        sentence: Its position there.
        episode_id: The episode.
        podcast_id: The podcast.
        podcast: Title of the podcast; empty where the lake has none.
        episode: Title of the episode; empty where the lake has none.
        speaker: Who says it; None where nothing tells.
        start_s: Its start in the audio; None where no time is known.
        text: The sentence.
        highlights: Half-open ranges of characters of ``text`` that the query asked for, in order, without overlap.
        score: BM25, and more for words that stand exactly as asked; comparable within one query only.
        link: Where to hear it: the audio at its time, else the web page of the episode; None where the feed has neither.
    """

    transcript_id: str
    sentence: int
    episode_id: str
    podcast_id: str
    podcast: str
    episode: str
    speaker: str | None
    start_s: float | None
    text: str
    highlights: tuple[tuple[int, int], ...]
    score: float
    link: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """One page of an answer.

    Attributes:
        hits: The page, best first.
        total: Sentences that match, on all pages.
        snapshot_id: The snapshot of the lake that the answer is of.
        as_of: When that snapshot was made.
        is_behind: Whether the lake has a newer one, because another process brings the index up to date just now.
        is_relaxed: Whether no sentence holds all that was asked for, so that these hold some of it.
    """

    hits: tuple[Hit, ...]
    total: int
    snapshot_id: int
    as_of: datetime
    is_behind: bool
    is_relaxed: bool = False
