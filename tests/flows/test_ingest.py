"""The sample archive from folder to lake: what lands, what is held back, what a second run does."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

import pytest

from flows.ingest import run_ingest
from flows.run import _facts
from tests.flows.conftest import SAMPLE
from tests.flows.lakes import CORE, contents, differences, n_snapshots, select, value
from warehouse.contracts import PROFILE, STAGED
from warehouse.settings import Settings, load

EPISODE = "bread-and-circuits/ep1-the-sourdough-thermostat.srt"


def test_every_transcript_lands_and_the_page_is_held_back(lake: Settings) -> None:
    statuses = select(lake, "SELECT status, count(*) FROM raw.documents GROUP BY ALL ORDER BY ALL")
    assert statuses == [("published", 14), ("quarantined", 1)]
    held = select(lake, "SELECT rule, detail, table_name, parse_filename(uri) FROM quality.quarantine")
    ((rule, detail, table, name),) = held
    assert (rule, table, name) == ("unsupported", "raw.documents", "s01e03-the-hall-of-almost.vtt")
    assert "HTML page" in str(detail)


def test_two_formats_of_one_text_are_one_episode_with_one_current_transcript(lake: Settings) -> None:
    twins = select(
        lake,
        """
        SELECT document.episode_id, is_current, text_fingerprint
        FROM core.transcripts JOIN raw.documents AS document ON transcript_id = document_id
        WHERE path LIKE '%001-the-button-nobody-pressed%'
        """,
    )
    assert len(twins) == 2
    assert len({episode for episode, _, _ in twins}) == 1
    assert sorted(str(is_current) for _, is_current, _ in twins) == ["False", "True"]
    assert len({fingerprint for _, _, fingerprint in twins}) == 1


@pytest.mark.parametrize("table", ["core.sentences", "core.turns"])
def test_each_span_of_the_source_holds_the_words_in_order(lake: Settings, table: str) -> None:
    spoken = f"SELECT transcript_id, start_char, end_char, text FROM {table}"
    spans = select(
        lake,
        f"""
        SELECT source.text, start_char, end_char, spoken.text
        FROM ({spoken}) AS spoken JOIN raw.documents AS source ON transcript_id = document_id
        """,
    )
    assert len(spans) > 100
    lost = [
        (source[start:end], text) for source, start, end, text in spans if not holds(source[start:end], text)
    ]
    assert lost == []


def holds(source: str, text: str) -> bool:
    """Say whether a source begins and ends with a text's first and last words, and holds all in order.

    Case and the marks behind words may have been restored.
    """
    unescaped = re.sub(r"\\u([0-9a-f]{4})", lambda escape: chr(int(escape[1], 16)), source)
    shown = html.unescape(re.sub(r"<[^<>]*>", "", unescaped.replace('\\"', '"'))).strip().lower()
    words, place = [word.lower().rstrip(".,?") for word in text.split()], 0
    for word in words:
        place = shown.find(word, place)
        if place < 0:
            return False
        place += len(word)
    return shown.startswith(words[0]) and shown.rstrip(".,?").endswith(words[-1])


def test_the_stored_text_is_the_file_without_loss(lake: Settings) -> None:
    documents = select(lake, "SELECT path, podcast, text, encoding FROM raw.documents")
    assert len(documents) == 15
    for path, podcast, text, encoding in documents:
        assert str(text).encode(str(encoding)) == (SAMPLE / str(podcast) / str(path)).read_bytes()


def test_every_rule_leaves_a_result_and_the_run_is_finished(lake: Settings) -> None:
    tables = {table for (table,) in select(lake, "SELECT DISTINCT table_name FROM quality.results")}
    assert tables == {table.full_name for table in (*STAGED, PROFILE)}
    broken = select(lake, "SELECT rule, error FROM quality.results WHERE status = 'errored'")
    assert broken == []
    ((status, n_documents, n_published, n_quarantined, n_bytes),) = select(
        lake, "SELECT status, n_documents, n_published, n_quarantined, n_bytes FROM quality.runs"
    )
    assert (status, n_documents, n_published, n_quarantined) == ("finished", 15, 14, 1)
    assert n_bytes == sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file())


def test_rows_in_are_rows_published_and_rows_held_back(lake: Settings) -> None:
    batches = select(lake, "SELECT rows_in, rows_published, rows_quarantined FROM quality.batches")
    assert all(n_in == n_out + n_held for n_in, n_out, n_held in batches)
    spoken = [table.full_name for table in STAGED if table.schema == "core"]
    n_rows = sum(len(rows) for rows in contents(lake, spoken).values())
    assert sum(n_out for _, n_out, _ in batches) == n_rows


def test_ids_of_runs_sort_by_start_behind_those_that_have_no_microseconds() -> None:
    first, second = _facts([]), _facts([])
    older = f"{first.started_at:%Y%m%dT%H%M%S}-ffffff"
    assert older < first.run_id < second.run_id


def test_nothing_is_left_in_staging(lake: Settings) -> None:
    assert list((lake.lake / "staging").iterdir()) == []


def test_a_second_run_lands_nothing_and_makes_no_snapshot(sample: Path, landed: Settings) -> None:
    before, snapshots = contents(landed), n_snapshots(landed)
    summary = run_ingest([str(sample)], landed)
    assert (summary.documents, summary.batches, summary.unchanged) == (0, 0, 15)
    assert n_snapshots(landed) == snapshots
    assert differences(contents(landed), before) == {}


def test_a_changed_byte_changes_the_rows_of_that_episode_alone(sample: Path, landed: Settings) -> None:
    before = contents(landed)
    replace_in(sample / EPISODE, "sourdough", "sourdoughs")
    summary = run_ingest([str(sample)], landed)
    assert (summary.documents, summary.published, summary.unchanged) == (1, 1, 14)

    episode = value(landed, "SELECT episode_id FROM core.episodes WHERE title LIKE '%ep1%'")
    after = contents(landed)
    for table in ("core.transcripts", "core.turns", "core.sentences", "core.segments", "core.sounds"):
        changed = set(map(repr, before[table])) ^ set(map(repr, after[table]))
        assert all(str(episode) in row for row in changed), table
    assert before["core.sentences"] != after["core.sentences"]
    assert before["core.episodes"] == after["core.episodes"]
    revisions = select(landed, "SELECT revision, count(*) FROM raw.documents GROUP BY ALL ORDER BY ALL")
    assert revisions == [(1, 15), (2, 1)]


def test_a_changed_file_takes_the_place_of_its_rows(sample: Path, landed: Settings, tmp_path: Path) -> None:
    replace_in(sample / EPISODE, "sourdough", "sourdoughs")
    run_ingest([str(sample)], landed)
    fresh = load(lake=tmp_path / "fresh")
    run_ingest([str(sample)], fresh)
    found, expected = (contents(settings, CORE, leave_out=["revision"]) for settings in (landed, fresh))
    assert differences(found, expected) == {}


def replace_in(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_a_removed_file_stays_marked_until_it_returns(sample: Path, landed: Settings, tmp_path: Path) -> None:
    before = contents(landed, CORE)
    shutil.move(sample / EPISODE, tmp_path / "away")
    assert run_ingest([str(sample)], landed).vanished == 1
    vanished = "SELECT path FROM raw.documents WHERE vanished_at IS NOT NULL"
    assert select(landed, vanished) == [(Path(EPISODE).name,)]
    assert differences(contents(landed, CORE), before) == {}

    snapshots = n_snapshots(landed)
    assert run_ingest([str(sample)], landed).vanished == 0
    assert n_snapshots(landed) == snapshots

    shutil.move(tmp_path / "away", sample / EPISODE)
    run_ingest([str(sample)], landed)
    assert select(landed, vanished) == []
    assert differences(contents(landed, CORE), before) == {}


def test_a_file_outside_the_sources_of_a_run_does_not_vanish(sample: Path, landed: Settings) -> None:
    (sample / EPISODE).unlink()
    assert run_ingest([str(sample / "small-museums")], landed).vanished == 0


def test_a_file_that_breaks_keeps_its_last_good_rows(sample: Path, landed: Settings) -> None:
    before = contents(landed, CORE)
    (sample / EPISODE).write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(1000))
    summary = run_ingest([str(sample)], landed)
    assert (summary.published, summary.quarantined) == (0, 1)
    assert differences(contents(landed, CORE), before) == {}
    statuses = select(
        landed, "SELECT revision, status FROM raw.documents WHERE path = ? ORDER BY 1", Path(EPISODE).name
    )
    assert statuses == [(1, "published"), (2, "quarantined")]


def test_a_file_of_equal_bytes_and_a_new_time_is_unchanged(sample: Path, landed: Settings) -> None:
    (sample / EPISODE).touch()
    assert run_ingest([str(sample)], landed).unchanged == 15


def test_a_folder_that_moves_with_its_podcast_lands_nothing_twice(
    sample: Path, landed: Settings, tmp_path: Path
) -> None:
    before = contents(landed, CORE)
    moved = shutil.move(sample, tmp_path / "elsewhere" / "sample")
    run_ingest([str(moved)], landed)
    assert differences(contents(landed, CORE), before) == {}


def test_an_archive_gives_the_rows_of_its_folder(sample: Path, landed: Settings, tmp_path: Path) -> None:
    packed = shutil.make_archive(str(tmp_path / "packed" / "sample"), "zip", sample)
    other = load(lake=tmp_path / "other")
    run_ingest([packed], other)
    assert differences(contents(other, CORE), contents(landed, CORE)) == {}


def test_a_folder_and_its_archive_are_two_transcripts_of_each_episode(
    sample: Path, landed: Settings, tmp_path: Path
) -> None:
    podcast = sample / "the-slow-elevator"
    shutil.make_archive(str(podcast), "zip", podcast)
    shutil.make_archive(str(podcast), "gztar", podcast)
    settings = load(lake=tmp_path / "beside")
    summary = run_ingest([str(sample)], settings)
    assert (summary.published, summary.quarantined, summary.rejected) == (14 + 2 * 4, 1, 0)
    episodes = "SELECT episode_id, title FROM core.episodes ORDER BY ALL"
    assert select(settings, episodes) == select(landed, episodes)
    current = "SELECT count(*) FROM core.transcripts WHERE is_current"
    assert select(settings, current) == select(landed, current)
    snapshots = n_snapshots(settings)
    run_ingest([str(sample)], settings)
    assert n_snapshots(settings) == snapshots


def test_two_sources_of_one_name_hold_back_the_second_copy(tmp_path: Path) -> None:
    for parent in ("a", "b"):
        (tmp_path / parent / "show").mkdir(parents=True)
        (tmp_path / parent / "show" / "1.txt").write_text(f"This is what {parent} said, and it said it well.")
    sources = [str(tmp_path / parent / "show") for parent in ("a", "b")]
    settings = load(lake=tmp_path / "lake")
    summary = run_ingest(sources, settings)
    assert (summary.published, summary.held_back) == (1, {"raw.documents: duplicate": 1})
    again = run_ingest(sources, settings)
    assert (again.documents, again.unchanged) == (0, 2)
