/*
description: Which of the ten runs before one have not finished, the oldest first: at work, or killed. Older ones are left in peace, or each
    run would look at all that were ever killed.
owner: quality.runs
grain: run_id
depends_on: quality.runs, $run_id
*/
SELECT run_id
FROM (
    SELECT
        run_id,
        status
    FROM quality.runs
    WHERE run_id < $run_id
    ORDER BY run_id DESC
    LIMIT 10
)
WHERE status = 'running'
ORDER BY run_id
