/*
description: What quality.quarantine says of the documents of a rejected batch.
grain: document_id
depends_on: fresh, $run_id, $batch
*/
SELECT
    $run_id AS run_id,
    $batch AS batch,
    'raw.documents' AS table_name,
    document_id AS row_key,
    document_id,
    uri,
    'batch-rejected' AS rule,
    reason AS detail,
    NULL AS "row",
    now() AS quarantined_at
FROM fresh
WHERE status = 'rejected'
