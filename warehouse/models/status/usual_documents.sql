/*
description: How many documents the runs before one landed, over the same sources; null where there were fewer than five.
owner: quality.runs
grain: one row
depends_on: quality.runs
*/
SELECT CASE WHEN count(*) >= 5 THEN median(n_documents) END AS usual_documents
FROM (
    SELECT earlier.n_documents
    FROM quality.runs AS earlier
    INNER JOIN quality.runs AS this ON earlier.sources = this.sources AND earlier.started_at < this.started_at
    WHERE this.run_id = $run_id AND earlier.status = 'finished'
    ORDER BY earlier.started_at DESC
    LIMIT 10
)
