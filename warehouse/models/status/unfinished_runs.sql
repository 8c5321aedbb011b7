/*
description: The last 30 runs before one that have not finished, the oldest first: at work, or killed.
owner: quality.runs
grain: run_id
depends_on: quality.runs, $run_id
*/
SELECT run_id
FROM (
    SELECT run_id
    FROM quality.runs
    WHERE status = 'running' AND run_id < $run_id
    ORDER BY run_id DESC
    LIMIT 30
)
ORDER BY run_id
