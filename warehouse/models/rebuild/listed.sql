/*
description: What is stale, in chunks of about $chunk_bytes, each from one batch and so from one file.
grain: document_id
depends_on: stale
*/
WITH placed AS (
    SELECT
        *,
        sum(n_bytes) OVER (PARTITION BY run_id, batch ORDER BY document_id) - n_bytes AS n_before
    FROM stale
)

SELECT
    * EXCLUDE (n_before),
    dense_rank() OVER (ORDER BY run_id, batch, n_before // $chunk_bytes) - 1 AS chunk
FROM placed
