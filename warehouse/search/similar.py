"""Find passages that are about the same as a text, in whatever words."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import Any

import duckdb

from warehouse.changes import exist, make
from warehouse.errors import LakeError, QueryError
from warehouse.lake import connect
from warehouse.models import model
from warehouse.search.links import link
from warehouse.search.model import MODEL, embedder
from warehouse.search.records import MOST_HITS
from warehouse.search.syntax import MOST_CHARACTERS
from warehouse.settings import Settings

_MISSING = f"""
FROM current ANTI JOIN (FROM core.vectors WHERE model = '{MODEL}') AS made
    ON current.transcript_id = made.transcript_id AND current.sentences_fingerprint = made.fingerprint
SELECT transcript_id
"""


@dataclass(frozen=True, slots=True)
class Passage:
    """Some sentences of one transcript, about a hundred words.

    Attributes:
        transcript_id: The transcript.
        start_sentence: Its first sentence.
        end_sentence: The sentence after its last.
        episode_id: The episode.
        podcast_id: The podcast.
        podcast: Title of the podcast; empty where the lake has none.
        episode: Title of the episode; empty where the lake has none.
        start_s: Its start in the audio; None where no time is known.
        text: The sentences.
        score: Cosine of the two vectors: 1 is the same words, 0 nothing in common.
        link: Where to hear it, as of a ``Hit``.
    """

    transcript_id: str
    start_sentence: int
    end_sentence: int
    episode_id: str
    podcast_id: str
    podcast: str
    episode: str
    start_s: float | None
    text: str
    score: float
    link: str | None


@dataclass(frozen=True, slots=True)
class Alike:
    """The passages most like a text.

    Attributes:
        passages: Best first.
        n_missing: Transcripts that were not looked at, for they have no vectors yet.
    """

    passages: tuple[Passage, ...]
    n_missing: int


def similar(settings: Settings, text: str, *, limit: int = 10) -> Alike:
    """Compare a text with every passage of the lake; there is no index, for a million sentences are 150,000 passages.

    Raises:
        QueryError: The text has no word, or is longer than a passage, or nobody reads so many hits.
        LakeError: There is no lake, or it has no vectors yet.
        SettingsError: The extra that holds the model is not installed.
    """
    if len(text) > MOST_CHARACTERS or not 1 <= limit <= MOST_HITS:
        raise QueryError(
            f"a text has {MOST_CHARACTERS} characters at most, and a page 1 to {MOST_HITS} passages",
            remedy="Take its most telling sentences.",
        )
    (vector,) = embedder().embed([text.encode("utf-8", "replace").decode()])
    if not vector.any():
        raise QueryError("the text has no word to look for")
    with closing(connect(settings)) as lake:
        make(lake, "current", model("search.transcripts"))
        n_missing = _n_missing(lake)
        if n_missing and not exist(lake, "FROM core.vectors"):
            raise LakeError(
                "the passages of this lake have no vectors yet",
                where=str(settings.lake),
                remedy="Run podlake search --vectors: a minute of CPU a million sentences.",
            )
        asked = {"model": MODEL, "vector": vector.tolist(), "limit": limit}
        answer = lake.execute(model("search.alike"), asked)
        names = [column[0] for column in answer.description]
        passages = [_passage(**dict(zip(names, row, strict=True))) for row in answer.fetchall()]
    return Alike(tuple(passages), n_missing)


def _n_missing(lake: duckdb.DuckDBPyConnection) -> int:
    """Count the transcripts that say something and have no vectors; mostly none, and then no sentence is read."""
    make(lake, "missing", _MISSING)
    if not exist(lake, "FROM missing"):
        return 0
    row = lake.execute(
        "SELECT count(*) FROM missing SEMI JOIN core.sentences USING (transcript_id)"
    ).fetchone()
    return int(row[0]) if row else 0


def _passage(*, audio_url: str | None, url: str | None, **shown: Any) -> Passage:
    return Passage(**shown, link=link(audio_url, url, shown["start_s"]))
