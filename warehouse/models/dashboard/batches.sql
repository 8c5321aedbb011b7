/*
description: The batches of one run.
owner: quality.batches
grain: batch
depends_on: quality.batches
*/
SELECT
    batch,
    status,
    n_documents,
    n_bytes,
    rows_in,
    rows_published,
    rows_quarantined,
    published_at
FROM quality.batches
WHERE run_id = $run_id
ORDER BY batch
LIMIT $limit
