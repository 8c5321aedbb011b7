"""Profiles of real runs over a real lake: what is flagged and what is not, what a kill and a rebuild leave."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import main
from tasks.profile.compare import FEWEST_RUNS
from tasks.profile.land import Profile, land_profiles
from tasks.profile.runs import profiles
from tests.tasks.profile.archives import USUAL, Style, add, ingest, rebuild
from warehouse.lake import connect, transaction
from warehouse.query import query
from warehouse.settings import Settings, load

N_EPISODES = 3
BREAKS = {
    "fast": Style(pace=300),
    "looping": Style(is_looping=True),
    "unlabelled": Style(is_labelled=False),
    "unpunctuated": Style(is_punctuated=False),
    "usual": USUAL,
}
EXPECTED = [
    ("fast", "words_per_minute"),
    ("looping", "loop_rate"),
    ("unlabelled", "unlabelled_share"),
    ("unpunctuated", "punctuation_rate"),
]

FLAGGED = """
    SELECT title, metric FROM quality.profile JOIN core.podcasts USING (podcast_id)
    WHERE (distance > 2.5 OR is_change) AND ($run_id IS NULL OR run_id = $run_id) ORDER BY ALL
"""


def rows(settings: Settings, sql: str, **parameters: object) -> list[tuple[object, ...]]:
    with closing(connect(settings)) as lake:
        return lake.execute(sql, parameters).fetchall()


def land(source: Path, settings: Settings, run: int, *, is_broken: bool = False) -> str:
    """Land a run's episodes of each podcast."""
    for podcast, style in BREAKS.items():
        numbers = range(run * N_EPISODES, (run + 1) * N_EPISODES)
        add(source, podcast, numbers, style if is_broken else USUAL)
    return ingest(source, settings)


@pytest.fixture(scope="module")
def stable(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Settings]:
    """Five podcasts of three alike episodes a run, over as few runs as make a past."""
    folder = tmp_path_factory.mktemp("stable")
    settings = load(lake=folder / "lake")
    for run in range(FEWEST_RUNS):
        land(folder / "source", settings, run)
    return folder / "source", settings


@pytest.fixture(scope="module")
def broken(
    stable: tuple[Path, Settings], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Settings, list[str]]:
    """The same after two more runs, in which four of the podcasts were broken, each in its way."""
    folder = tmp_path_factory.mktemp("broken")
    source, lake = (shutil.copytree(path, folder / path.name) for path in (stable[0], stable[1].lake))
    settings = load(lake=lake)
    return settings, [land(source, settings, FEWEST_RUNS + run, is_broken=True) for run in range(2)]


@pytest.fixture
def archive(stable: tuple[Path, Settings], tmp_path: Path) -> tuple[Path, Settings]:
    """The stable archive, for a test to change."""
    source, lake = (shutil.copytree(path, tmp_path / path.name) for path in (stable[0], stable[1].lake))
    return source, load(lake=lake)


@pytest.mark.slow
def test_a_stable_archive_raises_nothing_over_twelve_runs(archive: tuple[Path, Settings]) -> None:
    source, settings = archive
    for run in range(FEWEST_RUNS, 12):
        land(source, settings, run)
    assert rows(settings, FLAGGED, run_id=None) == []
    failed = "SELECT rule FROM quality.results WHERE status <> 'passed' AND table_name = 'quality.profile'"
    assert rows(settings, failed) == []
    compared = (
        "SELECT count(DISTINCT run_id) FROM quality.profile WHERE podcast_id IS NOT NULL AND z IS NOT NULL"
    )
    assert rows(settings, compared) == [(12 - FEWEST_RUNS,)]


def test_what_breaks_is_flagged_in_its_metric_and_podcast_and_only_there(
    broken: tuple[Settings, list[str]],
) -> None:
    settings, (first, _) = broken
    assert rows(settings, FLAGGED, run_id=None) == sorted(EXPECTED * 2)
    assert rows(settings, FLAGGED, run_id=first) == EXPECTED
    warned = """
        SELECT rule, n_unexpected FROM quality.results
        WHERE run_id = $run_id AND batch = -1 AND status = 'failed' AND severity = 'warning' ORDER BY ALL
    """
    as_before = sorted((f"{metric.replace('_', '-')}-as-before", 1) for _, metric in EXPECTED)
    assert rows(settings, warned, run_id=first) == as_before


def test_what_stays_broken_is_a_change_point(broken: tuple[Settings, list[str]]) -> None:
    settings, (_, second) = broken
    changes = """
        SELECT run_id, title, metric FROM quality.profile JOIN core.podcasts USING (podcast_id)
        WHERE is_change ORDER BY ALL
    """
    assert rows(settings, changes) == [(second, *place) for place in EXPECTED]


def test_the_command_lists_what_drifts_first_with_a_file_to_look_at(
    broken: tuple[Settings, list[str]],
) -> None:
    settings, (first_run, _) = broken
    arguments = ["quality", "--drift", "--run", first_run, "--lake", str(settings.lake)]
    listed = json.loads(CliRunner().invoke(main, [*arguments, "--json"]).stdout)
    first = listed[: len(EXPECTED)]
    assert sorted((row["podcast"], row["metric"]) for row in first) == EXPECTED
    assert [row["drifts"] for row in listed] == [True] * len(EXPECTED) + [False] * (
        len(listed) - len(EXPECTED)
    )
    for row in first:
        assert Path(row["farthest"]).parent.name == row["podcast"]
        assert int(Path(row["farthest"]).stem) >= FEWEST_RUNS * N_EPISODES
    plain = CliRunner().invoke(main, arguments).stdout.splitlines()
    assert plain[0].split("\t")[:3] == ["podcast", "format", "metric"]
    assert len(plain) == len(listed) + 1


def test_an_archive_too_young_to_compare_says_so(tmp_path: Path) -> None:
    settings = load(lake=tmp_path / "lake")
    add(tmp_path / "source", "show", range(20))
    ingest(tmp_path / "source", settings)
    answer = CliRunner().invoke(main, ["quality", "--drift", "--lake", str(settings.lake)])
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert "five runs and ten documents" in answer.stderr


PROFILE = "SELECT * EXCLUDE (run_id) FROM quality.profile WHERE run_id = $run_id ORDER BY ALL"


def test_batches_do_not_matter(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for podcast in ("fast", "unpunctuated"):
        add(source, podcast, range(2), BREAKS[podcast])
    (source / "fast" / "page.vtt").write_text("<!DOCTYPE html><html><body>Not here</body></html>")
    (source / "fast" / "nothing.vtt").write_text("")
    found = []
    for batch_bytes in (4_000, 16_000_000):
        settings = load(lake=tmp_path / f"lake-{batch_bytes}", batch_bytes=batch_bytes)
        found.append(rows(settings, PROFILE, run_id=ingest(source, settings)))
        assert (rows(settings, "SELECT max(batch) FROM quality.measures") == [(0,)]) is (batch_bytes > 4_000)
    assert found[0] == found[1]
    held = "SELECT n, value FROM quality.profile WHERE metric = 'held_back_share' AND podcast_id IS NULL"
    assert rows(settings, held) == [(5, 0.2)]


def test_a_killed_run_is_profiled_by_the_next_one_and_nothing_twice(tmp_path: Path) -> None:
    source, settings = tmp_path / "source", load(lake=tmp_path / "lake", batch_bytes=8_000)
    add(source, "show", range(5))
    killed = ingest(source, settings, n_batches=1)
    landed = "SELECT count(*) FROM quality.measures WHERE run_id = $run_id"
    ((n_landed,),) = rows(settings, landed, run_id=killed)
    assert 0 < int(str(n_landed)) < 5
    assert rows(settings, "FROM quality.profile") == []
    finished = ingest(source, settings)
    of_runs = "SELECT run_id, n FROM quality.profile WHERE metric = 'document_words' AND podcast_id IS NULL AND format IS NULL AND published_year IS NULL ORDER BY run_id"
    assert rows(settings, of_runs) == [(killed, n_landed), (finished, 5 - int(str(n_landed)))]
    history = (
        "SELECT DISTINCT n_runs FROM quality.profile WHERE run_id = $run_id AND metric = 'document_words'"
    )
    assert rows(settings, history, run_id=finished) == [(1,)]
    twice = "SELECT document_id FROM quality.measures GROUP BY ALL HAVING count(*) > 1"
    assert rows(settings, twice) == []
    add(source, "show", range(5, 6))
    last = ingest(source, settings)
    assert [run_id for run_id, _ in rows(settings, of_runs)] == [killed, finished, last]


def test_a_profile_that_two_runs_made_lands_once(tmp_path: Path) -> None:
    source, settings = tmp_path / "source", load(lake=tmp_path / "lake", batch_bytes=8_000)
    add(source, "show", range(3))
    killed = ingest(source, settings, n_batches=1)
    with closing(connect(settings, read_only=False)) as lake:
        made: list[Profile] = profiles(lake, settings, killed)
        for _ in range(2):
            with transaction(lake, settings, "finish run"):
                land_profiles(lake, made)
    for table, key in (("profile", "metric, podcast_id, format, published_year"), ("results", "rule")):
        twice = f"SELECT run_id FROM quality.{table} GROUP BY run_id, {key} HAVING count(*) > 1"
        assert rows(settings, twice) == []
    assert rows(settings, "SELECT DISTINCT run_id FROM quality.profile") == [(killed,)]


def test_a_rebuild_is_a_run_of_its_own_that_finds_the_archive_unchanged(
    archive: tuple[Path, Settings],
) -> None:
    _, settings = archive
    run_id = rebuild(settings)
    measured = "SELECT count(*), count(DISTINCT document_id) FROM quality.measures WHERE run_id = $run_id"
    n_documents = FEWEST_RUNS * N_EPISODES * len(BREAKS)
    assert rows(settings, measured, run_id=run_id) == [(n_documents, n_documents)]
    assert rows(settings, FLAGGED, run_id=run_id) == []
    unlike = """
        SELECT document_id FROM quality.measures AS before JOIN quality.measures AS after USING (document_id)
        WHERE before.run_id <> $run_id AND after.run_id = $run_id
            AND (before.loop_rate, before.words_per_minute, before.oov_rate) IS DISTINCT FROM (after.loop_rate, after.words_per_minute, after.oov_rate)
    """
    assert rows(settings, unlike, run_id=run_id) == []


def test_a_run_that_finds_nothing_new_leaves_no_profile(archive: tuple[Path, Settings]) -> None:
    source, settings = archive
    before = rows(settings, "SELECT count(*) FROM quality.profile")
    ingest(source, settings)
    assert rows(settings, "SELECT count(*) FROM quality.profile") == before


def test_what_the_published_year_of_a_document_is_comes_from_its_episode(tmp_path: Path) -> None:
    settings = load(lake=tmp_path / "lake")
    folder = tmp_path / "source" / "show"
    folder.mkdir(parents=True)
    for number, year in enumerate((2019, 2019, 2024)):
        text = (
            f"---\ntitle: Loaf {number}\ndate: {year}-03-01\n---\n\n**Mara Quill:** "
            + "We bake bread today. " * 30
        )
        (folder / f"{number}.md").write_text(text)
    ingest(tmp_path / "source", settings)
    years = query(
        settings,
        "SELECT published_year, n FROM quality.profile WHERE published_year IS NOT NULL AND metric = 'document_words' ORDER BY ALL",
    )
    assert list(years.rows) == [(2019, 2), (2024, 1)]
