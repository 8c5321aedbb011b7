from __future__ import annotations

import pytest

from tasks.segment.gold import COMMA, NONE, PERIOD, QUESTION, gold_words
from tasks.segment.turns import assign_turns
from tests.tasks.segment.test_sentences import pieces_of


def gold(*texts: str) -> list[tuple[object, ...]]:
    """Each text is a turn of another speaker."""
    speech = pieces_of(*({"text": text, "speaker": str(n), "mark": False} for n, text in enumerate(texts)))
    return gold_words(assign_turns(speech)).select("word", "surface", "mark", "turn").rows()


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("Yes, it is. Is it? No!", [COMMA, NONE, PERIOD, NONE, QUESTION, PERIOD]),
        ("wait... what... Okay", [COMMA, PERIOD, PERIOD]),
        ("e.g. bread\u2014or not", [NONE, COMMA, NONE, PERIOD]),
        ("one - two", [COMMA, PERIOD]),
        ("he said \u201cgo?\u201d", [NONE, NONE, QUESTION]),
        ("so Dr. Bo met (Mrs. Ann. Then", [NONE, NONE, NONE, NONE, NONE, PERIOD, PERIOD]),
        ("a note: two; three", [NONE, COMMA, COMMA, PERIOD]),
    ],
)
def test_marks_stand_behind_their_words(text: str, marks: list[int]) -> None:
    assert [row[2] for row in gold(text)] == marks


def test_words_are_bare_and_keep_their_case_beside() -> None:
    assert gold("\u201cIt\u2019s (an) API,\u201d") == [
        ("it's", "It's", NONE, False),
        ("an", "an", NONE, False),
        ("api", "API", PERIOD, False),
    ]


def test_a_turn_starts_where_another_speaks_and_ends_a_sentence() -> None:
    assert [(row[0], row[2], row[3]) for row in gold("so yes", "well")] == [
        ("so", NONE, False),
        ("yes", PERIOD, False),
        ("well", PERIOD, True),
    ]


@pytest.mark.parametrize(("third", "starts"), [("Ann", [False, False]), ("Cy", [False, True])])
def test_a_turn_without_words_parts_no_speaker_from_herself(third: str, starts: list[bool]) -> None:
    pieces = pieces_of(
        {"text": "Yes", "speaker": "Ann"}, {"text": "\0\0", "speaker": "Bo"}, {"text": "so", "speaker": third}
    )
    words = gold_words(assign_turns(pieces.with_columns(mark=False)))
    assert words["turn"].to_list() == starts
    assert words["mark"].to_list() == [NONE if third == "Ann" else PERIOD, PERIOD]
