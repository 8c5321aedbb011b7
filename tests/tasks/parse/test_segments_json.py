from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from tasks.parse.segments_json import dialect_of, load, parse

HI = {"start": 0, "end": 1, "text": " Hi."}


def rows(*segments: Any, **more: object) -> list[tuple[Any, ...]]:
    text = json.dumps({"text": " Hi.", "segments": segments, **more})
    pieces = parse(pl.DataFrame({"doc": [0], "text": [text]}, schema_overrides={"doc": pl.UInt32}))
    return pieces.select("start_s", "end_s", "speaker", "text").rows()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1, 1.0),
        ("1.5", 1.5),
        (None, None),
        (True, None),
        ("soon", None),
        (float("nan"), None),
        ("inf", None),
        (10**400, None),
    ],
)
def test_a_time_is_a_finite_number_or_nothing(value: object, seconds: float | None) -> None:
    assert rows(HI | {"end": value})[0][1] == seconds


@pytest.mark.parametrize(
    ("speaker", "name"),
    [
        ("Ann", "Ann"),
        ("spk_0", "Bo"),
        (3, "3"),
        ("", None),
        (None, None),
        ([], None),
        ({"a": 1}, None),
        ("\ud800", "?"),
    ],
)
def test_a_speaker_is_a_name_or_nobody(speaker: object, name: str | None) -> None:
    assert rows(HI | {"speaker": speaker}, speakers={"spk_0": "Bo"})[0][2] == name


def test_segments_without_text_lose_no_other_segment() -> None:
    segments = [
        HI,
        *[HI | {"text": f" {number}."} for number in range(20)],
        HI | {"text": None},
        5,
        HI | {"text": " Bye."},
    ]
    assert [row[3] for row in rows(*segments)] == [" Hi.", *[f" {number}." for number in range(20)], " Bye."]


def test_each_text_is_found_at_its_own_place() -> None:
    text = json.dumps(
        {
            "segments": [
                HI | {"words": [{"text": " Ho."}]},
                HI | {"text": " Ho."},
                HI | {"text": ' "\u00fc"\n'},
            ]
        }
    )
    pieces = parse(pl.DataFrame({"doc": [0], "text": [text]}, schema_overrides={"doc": pl.UInt32}))
    for start, shown in pieces.select("start_char", "text").rows():
        assert (
            json.loads('"' + text[start : start + len(shown)] + '"').split()
            == shown.replace("\0", "").split()
        )


@pytest.mark.parametrize(
    "content", [[], {"segments": []}, {"segments": {}}, {"segments": [1]}, {"segments": [{"text": 1}]}]
)
def test_other_json_has_no_dialect(content: object) -> None:
    assert dialect_of(content) is None


def test_lone_surrogates_are_read_and_depth_is_refused() -> None:
    assert load('"\\ud800"') == "\ud800"
    with pytest.raises(ValueError, match="nested too deeply"):
        load("[" * 100_000)
