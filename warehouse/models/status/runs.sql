/*
description: The last ten runs that landed anything.
owner: quality.runs
grain: run_id
depends_on: quality.runs
*/
SELECT
    run_id,
    started_at,
    status,
    n_documents,
    n_published,
    n_quarantined,
    n_bytes
FROM quality.runs
ORDER BY started_at DESC
LIMIT 10
