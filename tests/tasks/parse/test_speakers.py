from __future__ import annotations

import polars as pl
import pytest

from tasks.parse import parse

Turn = tuple[str | None, float | None, str]


def turns(text: str, format_: str = "markdown") -> list[Turn]:
    documents = pl.DataFrame(
        {"doc": [0], "format": [format_], "text": [text], "body_char": [0]},
        schema_overrides={"doc": pl.UInt32, "body_char": pl.Int32},
    )
    pieces = parse(documents).with_columns(
        pl.col("text").str.replace_all("\0", "").str.strip_chars(),
        pl.col("speaker").forward_fill(),  # a label may stand on a line of its own
    )
    return pieces.filter(pl.col("text") != "").select("speaker", "start_s", "text").rows()


def test_entities_in_the_name_of_a_webvtt_voice_are_decoded() -> None:
    text = "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n<v Ann &amp; Bo&nbsp;&lt;3>Hi &amp; ho.\n"
    assert turns(text, "webvtt")[0][0] == "Ann & Bo <3"


@pytest.mark.parametrize(
    ("first", "second", "times"),
    [
        ("**Ann:** Hi.", "**Bo:** Ho.", False),
        ("**Ann**: Hi.", "**Bo**: Ho.", False),
        ("__Ann__: Hi.", "__Bo__: Ho.", False),
        ("Ann: Hi.", "Bo: Ho.", False),
        ("Ann :\n\nHi.", "Bo :\n\nHo.", False),
        ("[Ann]: Hi.", "[Bo]: Ho.", False),
        ("**Ann:** \\[00:05\\] Hi.", "**Bo:** \\[00:09\\] Ho.", True),
        ("**[00:05] Ann:** Hi.", "**[00:09] Bo:** Ho.", True),
        ("[00:05] **Ann**: Hi.", "[00:09] **Bo**: Ho.", True),
        ("**Ann**  0:05\nHi.", "**Bo**  0:09\nHo.", True),
        ("**Ann** [00:05]\nHi.", "**Bo** [00:09]\nHo.", True),
        ("Ann (00:00:05): Hi.", "Bo (00:00:09): Ho.", True),
        ("Ann [0:05]: Hi.", "Bo [0:09]: Ho.", True),
        ("Ann \u2013 00:00:05:\n\nHi.", "Bo \u2013 00:00:09:\n\nHo.", True),
        ("Ann: 00:00:05\n\nHi.", "Bo: 00:00:09\n\nHo.", True),
        ("[Ann] [00:05] Hi.", "[Bo] [00:09] Ho.", True),
        ("Ann 0:05\nHi.", "Bo 0:09\nHo.", True),
        ("[00:05] Ann: Hi.", "[00:09] Bo: Ho.", True),
    ],
)
def test_labels_and_times_are_read_in_any_dialect(first: str, second: str, times: bool) -> None:
    found = turns(f"{first}\n\n{second}\n")
    names = dict.fromkeys(name for name, _, _ in found if name)
    assert list(names) == ["Ann", "Bo"]
    assert [text for _, _, text in found] == ["Hi.", "Ho."]
    assert [start for _, start, _ in found] == ([5.0, 9.0] if times else [None, None])


@pytest.mark.parametrize(
    "text",
    [
        "Note: this is a note.\nWarning: this is a warning.\n",
        "So I said: go away.\nThe Glymphatic System: how it works.\nand then: nothing.\n",
        "I told him at 4:30: it is late.\n",
        "See https://example.org: it is all there.\n",
    ],
)
def test_a_colon_alone_makes_no_speaker(text: str) -> None:
    assert {name for name, _, _ in turns(text, "text")} == {None}


def test_plain_labels_must_repeat_where_others_are_marked() -> None:
    text = "Building Zed: A Talk\nDeep Dive: Trees\n\n**Ann:** Hi.\n\n**Bo:** Ho.\n\n**Ann:** Go.\n"
    assert [name for name, _, _ in turns(text)] == [None, None, "Ann", "Bo", "Ann"]


def test_headings_have_no_speakers() -> None:
    text = "## Zed: Trees\n\n**Ann:** Hi.\n\n## Zed: Forks\n\n**Bo:** Ho.\n"
    assert [said for _, _, said in turns(text)] == ["Zed: Trees", "Hi.", "Zed: Forks", "Ho."]
    assert {name for name, _, _ in turns(text)} == {None, "Ann", "Bo"}


@pytest.mark.parametrize(
    "text",
    [
        "[00:05.000 --> 00:09.500]  Hi.\n[00:09.500 --> 00:11.000]  Ho.\n",
        "[5.00 --> 9.50]  Hi.\n[9.50 --> 11.00]  Ho.\n",
        "(0:05) Hi.\n(0:09.5) Ho.\n",
        "00:00:05 - Hi.\n00:00:09.500 - Ho.\n",
        "Hi. [0:05]\nHo.\n",
    ],
)
def test_times_stand_in_front_of_what_they_time(text: str) -> None:
    spoken = [(start, said) for _, start, said in turns(text, "timed-text")]
    assert spoken == (
        [(5.0, "Hi."), (9.5, "Ho.")] if "Hi. [" not in text else [(None, "Hi. [0:05]"), (None, "Ho.")]
    )


def test_numbers_that_run_backwards_are_no_times() -> None:
    text = "12:30 is late.\n9:15 is early.\n11:00 is fine.\n8:00 is not.\n"
    assert [start for _, start, _ in turns(text, "text")] == [None] * 4


def test_chevrons_and_dashes_mark_turns_inside_a_caption() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n>> Hi. >> Ho.\n\n00:02.000 --> 00:03.000\n- Yes.\n- No.\n"
    assert [said for _, _, said in turns(text, "webvtt")] == ["Hi.", "Ho.", "Yes.", "No."]
