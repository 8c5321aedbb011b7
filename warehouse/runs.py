"""What the lake tells about its runs: how they went, what they held back, and how much they brought."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

import duckdb

from warehouse.lake import connect
from warehouse.settings import Settings

_RECENT_RUNS = 10


@dataclass(frozen=True, slots=True)
class Volume:
    """What the last runs landed together."""

    n_documents: int
    n_words: int
    n_bytes: int


def recent_volume(lake: duckdb.DuckDBPyConnection) -> Volume:
    """Sum up what the last ten runs landed and the lake still holds."""
    row = lake.execute(
        """
        SELECT count(*), coalesce(sum(transcripts.n_words), 0)::BIGINT, coalesce(sum(documents.n_bytes), 0)::BIGINT
        FROM core.transcripts AS transcripts
        JOIN raw.documents AS documents
            ON documents.document_id = transcripts.transcript_id AND documents.revision = transcripts.revision
        WHERE documents.run_id IN (SELECT run_id FROM quality.runs ORDER BY started_at DESC LIMIT ?)
        """,
        [_RECENT_RUNS],
    ).fetchone()
    return Volume(*row) if row else Volume(0, 0, 0)


def held_back(lake: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, int]:
    """Count what a run held back, by table and rule, most first."""
    rows = lake.execute(
        """
        SELECT table_name || ': ' || rule, count(*)
        FROM quality.quarantine WHERE run_id = ?
        GROUP BY ALL ORDER BY count(*) DESC, 1
        """,
        [run_id],
    ).fetchall()
    return dict(rows)


def landed(lake: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Count the rows of every core table."""
    tables = ("podcasts", "episodes", "transcripts", "turns", "sentences", "segments", "sounds")
    counts = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM core.{table}" for table in tables)
    return dict(lake.execute(counts).fetchall())


def status_of(settings: Settings) -> dict[str, object]:
    """Tell what is in the lake: rows, documents by status, what is held back, snapshots and the last runs."""
    with closing(connect(settings)) as lake:
        documents = lake.execute(
            """
            SELECT CASE WHEN vanished_at IS NULL THEN status ELSE 'vanished' END, count(*)
            FROM (
                SELECT status, vanished_at FROM raw.documents
                QUALIFY row_number() OVER (PARTITION BY document_id ORDER BY revision DESC) = 1
            ) AS latest
            GROUP BY 1 ORDER BY 1
            """
        ).fetchall()
        snapshots = lake.execute(
            "SELECT count(*), max(snapshot_time) FROM ducklake_snapshots('lake')"
        ).fetchone()
        runs = records(
            lake.execute(
                """
                SELECT run_id, started_at, status, n_documents, n_published, n_quarantined, n_bytes
                FROM quality.runs ORDER BY started_at DESC LIMIT ?
                """,
                [_RECENT_RUNS],
            )
        )
        return {
            "lake": str(settings.lake.resolve()),
            "documents": dict(documents),
            "rows": landed(lake),
            "snapshots": snapshots[0] if snapshots else 0,
            "last_change_at": snapshots[1] if snapshots else None,
            "runs": runs,
        }


def quality_of(
    settings: Settings, *, run_id: str | None = None, rule: str | None = None
) -> list[dict[str, object]]:
    """Return what the rules found: in one run (the last one by default), or of one rule over all runs."""
    with closing(connect(settings)) as lake:
        last = "(SELECT max(run_id) FROM quality.results)"
        return records(
            lake.execute(
                f"""
                WITH found AS (SELECT
                    {"run_id," if rule else ""}
                    table_name,
                    rule,
                    severity,
                    CASE WHEN bool_or(status = 'errored') THEN 'errored'
                        WHEN bool_or(status = 'failed') THEN 'failed' ELSE 'passed' END AS status,
                    sum(n_rows)::BIGINT AS n_rows,
                    sum(n_unexpected)::BIGINT AS n_unexpected,
                    any_value(why) AS why
                FROM quality.results
                WHERE CASE WHEN $rule IS NOT NULL THEN rule = $rule ELSE run_id = coalesce($run_id, {last}) END
                GROUP BY ALL)
                SELECT * FROM found
                ORDER BY {"run_id DESC," if rule else ""} status = 'passed', n_unexpected DESC, table_name, rule
                """,
                {"run_id": run_id, "rule": rule},
            )
        )


def records(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, object]]:
    """Return the rows of a small answer by their columns' names."""
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
