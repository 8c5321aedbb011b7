/*
description: What a run held back, by table and rule, most first.
owner: quality.quarantine
grain: reason
depends_on: quality.quarantine
*/
SELECT
    table_name || ': ' || rule AS reason,
    count(*) AS n_rows
FROM quality.quarantine
WHERE run_id = $run_id
GROUP BY reason
ORDER BY n_rows DESC, reason ASC
