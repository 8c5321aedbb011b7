from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings

from tasks.parse import parse
from tests.tasks.episodes import RENDERINGS, Cue, episodes

TIMED = ["webvtt", "srt", "whisper-json", "podcast-json", "markdown"]


@pytest.mark.parametrize("name", TIMED)
@settings(max_examples=20, deadline=None)
@given(cues=episodes())
def test_parsing_what_was_rendered_gives_back_times_speakers_and_text(name: str, cues: list[Cue]) -> None:
    documents = pl.DataFrame(
        {"doc": [0], "format": [name], "text": [RENDERINGS[name](cues)], "body_char": [0]},
        schema_overrides={"doc": pl.UInt32, "body_char": pl.Int32},
    )
    pieces = parse(documents).with_columns(pl.col("text").str.replace_all("\0", "").str.strip_chars())
    rows = pieces.filter(pl.col("text") != "").select("start_s", "end_s", "speaker", "text").rows()
    starts: list[float | None] = [cue.start_ms / 1000 for cue in cues]
    ends: list[float | None] = [cue.end_ms / 1000 for cue in cues]
    if name == "markdown":  # a time says where a turn starts; it lasts until the next
        ends = [*starts[1:], None]
    written = zip(starts, ends, (cue.speaker for cue in cues), (cue.text for cue in cues), strict=True)
    assert [(near(start), near(end), *more) for start, end, *more in rows] == [
        (near(start), near(end), *more) for start, end, *more in written
    ]


def near(moment: float | None) -> float | None:
    return None if moment is None else round(moment, 6)
