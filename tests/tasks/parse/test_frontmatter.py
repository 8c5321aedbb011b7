from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tasks.parse.frontmatter import FrontMatter, read_front_matter


def front(block: str) -> FrontMatter:
    return read_front_matter(f"---\n{block}\n---\nHello.\n")


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2024-05-06", datetime(2024, 5, 6, tzinfo=UTC)),
        ("2024-05-06T07:08:09+02:00", datetime(2024, 5, 6, 5, 8, 9, tzinfo=UTC)),
        ("1714979289000", datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)),
        ("May 6th, 2024", datetime(2024, 5, 6, tzinfo=UTC)),
        ("6 May 2024", datetime(2024, 5, 6, tzinfo=UTC)),
        ("2024/05/06", datetime(2024, 5, 6, tzinfo=UTC)),
        ("0001-01-01T00:00:00+23:00", None),
        ("soon", None),
        ("[2024]", None),
    ],
)
def test_dates_come_in_many_spellings(date: str, moment: datetime | None) -> None:
    assert front(f"date: {date}").published_at == moment


@pytest.mark.parametrize(
    ("persons", "names"),
    [
        ("guest: Ann Ode", ("Ann Ode",)),
        ("guests: [Ann Ode, Bo Li]\nspeakers: [Bo Li]", ("Ann Ode", "Bo Li")),
        ("guests:\n  - name: Ann Ode\n    url: x\n  - Bo Li", ("Ann Ode", "Bo Li")),
        ("guests: null", ()),
        ("? [a, b]\n: c\nguests: Ann Ode", ("Ann Ode",)),
    ],
)
def test_persons_come_in_many_shapes(persons: str, names: tuple[str, ...]) -> None:
    assert front(persons).persons == names


@pytest.mark.parametrize(
    ("text", "seconds"), [("1:02:03", 3723.0), ("02:03", 123.0), ("90.5", 90.5), ("long", None)]
)
def test_durations_are_seconds(text: str, seconds: float | None) -> None:
    assert front(f"duration: {text}").duration_s == seconds


@pytest.mark.parametrize(
    "block",
    [
        "title: [",
        "a: &x [b]\nguests: *x",
        "title: " + "[" * 100_000,
        "title: " + "[" * 20_000 + "]" * 20_000,
        'title: "\\ud800"',
        "title: b: c",
        "title: a\n\tguest: x",
    ],
)
def test_a_block_that_cannot_be_read_is_reported_and_left_out_of_the_body(block: str) -> None:
    found = front(block)
    assert found.issues == ("front-matter:1",)
    assert f"---\n{block}\n---\nHello.\n"[found.body_char :] == "Hello.\n"


@pytest.mark.parametrize("text", ["Hello.\n---\ntitle: x\n---\n", "---\nno end\n", "--- title\n---\n", ""])
def test_a_document_without_a_block_is_all_body(text: str) -> None:
    assert read_front_matter(text) == FrontMatter()


@pytest.mark.parametrize(
    "block",
    [
        "",
        "- a\n- b",
        "just text",
        "Ann: Hi.\nBen: Hello.",
        "Host: Hi.\nGuest: Hello.\nHost: How are you?",
        "title: One\nAnn: Hi: there\nBen: Hello.\nAnn: Yes.",
        "**Guest:** Hi.",
        "We ask this\n\ttitle: [",
    ],
)
def test_what_stands_between_two_rules_is_speech_unless_it_names_keys_of_metadata(block: str) -> None:
    assert front(block) == FrontMatter()


@pytest.mark.parametrize(
    "block",
    ["title: x", '"Title": x', "publish-date: x", "episode: x.md", "speakers:\n- Ann", "Ann: x\ntags: y"],
)
def test_a_block_is_metadata_by_one_key(block: str) -> None:
    assert f"---\n{block}\n---\nHello.\n"[front(block).body_char :] == "Hello.\n"
