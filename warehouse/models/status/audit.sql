/*
description: The audit of one run as Prefect's table artifact shows it.
owner: quality.results
grain: table_name, rule
depends_on: quality.results
*/
SELECT
    table_name AS "table",
    rule,
    severity,
    sum(n_rows)::BIGINT AS "rows",
    sum(n_unexpected)::BIGINT AS unexpected,
    count_if(status <> 'passed') AS "batches failed"
FROM quality.results
WHERE run_id = $run_id
GROUP BY table_name, rule, severity
ORDER BY "batches failed" DESC, unexpected DESC, table_name ASC, rule ASC
