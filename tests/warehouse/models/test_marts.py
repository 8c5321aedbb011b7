"""Each mart over a few rows whose answer can be counted by hand."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from tests.lakes import frame
from warehouse.checks import check_marts
from warehouse.contracts import EPISODES, SENTENCES, TABLES, TRANSCRIPTS, TURNS, Table
from warehouse.lake import connect
from warehouse.models import mart, marts, model, views
from warehouse.settings import Settings, load
from warehouse.terms import count_terms, n_uncounted
from warehouse.views import column_types

Row = dict[str, object]
Said = tuple[str | None, str]


def insert(lake: duckdb.DuckDBPyConnection, table: Table, rows: list[Row]) -> None:
    lake.register("staged", frame(table, rows).to_arrow())
    lake.execute(f"INSERT INTO {table.full_name} SELECT * FROM staged")
    lake.unregister("staged")


def land(
    lake: duckdb.DuckDBPyConnection,
    episode: str,
    *turns: Said,
    podcast: str = "p",
    restored: bool = False,
    has_times: bool = True,
    published_at: datetime | None = None,
    persons: tuple[str, ...] = (),
    text_format: str = "webvtt",
    is_current: bool = True,
) -> None:
    """Land an episode and its transcript; a turn is its speaker and its sentences, cut at ``|``, a second a word."""
    ids: Row = {"transcript_id": f"t-{episode}-{is_current}", "episode_id": episode, "podcast_id": podcast}
    year = published_at.year if published_at else None
    if is_current:
        dates: Row = {"published_at": published_at, "published_year": year, "persons": list(persons)}
        insert(lake, EPISODES, [ids | dates])
    spoken: list[Row] = []
    sentences: list[Row] = []
    second = 0
    for turn, (speaker, text) in enumerate(turns):
        begin = second
        for part in text.split("|"):
            n_words = len(part.split())
            mark = part[-1] if part[-1] in ".?" else None
            fillers = part.lower().split().count("um")
            told: Row = {"turn": turn, "sentence": len(sentences), "n_words": n_words, "text": part}
            sentences.append(ids | told | {"end_punct": mark, "n_fillers": fillers, "n_repeats": 0})
            second += n_words
        label = None if restored else speaker
        who: Row = {"turn": turn, "speaker": speaker, "speaker_label": label, "n_words": second - begin}
        spoken.append(ids | who | {"start_s": float(begin), "end_s": float(second)})
    facts: Row = {"is_current": is_current, "has_times": has_times, "duration_s": float(second)}
    counts: Row = {
        "n_words": second,
        "n_turns": len(turns),
        "format": text_format,
        "text_fingerprint": str(turns),
    }
    marks: Row = {"has_speakers": not restored, "is_punctuated": True, "model": "m/1" if restored else None}
    insert(lake, TRANSCRIPTS, [ids | facts | counts | marks])
    insert(lake, TURNS, spoken)
    insert(lake, SENTENCES, sentences)


def day(number: int, year: int = 2024) -> datetime:
    return datetime(year, 1, number, tzinfo=UTC)


@pytest.fixture(scope="module")
def filled(new_lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A lake of three episodes of one podcast and one of another."""
    settings = load(lake=shutil.copytree(new_lake, tmp_path_factory.mktemp("marts") / "lake"))
    with connect(settings, read_only=False) as lake:
        lake.execute("BEGIN")
        fill(lake)
        lake.execute("COMMIT")
    return settings


@pytest.fixture
def told(filled: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(filled) as lake:
        yield lake


def fill(lake: duckdb.DuckDBPyConnection) -> None:
    ann = ("Ann", "Welcome to bread.|Why do you bake?")
    land(lake, "1", ann, ("Bo", "Um because bread is good."), ("Ann", "Is it?"), published_at=day(1))
    land(
        lake, "2", ("Ann", "Hello Cy."), ("Cy", "Hello again Ann."), published_at=day(8), persons=("Dee", " ")
    )
    land(
        lake,
        "3",
        ("S1", "Who is it?"),
        ("S2", "It is me."),
        restored=True,
        has_times=False,
        text_format="text",
    )
    land(lake, "1", ("Zoe", "An older transcript."), is_current=False)
    land(
        lake,
        "4",
        ("Speaker 1", "Nobody knows."),
        (None, "Music plays."),
        podcast="q",
        published_at=day(1, 2023),
    )


EXPECTED = {
    "SELECT episode_id, turn, speaker, speaker_kind, talk_s, n_words FROM mart.spoken_turns WHERE episode_id IN ('3', '4')": [
        ("3", 0, "S1", "restored", 3.0, 3),
        ("3", 1, "S2", "restored", 3.0, 3),
        ("4", 0, "Speaker 1", "anonymous", 2.0, 2),
        ("4", 1, None, None, 2.0, 2),
    ],
    "SELECT episode_id, speaker, speaker_kind, n_turns, n_words, word_share, talk_s, talk_share FROM mart.talk_time WHERE episode_id <> '3'": [
        ("1", "Ann", "named", 2, 9, 9 / 14, 9.0, 9 / 14),
        ("1", "Bo", "named", 1, 5, 5 / 14, 5.0, 5 / 14),
        ("2", "Ann", "named", 1, 2, 2 / 5, 2.0, 2 / 5),
        ("2", "Cy", "named", 1, 3, 3 / 5, 3.0, 3 / 5),
        ("4", "Speaker 1", "anonymous", 1, 2, 0.5, 2.0, 0.5),
    ],
    "SELECT episode_id, n_words, n_turns, length_s, words_per_minute, turns_per_minute FROM mart.pace WHERE podcast_id = 'p'": [
        ("1", 14, 3, 14.0, 60.0, 3 * 60 / 14),
        ("2", 5, 2, 5.0, 60.0, 24.0),
        ("3", 6, 2, None, None, None),
    ],
    "SELECT podcast_id, speaker, n_episodes, n_words, episode_share, role FROM mart.podcast_speakers": [
        ("p", "Ann", 2, 11, 1.0, "host"),
        ("p", "Bo", 1, 5, 0.5, "guest"),
        ("p", "Cy", 1, 3, 0.5, "guest"),
    ],
    "SELECT episode_id, speaker, role, n_questions, n_sentences, question_share FROM mart.questions WHERE podcast_id = 'p'": [
        ("1", "Ann", "host", 2, 3, 2 / 3),
        ("1", "Bo", "guest", 0, 1, 0.0),
        ("2", "Ann", "host", 0, 1, 0.0),
        ("2", "Cy", "guest", 0, 1, 0.0),
        ("3", "S1", None, 1, 1, 1.0),
        ("3", "S2", None, 0, 1, 0.0),
    ],
    "SELECT episode_id, number_by_date, gap_days, usual_gap_days FROM mart.cadence": [
        ("1", 1, None, 7.0),
        ("2", 2, 7.0, 7.0),
        ("4", 1, None, None),
    ],
    "SELECT podcast_id, published_year, n_episodes, n_timed, median_s, total_s, median_words FROM mart.episode_length": [
        ("p", 2024, 2, 2, 9.5, 19.0, 9.5),
        ("p", None, 1, 0, None, None, 6.0),
        ("q", 2023, 1, 1, 4.0, 4.0, 4.0),
    ],
    "SELECT episode_id, person, speaks, is_listed, n_words FROM mart.people": [
        ("1", "Ann", True, False, 9),
        ("1", "Bo", True, False, 5),
        ("2", "Ann", True, False, 2),
        ("2", "Cy", True, False, 3),
        ("2", "Dee", False, True, 0),
    ],
    "SELECT person, with_person, n_episodes, n_podcasts, first_at FROM mart.appearances WHERE person = 'Ann'": [
        ("Ann", "Bo", 1, 1, day(1)),
        ("Ann", "Cy", 1, 1, day(8)),
        ("Ann", "Dee", 1, 1, day(8)),
    ],
    "SELECT podcast_id, published_year, format, n_episodes, episode_share, n_words, timed_share, labelled_share, restored_share FROM mart.coverage": [
        ("p", 2024, "webvtt", 2, 1.0, 19, 1.0, 1.0, 0.0),
        ("p", None, "text", 1, 1.0, 6, 0.0, 0.0, 1.0),
        ("q", 2023, "webvtt", 1, 1.0, 4, 1.0, 1.0, 0.0),
    ],
    "SELECT episode_id, speaker, n_words, n_fillers, fillers_per_100_words FROM mart.filler_rate WHERE episode_id = '1'": [
        ("1", "Ann", 9, 0, 0.0),
        ("1", "Bo", 5, 1, 20.0),
    ],
}


@pytest.mark.parametrize("statement", EXPECTED, ids=lambda statement: statement.split("FROM ")[1].split()[0])
def test_rows_of_a_mart(told: duckdb.DuckDBPyConnection, statement: str) -> None:
    assert told.execute(f"{statement} ORDER BY ALL").fetchall() == EXPECTED[statement]


def test_an_episode_without_transcript_counts_in_the_coverage(lake: duckdb.DuckDBPyConnection) -> None:
    land(lake, "1", ("Ann", "Hello."))
    insert(lake, EPISODES, [{"episode_id": "2", "podcast_id": "p"}])
    shares = lake.execute(
        "SELECT format, episode_share, timed_share FROM mart.coverage ORDER BY ALL"
    ).fetchall()
    assert shares == [("webvtt", 0.5, 1.0), (None, 0.5, None)]


@pytest.fixture
def wordy(lake: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Two podcasts, and in one of them two years; the says of everybody are in every episode."""
    always = "well well well " * 4
    lake.execute("BEGIN")
    land(lake, "1", ("Ann", f"{always}{'yeast ' * 6}once"), published_at=day(1))
    land(lake, "2", ("Ann", f"{always}{'ovens ' * 7}It\u2019s it's"), published_at=day(1, 2025))
    land(lake, "3", ("Bo", f"{always}{'maps ' * 8}"), podcast="q")
    lake.execute("COMMIT")
    return lake


def test_terms_are_the_words_that_an_episode_says_twice(wordy: duckdb.DuckDBPyConnection) -> None:
    counts = wordy.execute("SELECT episode_id, term, n FROM mart.terms ORDER BY ALL").fetchall()
    assert counts == [
        ("1", "well", 12),
        ("1", "yeast", 6),
        ("2", "it's", 2),
        ("2", "ovens", 7),
        ("2", "well", 12),
        ("3", "maps", 8),
        ("3", "well", 12),
    ]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("SELECT episode_id, rank, term FROM mart.episode_terms WHERE rank = 1", [("1", 1, "yeast"), ("2", 1, "ovens"), ("3", 1, "maps")]),
        ("SELECT podcast_id, rank, term FROM mart.podcast_terms WHERE rank = 1", [("p", 1, "ovens"), ("q", 1, "maps")]),
        ("SELECT published_year, rank, term FROM mart.year_terms WHERE rank = 1", [(2024, 1, "yeast"), (2025, 1, "ovens")]),
    ],
    ids=["episode", "podcast", "year"],
)  # fmt: skip
def test_key_terms_are_what_the_others_do_not_say(
    wordy: duckdb.DuckDBPyConnection, statement: str, found: list[tuple[object, ...]]
) -> None:
    assert wordy.execute(f"{statement} ORDER BY ALL").fetchall() == found
    assert "well" not in str(wordy.execute("SELECT term FROM mart.episode_terms").fetchall())


def test_counting_ahead_changes_no_answer_and_forgets_what_changed(
    settings: Settings, wordy: duckdb.DuckDBPyConnection
) -> None:
    everything = "FROM mart.terms ORDER BY ALL"
    before = wordy.execute(everything).fetchall()
    assert n_uncounted(settings) == count_terms(settings) == 3
    assert count_terms(settings) == n_uncounted(settings) == 0
    assert wordy.execute(everything).fetchall() == before
    wordy.execute("UPDATE core.transcripts SET text_fingerprint = 'changed' WHERE episode_id = '3'")
    wordy.execute("UPDATE core.sentences SET text = 'globes globes' WHERE episode_id = '3'")
    changed = "SELECT term, n FROM mart.terms WHERE episode_id = '3'"
    assert wordy.execute(changed).fetchall() == [("globes", 2)]
    assert count_terms(settings) == 1
    assert wordy.execute(changed).fetchall() == [("globes", 2)]
    assert wordy.execute("SELECT count(DISTINCT text_fingerprint) FROM mart.term_counts").fetchall() == [(3,)]


def test_checks_find_what_breaks_a_promise(
    settings: Settings, filled: Settings, lake: duckdb.DuckDBPyConnection
) -> None:
    assert {row["n_broken"] for row in check_marts(filled)} == {0}
    land(lake, "2", ("Ann", "Hello."))
    lake.execute("INSERT INTO core.transcripts SELECT * FROM core.transcripts WHERE episode_id = '2'")
    broken = {
        row["check"] for row in check_marts(settings) if row["n_broken"] and row["model"] == "mart.pace"
    }
    assert broken == {"unique (episode_id)"}


@pytest.mark.parametrize("name", views())
def test_the_front_matter_is_true(name: str) -> None:
    one = mart(name)
    assert list(column_types()[one.name]) == list(one.columns)
    assert set(one.grain) <= one.columns.keys()
    sql = model(one.name).partition("*/")[2]
    known = [*TABLES, *marts()]
    assert {read for read in known if f" {read} " in f"{sql} ".replace("\n", " ").replace(")", " ")} == set(
        one.depends_on
    )
