/*
description: What is held back, and whether a later revision of its document has healed it, or the document is gone from its source.
owner: quality.quarantine
grain: run_id, batch, table_name, row_key, rule
depends_on: quality.quarantine, raw.documents
*/
WITH latest AS (
    SELECT
        document_id,
        arg_max(run_id, revision) AS run_id,
        arg_max(batch, revision) AS batch
    FROM raw.documents
    GROUP BY document_id
    HAVING arg_max(vanished_at IS NULL, revision)
)

SELECT
    held.table_name,
    held.row_key,
    held.rule,
    held.detail,
    held.uri,
    held.run_id,
    latest.run_id IS NULL AS is_healed
FROM quality.quarantine AS held
LEFT JOIN latest
    ON held.document_id = latest.document_id AND held.run_id = latest.run_id AND held.batch = latest.batch
WHERE
    ($run_id IS NULL OR held.run_id = $run_id)
    AND ($rule IS NULL OR held.rule = $rule)
    AND ($every OR latest.run_id IS NOT NULL)
ORDER BY held.run_id DESC, held.uri ASC, held.table_name ASC, held.row_key ASC, held.rule ASC
