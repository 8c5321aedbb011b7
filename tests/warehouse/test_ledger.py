from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tasks.publish import mark_listed, publish
from tests.lakes import Source, count, run_of, snapshots, stage
from warehouse.lake import transaction
from warehouse.ledger import open_ledger
from warehouse.settings import Settings

FIRST, SECOND = Source("a.vtt"), Source("b.vtt")
OUTSIDE = Source("c.vtt", folder="archives")
MEMBER = Source("d.vtt", folder="archive!")
VANISHED = "raw.documents WHERE vanished_at IS NOT NULL"


def land(
    lake: duckdb.DuckDBPyConnection,
    settings: Settings,
    tmp_path: Path,
    *sources: Source,
    rejection: str | None = None,
) -> None:
    publish(lake, settings, run_of(), stage(tmp_path / "staged", sources, rejection=rejection))


def list_again(lake: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path, *sources: Source) -> int:
    """Let a run see ``sources`` and return how many documents it found gone."""
    folder = tmp_path / f"run-{snapshots(lake)}-{len(sources)}"
    folder.mkdir(exist_ok=True)
    with open_ledger(lake, folder) as ledger:
        ledger.known([source.uri for source in sources])
        return mark_listed(lake, settings, run_of(), ledger)


def test_known_maps_published_and_quarantined_uris_to_stamp_and_digest(
    lake: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    broken = Source("odd % 'name'.vtt", status="quarantined")
    land(lake, settings, tmp_path, FIRST, broken)
    with open_ledger(lake, tmp_path) as ledger:
        known = ledger.known([FIRST.uri, broken.uri, SECOND.uri])
    assert set(known) == {FIRST.uri, broken.uri}
    entry = known[FIRST.uri]
    assert (entry.stamp, len(entry.sha256)) == ("13:1", 64)


def test_rejected_documents_are_unknown_so_that_they_are_tried_again(
    lake: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    land(lake, settings, tmp_path, FIRST, rejection="too few words")
    with open_ledger(lake, tmp_path) as ledger:
        assert ledger.known([FIRST.uri]) == {}


def test_known_tells_the_latest_revision(
    lake: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    for text in ("one", "one two", "one two three four"):
        land(lake, settings, tmp_path, Source("a.vtt", text))
    with open_ledger(lake, tmp_path) as ledger:
        assert ledger.known([FIRST.uri])[FIRST.uri].stamp == "18:1"


def test_vanished_document_is_marked_once_and_unmarked_when_it_returns(
    lake: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    land(lake, settings, tmp_path, FIRST, SECOND)
    assert list_again(lake, settings, tmp_path, FIRST) == 1
    assert lake.execute(f"SELECT path FROM {VANISHED}").fetchall() == [("b.vtt",)]
    before = snapshots(lake)
    assert list_again(lake, settings, tmp_path, FIRST) == 0
    assert snapshots(lake) == before
    assert list_again(lake, settings, tmp_path, FIRST, SECOND) == 0
    assert count(lake, VANISHED) == 0


def test_only_the_latest_revision_is_marked_and_its_text_stays(
    lake: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    land(lake, settings, tmp_path, Source("a.vtt", "old words"))
    land(lake, settings, tmp_path, Source("a.vtt", "new words here"))
    list_again(lake, settings, tmp_path)
    assert lake.execute(
        "SELECT revision, text, vanished_at IS NULL FROM raw.documents ORDER BY 1"
    ).fetchall() == [
        (1, "old words", True),
        (2, "new words here", False),
    ]
    assert count(lake, "core.sentences") == 3


@pytest.mark.parametrize(("source", "n_vanished"), [(OUTSIDE, 0), (MEMBER, 1)])
def test_only_what_lies_in_the_sources_can_vanish(
    lake: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path, source: Source, n_vanished: int
) -> None:
    land(lake, settings, tmp_path, source)
    assert list_again(lake, settings, tmp_path, FIRST) == n_vanished


def test_an_archive_of_any_size_can_vanish_at_once(
    lake: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    land(lake, settings, tmp_path, FIRST)
    for first in range(0, 2000, 200):  # 80 KB each: more than a writer's memory holds at once
        with transaction(lake, settings, "many texts"):
            lake.execute(f"""
                INSERT INTO raw.documents BY NAME
                SELECT * EXCLUDE (number) REPLACE (
                    document_id || number AS document_id,
                    uri || number AS uri,
                    md5(number::VARCHAR) || repeat('and then we said hello to them ', 2600) AS text
                )
                FROM raw.documents, range({first}, {first + 200}) AS numbers (number)
                WHERE document_id = '{FIRST.document_id}'
            """)
    assert list_again(lake, settings, tmp_path, FIRST) == 2000
    assert count(lake, f"{VANISHED} AND length(text) = 80632") == 2000
