from __future__ import annotations

import pickle
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

from tasks.publish import Published, StagedBatch, finish_run, publish
from tests.lakes import Source, contents, count, run_of, snapshots, stage
from warehouse.lake import connect
from warehouse.settings import Settings, load

PLAIN = Source("1.txt", "a b c d")
NAMED = Source("1.vtt", "a b c", title="The First", has_speakers=True)
OTHER = Source("2.vtt", "x y")
BROKEN = Source("3.bin", status="quarantined")

PUBLISH = """
import pickle, sys
from pathlib import Path
from tasks.publish import publish
from warehouse.lake import connect
settings, run, batches = pickle.loads(Path(sys.argv[1]).read_bytes())
lake = connect(settings, read_only=False)
print("ready", flush=True)
sys.stdin.readline()
for batch in batches:
    publish(lake, settings, run, batch)
"""


def publisher(
    settings: Settings, folder: Path, batches: Sequence[StagedBatch], run_id: str = "run-1"
) -> subprocess.Popen[str]:
    """Start a process that publishes the batches as soon as it is told to go."""
    job = folder / f"{run_id}.pickle"
    job.write_bytes(pickle.dumps((settings, run_of(run_id), batches)))
    command = [sys.executable, "-c", PUBLISH, str(job)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("go\n")
    process.stdin.flush()


def test_batch_lands_in_every_table(
    lake: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    published = publish(lake, settings, run_of(), stage(tmp_path, [NAMED, OTHER, BROKEN]))
    assert published == Published(
        n_documents=3,
        n_published=2,
        n_quarantined=1,
        n_bytes=len(NAMED.text + OTHER.text + BROKEN.text),
        rows_published=2 + 5 + 5,
    )
    statuses = lake.execute("SELECT path, status, revision FROM raw.documents ORDER BY path").fetchall()
    assert statuses == [("1.vtt", "published", 1), ("2.vtt", "published", 1), ("3.bin", "quarantined", 1)]
    assert count(lake, "core.sentences") == 5
    assert [count(lake, f"quality.{name}") for name in ("runs", "batches", "results", "quarantine")] == [
        1,
        1,
        1,
        1,
    ]


def test_publishing_again_adds_nothing_and_no_snapshot(
    lake: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    staged = stage(tmp_path, [NAMED, OTHER, BROKEN])
    publish(lake, settings, run_of(), staged)
    before = snapshots(lake), contents(lake)
    assert publish(lake, settings, run_of(), staged) == Published()
    assert (
        publish(lake, settings, run_of("run-2"), stage(tmp_path / "2", [OTHER, NAMED], run_id="run-2"))
        == Published()
    )
    assert (snapshots(lake), contents(lake)) == before
    assert count(lake, "quality.batches") == 1


def test_only_the_new_documents_of_a_batch_land(
    lake: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    publish(lake, settings, run_of(), stage(tmp_path / "1", [NAMED]))
    published = publish(lake, settings, run_of(), stage(tmp_path / "2", [NAMED, OTHER], batch=1))
    assert (published.n_documents, published.rows_published) == (1, 5)
    assert count(lake, "core.sentences") == 5


def test_changed_document_replaces_its_own_rows_alone(
    lake: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    publish(lake, settings, run_of(), stage(tmp_path / "1", [NAMED, OTHER]))
    before = contents(lake)
    publish(lake, settings, run_of(), stage(tmp_path / "2", [Source("2.vtt", "x y z")], batch=1))
    after = contents(lake)
    words = lake.execute(
        "SELECT path, string_agg(s.text, ' ' ORDER BY sentence) FROM core.sentences AS s "
        "JOIN raw.documents AS d ON transcript_id = document_id WHERE revision = 2 GROUP BY path"
    ).fetchall()
    assert words == [("2.vtt", "x y z")]
    for table in ("core.turns", "core.sentences", "core.transcripts"):
        assert {row for row in before[table] if row[0] == NAMED.document_id} < set(after[table])
    assert (after["core.episodes"], after["core.podcasts"]) == (
        before["core.episodes"],
        before["core.podcasts"],
    )
    assert lake.execute("SELECT revision FROM core.transcripts ORDER BY ALL").fetchall() == [(1,), (2,)]


def test_document_that_breaks_keeps_its_last_good_rows_until_it_is_mended(
    lake: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    publish(lake, settings, run_of(), stage(tmp_path / "1", [OTHER]))
    before = contents(lake)["core.sentences"]
    publish(
        lake,
        settings,
        run_of(),
        stage(tmp_path / "2", [Source("2.vtt", "??", status="quarantined")], batch=1),
    )
    assert contents(lake)["core.sentences"] == before
    publish(lake, settings, run_of(), stage(tmp_path / "3", [Source("2.vtt", "well again now")], batch=2))
    assert lake.execute("SELECT text FROM core.sentences ORDER BY sentence").fetchall() == [
        ("well",),
        ("again",),
        ("now",),
    ]
    assert lake.execute("SELECT revision, status FROM raw.documents ORDER BY 1").fetchall() == [
        (1, "published"),
        (2, "quarantined"),
        (3, "published"),
    ]


def test_episode_is_described_by_all_its_documents_and_has_one_current_transcript(
    lake: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    publish(lake, settings, run_of(), stage(tmp_path / "1", [PLAIN]))
    assert lake.execute("SELECT title FROM core.episodes").fetchall() == [("1",)]
    publish(lake, settings, run_of(), stage(tmp_path / "2", [NAMED], batch=1))
    assert lake.execute("SELECT title FROM core.episodes").fetchall() == [("The First",)]
    current = lake.execute("SELECT transcript_id FROM core.transcripts WHERE is_current").fetchall()
    assert current == [(NAMED.document_id,)]


def test_episode_keeps_one_current_transcript_when_a_document_breaks_beside_its_twin(
    lake: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    publish(lake, settings, run_of(), stage(tmp_path / "1", [NAMED, PLAIN]))
    broken = Source("1.vtt", "??", status="quarantined")
    publish(lake, settings, run_of(), stage(tmp_path / "2", [broken, Source("1.txt", "changed")], batch=1))
    current = lake.execute("SELECT transcript_id FROM core.transcripts WHERE is_current").fetchall()
    assert current == [(NAMED.document_id,)]


def test_rows_are_the_same_whatever_the_batches(tmp_path: Path) -> None:
    def landed(name: str, *batches: list[Source]) -> dict[str, list[tuple[object, ...]]]:
        settings = load(lake=tmp_path / name)
        with connect(settings, read_only=False) as lake:
            for batch, sources in enumerate(batches):
                publish(lake, settings, run_of(), stage(tmp_path / f"{name}-{batch}", sources, batch=batch))
            return contents(lake)

    at_once = landed("at once", [PLAIN, NAMED, OTHER, BROKEN])
    assert landed("in order", [PLAIN], [NAMED], [OTHER, BROKEN]) == at_once
    assert landed("reversed", [BROKEN, OTHER], [NAMED], [PLAIN]) == at_once


def test_rejected_batch_leaves_no_trace_in_the_core_tables(
    lake: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    publish(lake, settings, run_of(), stage(tmp_path / "1", [OTHER]))
    before = contents(lake)
    changed = Source("2.vtt", "changed")
    published = publish(
        lake, settings, run_of(), stage(tmp_path / "2", [NAMED, changed], batch=1, rejection="no words")
    )
    assert (published.n_rejected, published.rows_published) == (2, 0)
    after = contents(lake)
    assert all(after[table] == before[table] for table in after if table.startswith("core."))
    rows = lake.execute(
        "SELECT path, revision, reason FROM raw.documents WHERE status = 'rejected' ORDER BY 1"
    ).fetchall()
    assert rows == [("1.vtt", 1, "no words"), ("2.vtt", 2, "no words")]
    held = lake.execute(
        "SELECT table_name, document_id, detail FROM quality.quarantine WHERE rule = 'batch-rejected'"
    ).fetchall()
    assert sorted(held) == sorted(
        ("raw.documents", source.document_id, "no words") for source in (NAMED, changed)
    )
    assert lake.execute("SELECT status FROM quality.batches ORDER BY batch").fetchall() == [
        ("published",),
        ("rejected",),
    ]


def test_rejected_documents_are_replaced_when_tried_again(
    lake: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    rejected = stage(tmp_path / "1", [NAMED], rejection="no words")
    assert publish(lake, settings, run_of(), rejected).n_rejected == 1
    assert publish(lake, settings, run_of(), rejected) == Published()
    publish(lake, settings, run_of("run-2"), stage(tmp_path / "2", [NAMED], run_id="run-2"))
    assert lake.execute("SELECT revision, status, reason, run_id FROM raw.documents").fetchall() == [
        (1, "published", None, "run-2")
    ]


def test_run_row_adds_up_its_batches_and_ends_finished(
    lake: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path
) -> None:
    publish(lake, settings, run_of(), stage(tmp_path / "1", [NAMED, BROKEN]))
    publish(lake, settings, run_of(), stage(tmp_path / "2", [OTHER], batch=1))
    facts = "SELECT n_documents, n_published, n_quarantined, status, stages FROM quality.runs"
    assert lake.execute(facts).fetchall() == [(3, 2, 1, "running", "{}")]
    finish_run(lake, settings, run_of(), {"parse": 1.5})
    assert lake.execute(facts).fetchall() == [(3, 2, 1, "finished", '{"parse": 1.5}')]
    before = snapshots(lake)
    finish_run(lake, settings, run_of("run-that-landed-nothing"), {})
    assert snapshots(lake) == before


def test_snapshot_names_its_run(lake: duckdb.DuckDBPyConnection, settings: Settings, tmp_path: Path) -> None:
    publish(lake, settings, run_of(), stage(tmp_path, [NAMED]))
    last = lake.execute(
        "SELECT author, commit_message, commit_extra_info FROM lake.snapshots() ORDER BY snapshot_id DESC"
    ).fetchone()
    assert last == ("podlake", "publish batch 0", '{"run_id": "run-1", "batch": 0}')


def test_two_runs_that_publish_the_same_at_once_land_it_once(settings: Settings, tmp_path: Path) -> None:
    def batches(run_id: str) -> list[StagedBatch]:
        return [
            stage(tmp_path / f"{run_id}-{batch}", [source], batch=batch, run_id=run_id)
            for batch, source in enumerate((PLAIN, NAMED, OTHER))
        ]

    with (
        publisher(settings, tmp_path, batches("run-1"), "run-1") as first,
        publisher(settings, tmp_path, batches("run-2"), "run-2") as second,
    ):
        go(first)
        go(second)
    assert (first.returncode, second.returncode) == (0, 0)
    with connect(settings) as lake:
        assert count(lake, "raw.documents") == 3
        assert count(lake, "core.sentences") == 4 + 3 + 2
        assert lake.execute("SELECT sum(n_documents) FROM quality.runs").fetchall() == [(3,)]


def test_kills_at_any_moment_followed_by_a_rerun_end_in_the_same_rows(
    settings: Settings, tmp_path: Path
) -> None:
    versions = [[PLAIN, OTHER], [NAMED, BROKEN], [Source("1.txt", "changed words"), Source("4.srt", "new")]]
    batches = [stage(tmp_path / str(batch), sources, batch=batch) for batch, sources in enumerate(versions)]
    undisturbed = load(lake=tmp_path / "undisturbed")
    with connect(undisturbed, read_only=False) as lake:
        for batch in batches:
            publish(lake, undisturbed, run_of(), batch)
        expected = contents(lake)
    for delay_s in (0.02, 0.1, 0.18, 0.26):
        # The last batch changes a document of the first, so that only the rerun may publish it.
        with publisher(settings, tmp_path, batches[:2]) as process:
            go(process)
            time.sleep(delay_s)
            process.kill()
    with publisher(settings, tmp_path, batches) as process:
        go(process)
    assert process.returncode == 0
    with connect(settings) as lake:
        assert contents(lake) == expected
