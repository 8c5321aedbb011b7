/*
description: Runs, the last one first, with how many rows they held back, and how many documents the ten runs before over
    the same sources read on average.
owner: quality.runs
grain: run_id
depends_on: quality.runs, quality.batches, quality.quarantine
*/
WITH held AS (
    SELECT
        run_id,
        count(*) AS n_batches,
        sum(rows_in)::BIGINT AS rows_in,
        sum(rows_published)::BIGINT AS rows_published,
        sum(rows_quarantined)::BIGINT AS rows_quarantined
    FROM quality.batches
    GROUP BY run_id
),

unsupported AS (
    SELECT
        run_id,
        count(DISTINCT document_id) AS n_documents
    FROM quality.quarantine
    WHERE rule = 'unsupported'
    GROUP BY run_id
),

listed AS (
    SELECT
        *,
        avg(n_documents) OVER (
            PARTITION BY sources ORDER BY started_at ROWS BETWEEN 10 PRECEDING AND 1 PRECEDING
        ) AS usual_documents,
        count(*) OVER (
            PARTITION BY sources ORDER BY started_at ROWS BETWEEN 10 PRECEDING AND 1 PRECEDING
        ) AS n_earlier
    FROM quality.runs
)

SELECT
    listed.run_id,
    listed.started_at,
    listed.updated_at,
    listed.status,
    listed.sources,
    listed.n_documents,
    listed.n_published,
    listed.n_quarantined,
    coalesce(unsupported.n_documents, 0) AS n_unsupported,
    listed.n_bytes,
    listed.stages,
    listed.podlake_version,
    CASE WHEN listed.n_earlier >= 5 THEN listed.usual_documents END AS usual_documents,
    coalesce(held.n_batches, 0) AS n_batches,
    coalesce(held.rows_in, 0) AS rows_in,
    coalesce(held.rows_published, 0) AS rows_published,
    coalesce(held.rows_quarantined, 0) AS rows_quarantined,
    count(*) OVER () AS n_rows
FROM listed
LEFT JOIN held ON listed.run_id = held.run_id
LEFT JOIN unsupported ON listed.run_id = unsupported.run_id
WHERE $run_id IS NULL OR listed.run_id = $run_id
ORDER BY listed.started_at DESC
LIMIT $limit OFFSET $offset
