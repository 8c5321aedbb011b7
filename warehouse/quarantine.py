"""What is held back: rows with the reasons, and the whole story of one of them."""

from __future__ import annotations

from contextlib import closing

from warehouse.errors import QueryError
from warehouse.lake import connect
from warehouse.runs import records
from warehouse.settings import Settings

# A document heals when a later revision lands; then what an earlier run held back of it is history.
_HELD = """
    WITH latest AS (
        SELECT document_id, arg_max(run_id, revision) AS run_id, arg_max(batch, revision) AS batch
        FROM raw.documents
        GROUP BY document_id
    )

    SELECT
        held.run_id,
        held.table_name,
        held.row_key,
        held.document_id,
        held.rule,
        held.detail,
        held.uri,
        held.quarantined_at,
        latest.run_id IS NULL AS is_healed
    FROM quality.quarantine AS held
    LEFT JOIN latest
        ON held.document_id = latest.document_id AND held.run_id = latest.run_id AND held.batch = latest.batch
"""


def held_rows(
    settings: Settings, *, run_id: str | None = None, rule: str | None = None, every: bool = False
) -> list[dict[str, object]]:
    """List what is held back, latest run first.

    Args:
        settings: Names the lake.
        run_id: Only what this run held back.
        rule: Only what breaks this rule.
        every: Also what a later revision of its document has healed.
    """
    with closing(connect(settings)) as lake:
        return records(
            lake.execute(
                f"""
                SELECT table_name, row_key, rule, detail, uri, run_id, is_healed FROM ({_HELD}) AS held
                WHERE ($run_id IS NULL OR run_id = $run_id) AND ($rule IS NULL OR rule = $rule)
                    AND ($every OR NOT is_healed)
                ORDER BY run_id DESC, uri, table_name, row_key, rule
                """,
                {"run_id": run_id, "rule": rule, "every": every},
            )
        )


def held_row(settings: Settings, key: str) -> list[dict[str, object]]:
    """Tell the whole story of the rows held back under a row key, a document id, or the end of a path or uri.

    Raises:
        QueryError: Nothing is held back under the key.
    """
    with closing(connect(settings)) as lake:
        found = records(
            lake.execute(
                f"""
                SELECT
                    held.*,
                    document.podcast,
                    document.path,
                    document.revision,
                    document.format,
                    document.encoding,
                    document.n_bytes,
                    document.sha256,
                    document.issues,
                    document.version,
                    quarantine.row
                FROM ({_HELD}) AS held
                JOIN quality.quarantine AS quarantine USING (run_id, table_name, row_key, document_id, rule)
                LEFT JOIN raw.documents AS document
                    ON held.document_id = document.document_id AND held.run_id = document.run_id
                WHERE $key IN (held.row_key, held.document_id)
                    OR ends_with(document.path, $key) OR ends_with(held.uri, $key)
                ORDER BY held.run_id DESC, held.table_name, held.row_key, held.rule
                """,
                {"key": key},
            )
        )
    if not found:
        raise QueryError(
            f"nothing is held back under {key!r}", remedy="Look for its key with podlake quarantine list."
        )
    return found
