from __future__ import annotations

import duckdb

from tests.lakes import frame
from warehouse.contracts import TRANSCRIPTS, TURNS


def test_a_turn_whose_end_is_unknown_has_no_length_rather_than_none(lake: duckdb.DuckDBPyConnection) -> None:
    """Marks such as ``[00:12]`` say where a turn starts; nothing says where the last one ends."""
    place: dict[str, object] = {"transcript_id": "t", "episode_id": "e"}
    turns: list[dict[str, object]] = [
        place | {"turn": 0, "speaker": "Ann", "speaker_label": "Ann", "start_s": 0.0, "end_s": 12.0},
        place | {"turn": 1, "speaker": "Bo", "speaker_label": "Bo", "start_s": 12.0, "end_s": None},
    ]
    transcripts: list[dict[str, object]] = [place | {"is_current": True}]
    for table, rows in ((TRANSCRIPTS, transcripts), (TURNS, turns)):
        lake.register("staged", frame(table, rows).to_arrow())
        lake.execute(f"INSERT INTO {table.full_name} SELECT * FROM staged")
        lake.unregister("staged")
    found = lake.execute("SELECT speaker, talk_s, talk_share FROM mart.talk_time ORDER BY speaker").fetchall()
    assert found == [("Ann", 12.0, None), ("Bo", None, None)]
