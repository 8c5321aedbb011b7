from __future__ import annotations

import duckdb
import pytest

from tests.lakes import frame
from warehouse.contracts import SENTENCES, TRANSCRIPTS, TURNS, Table

Turn = tuple[str | None, str]
Pair = tuple[object, ...]
Row = dict[str, object]


def land(
    lake: duckdb.DuckDBPyConnection, *turns: Turn, transcript_id: str = "t", is_current: bool = True
) -> None:
    """Land a transcript; a turn is its speaker and its sentences, cut at ``|``, a second a character."""
    ids: Row = {"transcript_id": transcript_id, "episode_id": "e"}
    sentences: list[Row] = []
    rows: list[Row] = []
    char = 0
    for turn, (speaker, text) in enumerate(turns):
        start = char
        for part in text.split("|"):
            mark = part[-1] if part[-1] in ".?" else None
            said = {"turn": turn, "sentence": len(sentences), "end_punct": mark, "text": part}
            sentences.append(ids | _span(char, char + len(part)) | said)
            char += len(part)
        words = text.replace("|", " ")
        told = {"turn": turn, "speaker": speaker, "text": words, "n_words": len(words.split())}
        rows.append(ids | _span(start, char) | told)
    _insert(lake, TRANSCRIPTS, [ids | {"is_current": is_current}])
    _insert(lake, TURNS, rows)
    _insert(lake, SENTENCES, sentences)


def _span(start: int, end: int) -> Row:
    return {"start_char": start, "end_char": end, "start_s": float(start), "end_s": float(end)}


def _insert(lake: duckdb.DuckDBPyConnection, table: Table, rows: list[Row]) -> None:
    lake.register("staged", frame(table, rows).to_arrow())
    lake.execute(f"INSERT INTO {table.full_name} SELECT * FROM staged")
    lake.unregister("staged")


def pairs(
    lake: duckdb.DuckDBPyConnection, columns: str = "question_turn, answer_turn, question, answer"
) -> list[Pair]:
    return lake.execute(f"SELECT {columns} FROM mart.question_answers ORDER BY question_turn").fetchall()


def test_a_question_is_paired_with_the_turn_that_follows(lake: duckdb.DuckDBPyConnection) -> None:
    land(
        lake,
        ("Ann", "Welcome.|Why do you bake?"),
        ("Bo", "Because bread is good."),
        ("Ann", "I see that now."),
    )
    assert pairs(lake) == [(0, 1, "Why do you bake?", "Because bread is good.")]
    assert pairs(lake, "transcript_id, episode_id, asker, answerer") == [("t", "e", "Ann", "Bo")]
    offsets = ", ".join(
        f"{unit}_{end}" for unit in ("question", "answer") for end in ("start_char", "end_char")
    )
    times = offsets.replace("char", "s")
    assert pairs(lake, offsets) == [(8, 24, 24, 46)]
    assert pairs(lake, times) == [(8.0, 24.0, 24.0, 46.0)]


@pytest.mark.parametrize(
    ("turns", "found"),
    [
        ([("Ann", "Why bread?|How come?"), ("Bo", "It is very good.")], [(0, 1, "Why bread? How come?")]),
        ([("Ann", "Why bread?|Just curious."), ("Bo", "It is very good.")], [(0, 1, "Why bread?")]),
        ([("Ann", "Why?|I ask.|For a friend."), ("Bo", "It is very good.")], []),
        ([("Ann", "Why?"), ("Bo", "Mhm, yeah."), ("Cy", "It is very good.")], [(0, 2, "Why?")]),
        ([("Ann", "Right?"), ("Bo", "Yeah, right."), ("Ann", "So I went on and on.")], []),
        ([("Ann", "Why bread?")], []),
        ([(None, "Why?"), (None, "It is very good.")], [(0, 1, "Why?")]),
        ([("Ann", "It is good."), ("Bo", "So it really is.")], []),
    ],
    ids=[
        "two questions",
        "an afterthought",
        "too long ago",
        "backchannel",
        "goes on",
        "no answer",
        "marks",
        "none",
    ],
)
def test_what_counts_as_a_question_and_its_answer(
    lake: duckdb.DuckDBPyConnection, turns: list[Turn], found: list[Pair]
) -> None:
    land(lake, *turns)
    assert pairs(lake, "question_turn, answer_turn, question") == found


def test_only_current_transcripts_count_and_answers_stay_in_theirs(lake: duckdb.DuckDBPyConnection) -> None:
    land(
        lake,
        ("Ann", "Why do you bake?"),
        ("Bo", "Because bread is good."),
        transcript_id="old",
        is_current=False,
    )
    land(lake, ("Ann", "Why do you bake?"), transcript_id="a")
    land(lake, ("Cy", "Nobody asked me that."), ("Bo", "Because bread is good."), transcript_id="b")
    assert pairs(lake) == []
