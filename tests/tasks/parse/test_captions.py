"""Captions whose cues overlap: rolled up by one voice, or talk of two at once."""

from __future__ import annotations

import polars as pl
import pytest

from tasks.parse import captions

CROSSTALK = [(0, 20, "Ann"), (2, 3, "Bob"), (20, 30, "Ann"), (20, 21, "Bob")]


def vtt(cues: list[tuple[int, int, str]], label: str) -> str:
    said = (
        f"00:00:{start:02d}.000 --> 00:00:{end:02d}.000\n{label.format(name)}so it is."
        for start, end, name in cues
    )
    return "WEBVTT\n\n" + "\n\n".join(said)


def times(text: str, *others: str) -> list[tuple[float, float]]:
    """Return the times of the cues of the first document, which is parsed beside others."""
    documents = pl.DataFrame(
        {"doc": range(1 + len(others)), "text": [text, *others]}, {"doc": pl.UInt32, "text": pl.String}
    )
    found = captions.parse(documents).filter(doc=0).group_by("cue", maintain_order=True)
    return found.agg(pl.first("start_s"), pl.last("end_s")).select("start_s", "end_s").rows()


@pytest.mark.parametrize("label", ["<v {}>", "[{}]: "])
def test_who_talks_while_another_does_talks_as_long_as_the_source_tells(label: str) -> None:
    assert times(vtt(CROSSTALK, label)) == [(0, 20), (2, 3), (20, 30), (20, 21)]


@pytest.mark.parametrize("names", [("", ""), ("Ann", "Ann"), ("Ann", ""), ("", "Ann")])
def test_a_cue_that_rolls_on_under_the_next_one_ends_where_that_starts(names: tuple[str, str]) -> None:
    first, second = names
    rolled = vtt([(0, 4, first), (2, 6, second), (6, 8, second)], "<v {}>").replace("<v >", "")
    assert times(rolled, vtt(CROSSTALK, "<v {}>")) == [(0, 2), (2, 6), (6, 8)]
