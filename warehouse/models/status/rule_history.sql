/*
description: What one rule found in every run, the last one first.
owner: quality.results
grain: run_id, table_name
depends_on: quality.results
*/
SELECT
    run_id,
    table_name,
    rule,
    severity,
    CASE
        WHEN bool_or(status = 'errored') THEN 'errored'
        WHEN bool_or(status = 'failed') THEN 'failed'
        ELSE 'passed'
    END AS status,
    sum(n_rows)::BIGINT AS n_rows,
    sum(n_unexpected)::BIGINT AS n_unexpected
FROM quality.results
WHERE rule = $rule
GROUP BY run_id, table_name, rule, severity
ORDER BY run_id DESC, table_name ASC
