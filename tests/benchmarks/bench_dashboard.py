"""The dashboard of a lake of a million sentences and 1,000 runs: server time and size of each kind of page, and its export.

python tests/benchmarks/bench_dashboard.py [--sentences 1000000] [--runs 1000] [--lake FOLDER]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from contextlib import closing
from pathlib import Path

from starlette.testclient import TestClient

from flows.dashboard import checks, export
from tests.benchmarks.bench_queries import fill
from warehouse.dashboard.app import application
from warehouse.dashboard.export import paths
from warehouse.dashboard.reader import Reader
from warehouse.lake import connect
from warehouse.settings import Settings, load
from warehouse.terms import count_terms

_RUNS = (
    """INSERT INTO quality.runs BY NAME SELECT
        strftime(now() - INTERVAL 1 HOUR * range, '%Y%m%dT%H%M%S') || '-' || lpad(range::VARCHAR, 6, '0') AS run_id,
        now() - INTERVAL 1 HOUR * range AS started_at, started_at + INTERVAL 5 MINUTE AS updated_at, 'finished' AS status,
        ['file:///archive'] AS sources, (20 + hash(range) % 10)::INTEGER AS n_documents, 20 AS n_published,
        (n_documents - 20)::INTEGER AS n_quarantined, 2000000 AS n_bytes,
        '{"seconds": {"parse": 1.0, "total": 2.0}, "cpu_seconds": {"parse": 1.0, "total": 2.0}}' AS stages, '0.1.0' AS podlake_version
    FROM range($runs)""",
    """INSERT INTO quality.batches BY NAME SELECT
        run_id, 0 AS batch, 'published' AS status, n_documents, n_bytes, 10000 AS rows_in, 9900 AS rows_published,
        100 AS rows_quarantined, updated_at AS published_at
    FROM quality.runs""",
    """INSERT INTO quality.quarantine BY NAME SELECT
        run_id, 0 AS batch, 'raw.documents' AS table_name, run_id || '-' || i || '/1' AS row_key, run_id || '-' || i AS document_id,
        'file:///archive/' || document_id AS uri, ['empty', 'no-timings', 'unsupported'][1 + i % 3] AS rule,
        'nothing is said in it' AS detail, updated_at AS quarantined_at
    FROM quality.runs, range(n_quarantined) AS held (i) WHERE run_id > strftime(now() - INTERVAL 10 DAY, '%Y%m%d')""",
    """INSERT INTO raw.documents BY NAME SELECT
        document_id, 1 AS revision, 'p1' AS podcast_id, document_id AS episode_id, 'Podcast 1' AS podcast, document_id || '.txt' AS path,
        uri, '' AS stamp, '' AS sha256, 100 AS n_bytes, 'text' AS format, [] AS issues, repeat('words ', 50) AS text, [] AS persons,
        'quarantined' AS status, rule AS reason, run_id, 0 AS batch, '3' AS version, quarantined_at AS ingested_at
    FROM quality.quarantine""",
)
_RESULT = """INSERT INTO quality.results BY NAME SELECT
    run_id, 0 AS batch, $table AS table_name, $rule AS rule, $column AS column_name, $severity AS severity,
    CASE WHEN hash(run_id || $rule) % 200 = 0 THEN 'failed' ELSE 'passed' END AS status, 1000 AS n_rows,
    CASE WHEN status = 'failed' THEN 3 ELSE 0 END AS n_unexpected, $why AS why
FROM quality.runs"""
_REPEATS = 5


def run_often(settings: Settings, n_runs: int) -> None:
    """Add what ``n_runs`` runs would have left, one an hour: their checks, and what they held back in ten days."""
    with closing(connect(settings, read_only=False)) as lake:
        lake.execute("BEGIN")
        for statement in _RUNS:
            lake.execute(statement, {"runs": n_runs} if "$runs" in statement else None)
        for check in checks():
            named = {"table": check.table, "rule": check.rule, "column": check.column}
            lake.execute(_RESULT, named | {"severity": check.severity, "why": check.why})
        lake.execute("COMMIT")


def served(settings: Settings) -> None:
    """Tell the least server time of the first page of each kind, new to the server and seen before, and its size."""
    with closing(Reader(settings)) as reader, reader.look() as look:
        kinds = {(path.count("/"), path.split("/")[1]): path for path in reversed(paths(look, checks()))}
    for path in kinds.values():
        with TestClient(application(settings, checks())) as client:
            client.get("/health")
            times = []
            for _ in range(_REPEATS):
                begin = time.perf_counter()
                answer = client.get(path)
                times.append((time.perf_counter() - begin) * 1000)
        first, later = times[0], min(times[1:])
        print(
            f"{first:8.1f} ms first {later:7.1f} ms again {len(answer.content) / 1024:7.1f} KB  {path}",
            flush=True,
        )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sentences", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument(
        "--lake", type=Path, help="a lake that an earlier run made; made there if there is none"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        settings = load(lake=arguments.lake or Path(scratch) / "lake")
        if not (settings.lake / "catalog.sqlite").exists():
            fill(settings, arguments.sentences)
            run_often(settings, arguments.runs)
            count_terms(settings)
        served(settings)
        begin, used = time.perf_counter(), time.process_time()
        n_pages = export(settings, Path(scratch) / "pages")
        print(
            f"export: {n_pages} pages in {time.perf_counter() - begin:.1f} s, {time.process_time() - used:.1f} CPU s"
        )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
