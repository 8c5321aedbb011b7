"""Episodes in which given sentences are said, put into a lake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from tests.lakes import frame
from warehouse.contracts import EPISODES, PODCASTS, SENTENCES, TRANSCRIPTS, TURNS, Table
from warehouse.lake import transaction
from warehouse.settings import Settings

Row = dict[str, object]

Said = tuple[str | None, str]
"""A speaker, and what they say."""


@dataclass(frozen=True)
class Episode:
    """One episode with its one transcript; a sentence every ten seconds from 5.5 s on."""

    name: str
    said: Sequence[Said]
    podcast: str = "Show"
    year: int | None = 2024
    audio_url: str | None = None
    url: str | None = None
    has_times: bool = True
    is_current: bool = True
    version: str = "1"

    @property
    def transcript_id(self) -> str:
        return f"{self.name}.vtt"


def land(lake: duckdb.DuckDBPyConnection, settings: Settings, *episodes: Episode) -> None:
    """Put episodes into the lake, in the place of what it holds of them."""
    with transaction(lake, settings, "land"):
        for episode in episodes:
            remove(lake, episode)
            for table, rows in _rows(episode).items():
                lake.register("rows", frame(table, rows))
                lake.execute(f"INSERT INTO {table.full_name} BY NAME FROM rows")


def remove(lake: duckdb.DuckDBPyConnection, episode: Episode) -> None:
    for table in (EPISODES, TRANSCRIPTS, TURNS, SENTENCES):
        lake.execute(f"DELETE FROM {table.full_name} WHERE episode_id = ?", [episode.name])
    lake.execute("DELETE FROM core.podcasts WHERE podcast_id = ?", [episode.podcast])


def _rows(episode: Episode) -> dict[Table, list[Row]]:
    place: Row = {"transcript_id": episode.transcript_id, "episode_id": episode.name}
    spoken: list[Row] = [
        place
        | {
            "turn": number,
            "sentence": number,
            "speaker": speaker,
            "text": text,
            "start_s": number * 10 + 5.5 if episode.has_times else None,
        }
        for number, (speaker, text) in enumerate(episode.said)
    ]
    named: Row = {"podcast_id": episode.podcast, "title": episode.podcast}
    described: Row = {
        "title": f"About {episode.name}",
        "published_year": episode.year,
        "audio_url": episode.audio_url,
        "url": episode.url,
    }
    transcribed: Row = {"revision": 1, "is_current": episode.is_current, "version": episode.version}
    return {
        PODCASTS: [named],
        EPISODES: [place | named | described],
        TRANSCRIPTS: [place | named | transcribed],
        TURNS: spoken,
        SENTENCES: spoken,
    }
