from __future__ import annotations

import polars as pl
import pytest

from tasks.segment.introductions import name_speakers_by_introduction

Turn = tuple[str | None, str]


def speakers(*turns: Turn) -> list[str | None]:
    """Name the speakers of one document."""
    rows = [(0, n, speaker, text) for n, (speaker, text) in enumerate(turns)]
    frame = pl.DataFrame(
        rows, {"doc": pl.UInt32, "turn": pl.Int32, "speaker": pl.String, "text": pl.String}, orient="row"
    )
    found = name_speakers_by_introduction(frame)
    assert found.columns == frame.columns
    return found["speaker"].to_list()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("here's my conversation with Olive manga he's an engineer", "Olive Manga"),
        ("the following is a conversation with Wren Abbot a baker", "Wren Abbot"),
        ("my guest today is wren abbot who bakes", "Wren Abbot"),
        ("This is my conversation with Wren McAbbot.", "Wren McAbbot"),
        ("My guest is Wren J. Abbot. Let us begin.", "Wren J. Abbot"),
        ("I'm joined by Wren de Abbot, the baker.", None),
        ("Thanks for having me, Wren Abbot.", "Wren Abbot"),
        ("With that, I bring you Wren Abbot after a short break.", "Wren Abbot"),
        ("here's my conversation with a baker about bread", None),
        ("my guest is somebody you know", None),
        ("my guest today is Wren.", None),
        ("I'm joined by Senior Engineers from Bread and Co.", None),
    ],
)
def test_who_is_introduced_is_the_other_one(text: str, name: str | None) -> None:
    assert speakers(("S1", text), ("S2", "Yes."), ("S1", "So?"), ("S2", "No.")) == [
        "S1",
        name or "S2",
        "S1",
        name or "S2",
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hello, I'm Wren Abbot, and this is bread.", "Wren Abbot"),
        ("my name is wren abbot and i bake", "Wren Abbot"),
        ("I am your host, Wren Abbot.", "Wren Abbot"),
        ("I\u2019m Wren Abbot.", "Wren Abbot"),
        ("I'm Super Happy to be here.", None),
        ("I'm happy to bake.", None),
        ("I'm OG Bread Time, hello.", None),
    ],
)
def test_who_says_my_name_is_names_themselves(text: str, name: str | None) -> None:
    said = [("S1", text), ("S2", "Yes."), ("S3", "No."), ("S1", "So?")]
    assert speakers(*said) == [name or "S1", "S2", "S3", name or "S1"]


@pytest.mark.parametrize(
    "turns",
    [
        [("S1", "I'm joined by Wren Abbot."), ("S2", "Yes."), ("S3", "No.")],
        [("S1", "I'm Wren Abbot."), ("S1", "As he said: I'm Sol Ode."), ("S2", "Yes.")],
        [("S1", "I'm Wren Abbot."), ("S2", "I'm Wren Abbot.")],
        [("S1", "bread " * 2000), ("S1", "And he said: I'm Wren Abbot."), ("S2", "Yes.")],
        [(None, "I'm Wren Abbot."), (None, "Yes.")],
        [("Sol", "I'm Wren Abbot."), ("Ann", "Yes.")],
    ],
    ids=["three speak", "two names", "one name twice", "late", "nobody", "named already"],
)
def test_what_is_uncertain_changes_nothing(turns: list[Turn]) -> None:
    assert speakers(*turns) == [speaker for speaker, _ in turns]


def test_two_spellings_of_one_family_name_are_one_person_and_the_first_counts() -> None:
    assert speakers(
        (
            "S1",
            "the following is a conversation with Rowan manga he's a baker here's my conversation with Robin manga you were",
        ),
        ("S2", "yes"),
    ) == ["S1", "Rowan Manga"]


def test_documents_are_told_apart() -> None:
    turns = pl.DataFrame(
        {
            "doc": [0, 0, 1, 1],
            "turn": [0, 1, 0, 1],
            "speaker": ["S1", "S2", "S1", "S2"],
            "text": ["I'm Wren Abbot.", "Yes.", "My guest is Wren Abbot.", "I'm glad."],
        }
    )
    assert name_speakers_by_introduction(turns)["speaker"].to_list() == [
        "Wren Abbot",
        "S2",
        "S1",
        "Wren Abbot",
    ]
