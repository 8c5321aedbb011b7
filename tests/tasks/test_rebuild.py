"""Documents read back from a lake, and a rebuild of them that is published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from tasks import rebuild
from tasks.document import Document
from tasks.publish import Published, Run, publish
from tests.lakes import Source, contents, count, run_of, snapshots, stage
from warehouse.lake import connect
from warehouse.settings import Settings
from warehouse.stale import Stale, Versions, count_stale

PLAIN = Source("1.txt", "a b c d")
NAMED = Source("1.vtt", "a b c", title="The First", has_speakers=True)
OTHER = Source("2.vtt", "x y")
BROKEN = Source("3.txt", "not a transcript", status="quarantined")

MADE_BY = Versions("x")
"""What made the rows of these lakes."""
TODAY = Versions("2")

Lake = duckdb.DuckDBPyConnection


def rebuild_run(run_id: str = "run-9") -> Run:
    return replace(run_of(run_id), sources=("lake:reprocess",), is_rebuild=True)


def listed(lake: Lake, versions: Versions = TODAY, *, every: bool = False) -> list[Document]:
    def damaged(uri: str) -> None:
        pytest.fail(f"{uri} is damaged")

    return list(rebuild.stale_documents(lake, versions, damaged, every=every))


@pytest.fixture
def land(lake: Lake, settings: Settings, tmp_path: Path) -> Land:
    return Land(lake, settings, tmp_path)


class Land:
    """Publishes sources, a batch a call; a rebuild marks what it makes with version x too."""

    def __init__(self, lake: Lake, settings: Settings, folder: Path) -> None:
        self.lake, self.settings, self.folder = lake, settings, folder
        self.n_batches = 0

    def __call__(
        self, sources: Sequence[Source], run: Run | None = None, rejection: str | None = None
    ) -> Published:
        run = run or run_of()
        self.n_batches += 1
        staged = stage(
            self.folder / str(self.n_batches),
            sources,
            batch=self.n_batches,
            run_id=run.run_id,
            rejection=rejection,
        )
        return publish(self.lake, self.settings, run, staged)


def test_documents_are_read_back_as_they_were_found(lake: Lake, land: Land) -> None:
    land([NAMED, OTHER, BROKEN])
    found = {document.path: document for document in listed(lake)}
    assert found.keys() == {"1.vtt", "2.vtt", "3.txt"}
    document = found["2.vtt"]
    assert document.content == b"x y"
    assert (document.document_id, document.episode_id, document.uri, document.n_bytes, document.revision) == (
        OTHER.document_id,
        OTHER.episode_id,
        OTHER.uri,
        3,
        1,
    )


def test_texts_are_read_in_chunks_of_one_batch_each(
    lake: Lake, land: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "_CHUNK_BYTES", 10)
    sources = [Source(f"{number}.txt", "12345") for number in range(9)]
    land(sources[:5])
    land(sources[5:])
    assert sorted(document.path for document in listed(lake)) == [source.path for source in sources]
    chunks = lake.execute("SELECT count(*), count(DISTINCT batch), sum(n_bytes) FROM listed GROUP BY chunk")
    assert sorted(chunks.fetchall()) == [(1, 1, 5), (2, 1, 10), (2, 1, 10), (2, 1, 10), (2, 1, 10)]


def test_an_old_transform_or_model_makes_rows_stale(lake: Lake, land: Land) -> None:
    land([NAMED, OTHER, BROKEN])
    lake.execute(
        "UPDATE core.transcripts SET model = 'boundary/1' WHERE transcript_id = ?", [OTHER.document_id]
    )
    for versions, stale in (
        (Versions("x", frozenset({"boundary/1"})), Stale(0, 0, 0)),
        (Versions("x", frozenset({"boundary/2"})), Stale(1, 1, 3)),
        (MADE_BY, Stale(1, 1, 3)),
        (TODAY, Stale(3, 2, 24)),
    ):
        assert count_stale(lake, versions) == stale
        assert len(listed(lake, versions)) == stale.documents
    assert count_stale(lake, MADE_BY, every=True).documents == 3


def test_a_document_without_text_is_not_stale_and_a_vanished_one_is(lake: Lake, land: Land) -> None:
    land([NAMED, BROKEN])
    lake.execute("UPDATE raw.documents SET text = NULL, encoding = NULL WHERE status = 'quarantined'")
    lake.execute("UPDATE raw.documents SET vanished_at = now() WHERE status = 'published'")
    assert [document.path for document in listed(lake)] == ["1.vtt"]


def test_only_the_last_revision_is_stale(lake: Lake, land: Land) -> None:
    land([OTHER])
    land([Source("2.vtt", "x y z")])
    assert [(document.revision, document.content) for document in listed(lake)] == [(2, b"x y z")]


def test_the_revision_that_is_shown_is_stale_when_the_last_one_has_no_text(lake: Lake, land: Land) -> None:
    land([OTHER])
    land([Source("2.vtt", "??", status="quarantined")])
    lake.execute("UPDATE raw.documents SET text = NULL, encoding = NULL WHERE revision = 2")
    assert [(document.revision, document.content) for document in listed(lake)] == [(1, b"x y")]
    land([OTHER], rebuild_run())
    rows = lake.execute("SELECT revision, status, run_id FROM raw.documents ORDER BY revision").fetchall()
    assert rows == [(1, "published", "run-9"), (2, "quarantined", "run-1")]
    assert lake.execute("SELECT revision FROM core.transcripts").fetchall() == [(1,)]


def test_a_rebuilt_document_takes_its_own_place(lake: Lake, land: Land) -> None:
    land([NAMED, OTHER])
    kept = "SELECT document_id, revision, stamp, sha256, ingested_at, vanished_at FROM raw.documents ORDER BY ALL"
    lake.execute("UPDATE raw.documents SET vanished_at = now() WHERE path = '2.vtt'")
    before, rows = lake.execute(kept).fetchall(), contents(lake)
    lake.execute("UPDATE core.sentences SET text = 'old'")
    lake.execute("UPDATE core.episodes SET title = 'old'")
    listed(lake)
    assert land([NAMED, OTHER], rebuild_run()) == Published(2, 2, n_bytes=8, rows_published=2 + 5 + 5)
    assert lake.execute(kept).fetchall() == before
    assert contents(lake) == rows
    assert lake.execute("SELECT DISTINCT run_id FROM raw.documents").fetchall() == [("run-9",)]
    runs = lake.execute("SELECT sources, n_published FROM quality.runs ORDER BY run_id").fetchall()
    assert runs == [(["file:///archive"], 2), (["lake:reprocess"], 2)]


def test_what_was_ingested_meanwhile_is_not_overwritten(lake: Lake, land: Land) -> None:
    land([NAMED, OTHER])
    listed(lake)
    land([Source("2.vtt", "x y z")], run_of("run-8"))
    assert land([NAMED, OTHER], rebuild_run()).n_documents == 1
    words = "SELECT string_agg(text, ' ' ORDER BY sentence) FROM core.sentences WHERE transcript_id = ?"
    assert lake.execute(words, [OTHER.document_id]).fetchall() == [("x y z",)]
    rows = lake.execute(
        "SELECT revision, run_id FROM raw.documents WHERE path = '2.vtt' ORDER BY 1"
    ).fetchall()
    assert rows == [(1, "run-1"), (2, "run-8")]


def test_what_another_rebuild_has_landed_is_left_alone(
    lake: Lake, land: Land, settings: Settings, tmp_path: Path
) -> None:
    land([NAMED, OTHER])
    listed(lake)
    with connect(settings, read_only=False) as other:
        listed(other)
        publish(other, settings, rebuild_run("run-8"), stage(tmp_path / "other", [NAMED], run_id="run-8"))
    assert land([NAMED, OTHER], rebuild_run()).n_documents == 1
    before = snapshots(lake)
    assert land([NAMED, OTHER], rebuild_run()) == Published()
    assert snapshots(lake) == before
    runs = lake.execute("SELECT run_id FROM raw.documents ORDER BY path").fetchall()
    assert runs == [("run-8",), ("run-9",)]


def test_a_document_that_is_held_back_now_loses_its_rows(lake: Lake, land: Land) -> None:
    land([PLAIN, NAMED, OTHER])
    listed(lake)
    held = [replace(source, status="quarantined") for source in (NAMED, OTHER)]
    assert land(held, rebuild_run()).n_quarantined == 2
    assert lake.execute("SELECT transcript_id, is_current FROM core.transcripts").fetchall() == [
        (PLAIN.document_id, True)
    ]
    assert lake.execute("SELECT title FROM core.episodes").fetchall() == [("1",)]
    assert count(lake, "core.sentences") == 4
    listed(lake)
    land([replace(PLAIN, status="quarantined")], rebuild_run("run-10"))
    assert [count(lake, f"core.{name}") for name in ("podcasts", "episodes", "sentences", "turns")] == [0] * 4
    assert count(lake, "raw.documents") == 3


def test_a_document_that_was_held_back_is_published_once_it_can_be_read(lake: Lake, land: Land) -> None:
    land([BROKEN])
    listed(lake)
    land([replace(BROKEN, status="published")], rebuild_run())
    assert lake.execute("SELECT revision, status, reason FROM raw.documents").fetchall() == [
        (1, "published", None)
    ]
    assert count(lake, "core.sentences") == 3


def test_a_rejected_rebuild_leaves_its_documents_as_they_were(lake: Lake, land: Land) -> None:
    land([NAMED, OTHER])
    listed(lake)
    before = contents(lake)
    assert land([NAMED, OTHER], rebuild_run(), rejection="no words").n_rejected == 2
    assert contents(lake) == before
    assert len(listed(lake)) == 2
    assert count(lake, "quality.batches WHERE status = 'rejected'") == 1


def test_a_text_that_does_not_give_its_bytes_is_left_out(lake: Lake, land: Land) -> None:
    land([NAMED, OTHER, BROKEN])
    lake.execute("UPDATE raw.documents SET text = text || '!' WHERE path = '2.vtt'")
    lake.execute("UPDATE raw.documents SET encoding = 'latin-1', text = '€' WHERE path = '3.txt'")
    damaged: list[str] = []
    found = list(rebuild.stale_documents(lake, TODAY, damaged.append))
    assert [document.path for document in found] == ["1.vtt"]
    assert sorted(damaged) == [OTHER.uri, BROKEN.uri]
