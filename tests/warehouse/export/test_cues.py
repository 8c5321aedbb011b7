from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.export.cues import LINE_CHARACTERS, LINES, LONGEST_S, SHORTEST_S, cues_of
from warehouse.export.timeline import Sentence, spoken

words = st.lists(st.text("abc,.", min_size=1, max_size=12) | st.just("x" * 50), min_size=1, max_size=80)


@given(words=words, start_s=st.floats(0, 1e5), length_s=st.floats(0.002, 120))
def test_cues_are_short_and_together_say_all_from_start_to_end(
    words: list[str], start_s: float, length_s: float
) -> None:
    cues = list(cues_of(words, start_s, start_s + length_s))
    assert " ".join(line for cue in cues for line in cue.lines) == " ".join(words)
    assert cues[0].start_ms == round(start_s * 1000)
    assert cues[-1].end_ms == round((start_s + length_s) * 1000)
    assert all(one.end_ms == other.start_ms for one, other in pairwise(cues))
    for cue in cues:
        assert cue.start_ms <= cue.end_ms
        assert len(cue.lines) <= LINES
        assert all(len(line) <= LINE_CHARACTERS or " " not in line for line in cue.lines)
        assert cue.end_ms - cue.start_ms <= LONGEST_S * 1000 + 1 or " " not in " ".join(cue.lines)


@pytest.mark.parametrize("end_s", [3.0, 3.0004])
@pytest.mark.parametrize("said", ["Yes.", "and so on " * 20])
def test_cues_of_no_length_are_shown_for_a_moment(said: str, end_s: float) -> None:
    cues = list(cues_of(said.split(), 3.0, end_s))
    assert (cues[0].start_ms, cues[-1].end_ms) == (3000, 3000 + round(SHORTEST_S * 1000))
    assert all(cue.start_ms < cue.end_ms for cue in cues)


@given(words=st.lists(st.text("abc", min_size=1, max_size=12), min_size=1, max_size=80))
def test_words_are_shared_about_equally(words: list[str]) -> None:
    cues = list(cues_of(words, 0.0, 1.0))
    n_characters = len(" ".join(words))
    assert len(cues) <= math.ceil(n_characters / (LINES * (LINE_CHARACTERS - 12))) + 1


def test_a_cue_breaks_at_ends_of_words_into_lines_of_like_length() -> None:
    text = "Our guest is Dev Okonjo, who looked after the lifts and escalators of a large hospital."
    assert [cue.lines for cue in cues_of(text.split(), 0.0, 5.0)] == [
        ("Our guest is Dev Okonjo,", "who looked after the"),
        ("lifts and escalators of a large hospital.",),
    ]


def timed(*times: tuple[float | None, float | None]) -> list[tuple[float, float]]:
    sentences = [Sentence(0, None, start, end, "ten chars.") for start, end in times]
    return [(one.start_s, one.end_s) for one in spoken(sentences)]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([(1.0, 2.0), (4.0, 5.0)], [(1.0, 2.0), (4.0, 5.0)]),
        ([(1.0, None), (1.0, None), (4.0, 5.0)], [(1.0, 2.5), (2.5, 4.0), (4.0, 5.0)]),
        ([(None, None), (4.0, 5.0)], [(0.0, 4.0), (4.0, 5.0)]),
        (
            [(1.0, 2.0), (None, None), (None, None), (4.0, 5.0)],
            [(1.0, 2.0), (2.0, 3.0), (3.0, 4.0), (4.0, 5.0)],
        ),
        ([(1.0, None), (4.0, None)], [(1.0, 4.0), (4.0, 4.0 + 10 / 15)]),
        ([(5.0, None), (3.0, 4.0)], [(5.0, 5.0), (3.0, 4.0)]),
        ([(2.0, 1.0)], [(2.0, 2.0)]),
    ],
)
def test_what_lacks_an_end_lasts_until_the_next_start(
    times: list[tuple[float | None, float | None]], expected: list[tuple[float, float]]
) -> None:
    assert [pytest.approx(pair) for pair in expected] == timed(*times)
