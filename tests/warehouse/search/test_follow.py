"""The index follows the lake, whoever else is at it, and whatever happens to it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from tasks.publish import publish
from tests.lakes import Source, run_of, stage
from tests.warehouse.search.speech import Episode, land, remove
from warehouse.errors import LakeError, LakeLockedError, SearchIndexError
from warehouse.lake import connect
from warehouse.search import Query, Searcher, follow, search
from warehouse.search.index import create
from warehouse.search.shelf import Shelf
from warehouse.search.source import newest_snapshot, source_of
from warehouse.settings import Settings, load

FIRST = Episode("first", (("Ann", "The bell rang once."), ("Bo", "Nobody came.")))
SECOND = Episode("second", (("Ann", "The bell rang twice."),))

SEARCH = """
import sys
from warehouse.search import Query, search
from warehouse.settings import load
found = search(load(lake=sys.argv[1]), Query(sys.argv[2]))
print(found.total, found.is_behind)
"""


def searching(settings: Settings, words: str) -> subprocess.Popen[str]:
    """Start a process that searches."""
    command = [sys.executable, "-c", SEARCH, str(settings.lake), words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def texts(searcher: Searcher, words: str) -> list[str]:
    return sorted(hit.text for hit in searcher.search(Query(words)).hits)


@pytest.fixture(scope="module")
def indexed_lake(new_lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of two episodes with its index, to be copied."""
    settings = load(lake=shutil.copytree(new_lake, tmp_path_factory.mktemp("indexed") / "lake"))
    with closing(connect(settings, read_only=False)) as lake:
        land(lake, settings, FIRST, SECOND)
    assert search(settings, Query("bell")).total == 2
    return settings.lake


@pytest.fixture
def searcher(settings: Settings, indexed_lake: Path) -> Searcher:
    """Searches a lake of two episodes, and has opened its index."""
    shutil.copytree(indexed_lake, settings.lake)
    made = Searcher(settings)
    assert made.search(Query("bell")).total == 2
    return made


@pytest.fixture
def lake(settings: Settings, searcher: Searcher) -> Iterator[duckdb.DuckDBPyConnection]:
    """The lake that is searched, open for writing."""
    del searcher
    with closing(connect(settings, read_only=False)) as connection:
        yield connection


class TestTheIndexFollows:
    def test_what_is_published_and_published_again(
        self, lake: duckdb.DuckDBPyConnection, settings: Settings, searcher: Searcher, tmp_path: Path
    ) -> None:
        publish(
            lake,
            settings,
            run_of(),
            stage(tmp_path / "1", [Source("a.vtt", "once upon"), Source("b.vtt", "twice upon")]),
        )
        assert texts(searcher, "upon") == ["upon", "upon"]
        again = run_of("run-2")
        publish(lake, settings, again, stage(tmp_path / "2", [Source("a.vtt", "once down")], run_id="run-2"))
        assert (texts(searcher, "upon"), texts(searcher, "down")) == (["upon"], ["down"])

    def test_only_what_changed_is_indexed_anew(
        self, lake: duckdb.DuckDBPyConnection, settings: Settings, searcher: Searcher
    ) -> None:
        land(lake, settings, replace(SECOND, said=(("Cy", "A bell. Again."),), version="2"))
        followed = follow(settings, timeout_s=0)
        assert (followed.n_transcripts, followed.n_sentences, followed.n_removed) == (1, 1, 1)
        assert (followed.is_new, texts(searcher, "bell")) == (
            False,
            ["A bell. Again.", "The bell rang once."],
        )
        land(lake, settings, replace(FIRST, name="third"))
        assert follow(settings, timeout_s=0).n_transcripts == 1

    def test_what_is_damaged_inside(
        self, lake: duckdb.DuckDBPyConnection, settings: Settings, searcher: Searcher
    ) -> None:
        del searcher
        folder = Shelf.of(settings).current()
        assert folder
        scramble_postings(folder)
        land(lake, settings, replace(FIRST, name="third"))
        followed = follow(settings, timeout_s=0)
        assert (followed.is_new, followed.n_transcripts) == (True, 3)

    def test_a_deletion(self, lake: duckdb.DuckDBPyConnection, searcher: Searcher) -> None:
        remove(lake, FIRST)
        assert texts(searcher, "bell") == ["The bell rang twice."]
        assert texts(searcher, "nobody came") == []

    def test_another_transcript_that_becomes_current(
        self, lake: duckdb.DuckDBPyConnection, searcher: Searcher
    ) -> None:
        lake.execute("UPDATE core.transcripts SET is_current = false WHERE episode_id = 'first'")
        assert texts(searcher, "bell") == ["The bell rang twice."]
        lake.execute("UPDATE core.transcripts SET is_current = true WHERE episode_id = 'first'")
        assert len(texts(searcher, "bell")) == 2

    def test_what_a_hit_shows_of_its_episode(
        self, lake: duckdb.DuckDBPyConnection, searcher: Searcher
    ) -> None:
        lake.execute(
            "UPDATE core.episodes SET title = 'New', audio_url = 'https://new' WHERE episode_id = 'second'"
        )
        (hit,) = searcher.search(Query("twice")).hits
        assert (hit.episode, hit.link) == ("New", "https://new#t=5")

    def test_a_snapshot_that_changes_no_transcript_is_only_remembered(
        self, lake: duckdb.DuckDBPyConnection, settings: Settings, searcher: Searcher
    ) -> None:
        before = searcher.search(Query("bell")).snapshot_id
        lake.execute("DELETE FROM quality.lake_version WHERE false")
        lake.execute("UPDATE quality.lake_version SET schema_version = schema_version")
        followed = follow(settings, timeout_s=0)
        assert (followed.n_transcripts, followed.n_removed) == (0, 0)
        found = searcher.search(Query("bell"))
        assert found.snapshot_id == newest_snapshot(settings).snapshot_id > before
        assert found.as_of == newest_snapshot(settings).as_of


def test_a_lake_without_sentences_has_no_hits(settings: Settings, new_lake: Path) -> None:
    shutil.copytree(new_lake, settings.lake)
    assert search(settings, Query("bell")).total == 0


def damage_meta(folder: Path) -> None:
    (folder / "meta.json").write_text("{}")


def cut_a_file(folder: Path) -> None:
    store = max(folder.glob("*.store"), key=lambda file: file.stat().st_size)
    store.write_bytes(store.read_bytes()[:20])


def scramble_postings(folder: Path) -> None:
    for file in (*folder.glob("*.idx"), *folder.glob("*.store")):
        content = file.read_bytes()
        middle = len(content) - 120
        file.write_bytes(bytes(byte ^ 0x5A for byte in content[:middle]) + content[middle:])


def lose_the_pointer(folder: Path) -> None:
    (folder.parent / "current").unlink()


def point_nowhere(folder: Path) -> None:
    (folder.parent / "current").write_text("../../data")


def make_it_of_other_fields(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()
    create(folder)


@pytest.mark.parametrize(
    "harm",
    [damage_meta, cut_a_file, scramble_postings, lose_the_pointer, point_nowhere, make_it_of_other_fields],
)
def test_an_index_that_cannot_be_used_is_made_anew(
    settings: Settings, searcher: Searcher, harm: Callable[[Path], None]
) -> None:
    del searcher
    folder = Shelf.of(settings).current()
    assert folder
    harm(folder)
    found = search(settings, Query("bell"))
    assert (found.total, len(found.hits)) == (2, 2)
    assert [path.name for path in Shelf.of(settings).root.glob("index-*")] != [folder.name]


def test_an_index_of_another_lake_is_made_anew(settings: Settings, searcher: Searcher) -> None:
    index = settings.lake / "search"
    index.rename(settings.lake.parent / "search")
    shutil.rmtree(settings.lake)
    with closing(connect(settings, read_only=False)) as other:
        land(other, settings, replace(SECOND, said=((None, "No bell here."),)))
    (settings.lake.parent / "search").rename(index)
    assert texts(searcher, "bell") == ["No bell here."]


def test_an_index_that_cannot_be_written_says_so(settings: Settings, searcher: Searcher) -> None:
    del searcher
    shutil.rmtree(settings.lake / "search")
    (settings.lake / "search").write_text("in the way")
    with pytest.raises(SearchIndexError, match="cannot be written"):
        search(settings, Query("bell"))


def test_rebuilding_leaves_one_index_and_open_searchers_go_on(settings: Settings, searcher: Searcher) -> None:
    followed = Searcher(settings).follow(anew=True)
    assert (followed.is_new, followed.n_sentences) == (True, 3)
    assert len(list(Shelf.of(settings).root.glob("index-*"))) == 1
    assert searcher.search(Query("bell")).total == 2


def test_without_a_lake_nothing_is_made(settings: Settings) -> None:
    with pytest.raises(LakeError, match="no lake"):
        search(settings, Query("bell"))
    assert not settings.lake.exists()


class TestManyAtOnce:
    def test_a_searcher_answers_as_of_before_while_another_process_updates(
        self, lake: duckdb.DuckDBPyConnection, settings: Settings, searcher: Searcher
    ) -> None:
        land(lake, settings, replace(SECOND, said=(("Cy", "Bells, bells."),), version="2"))
        with Shelf.of(settings).locked(0):
            found = searcher.search(Query("bell"))
            assert (found.total, found.is_behind) == (2, True)
            assert found.snapshot_id < newest_snapshot(settings).snapshot_id
        found = searcher.search(Query("bell"))
        assert (found.total, found.is_behind, found.snapshot_id) == (
            2,
            False,
            newest_snapshot(settings).snapshot_id,
        )
        assert "Bells, bells." in {hit.text for hit in found.hits}

    def test_one_that_shall_not_follow_answers_at_once(
        self, lake: duckdb.DuckDBPyConnection, settings: Settings, searcher: Searcher
    ) -> None:
        land(lake, settings, replace(FIRST, name="third"))
        found = searcher.search(Query("bell"), follows=False)
        assert (found.total, found.is_behind) == (2, True)
        Searcher(settings).follow()
        assert searcher.search(Query("bell"), follows=False).total == 3

    def test_threads_share_a_searcher_while_the_lake_changes(
        self, lake: duckdb.DuckDBPyConnection, settings: Settings, searcher: Searcher
    ) -> None:
        with ThreadPoolExecutor(4) as pool:
            totals = [pool.submit(lambda: searcher.search(Query("bell")).total) for _ in range(40)]
            land(lake, settings, replace(FIRST, name="third"))
            totals += [pool.submit(lambda: searcher.search(Query("bell")).total) for _ in range(40)]
            assert {total.result() for total in totals} <= {2, 3}
        assert searcher.search(Query("bell")).total == 3

    def test_without_an_index_it_waits_for_the_one_who_makes_it(
        self, settings: Settings, new_lake: Path
    ) -> None:
        shutil.copytree(new_lake, settings.lake)
        impatient = settings.model_copy(update={"lock_timeout_s": 0.1})
        with Shelf.of(settings).locked(0), pytest.raises(LakeLockedError):
            search(impatient, Query("bell"))

    def test_processes_that_begin_at_once_without_an_index_all_answer(
        self, settings: Settings, searcher: Searcher
    ) -> None:
        del searcher
        shutil.rmtree(settings.lake / "search")
        processes = [searching(settings, "bell") for _ in range(2)]
        assert [process.communicate(timeout=60) for process in processes] == [("2 False\n", "")] * 2

    def test_a_publish_is_not_held_up_by_an_update(
        self, lake: duckdb.DuckDBPyConnection, settings: Settings, searcher: Searcher
    ) -> None:
        land(lake, settings, replace(FIRST, name="third"))
        with Shelf.of(settings).locked(0), source_of(settings, {}) as source:
            sentences = source.sentences()
            next(sentences)
            impatient = settings.model_copy(update={"lock_timeout_s": 0.0})
            land(lake, impatient, replace(FIRST, name="fourth"))
            assert len(list(sentences)) == 4
        assert searcher.search(Query("bell")).total == 4


@pytest.mark.parametrize("delay_s", [0.0, pytest.param(0.1, marks=pytest.mark.slow)])
def test_a_process_that_is_killed_while_it_writes_leaves_the_index_whole(
    lake: duckdb.DuckDBPyConnection, settings: Settings, delay_s: float
) -> None:
    land(lake, settings, Episode("large", [("Bo", f"Bell number {number}.") for number in range(20_000)]))
    folder = Shelf.of(settings).current()
    assert folder
    before = set(folder.glob("*.store"))
    process = searching(settings, "bell")
    while set(folder.glob("*.store")) == before:
        assert process.poll() is None, "it ended before it wrote"
        time.sleep(0.001)
    time.sleep(delay_s)
    process.kill()
    assert process.communicate() == ("", "")
    assert Searcher(settings).search(Query("bell"), follows=False).total == 2
    assert search(settings, Query("bell")).total == 20_002
    assert search(settings, Query('"number 19999"')).total == 1
