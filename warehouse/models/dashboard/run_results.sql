/*
description: What each check found in one run, over its batches, failures first.
owner: quality.results
grain: table_name, rule
depends_on: quality.results
*/
WITH results AS (
    SELECT
        table_name,
        rule,
        severity,
        CASE
            WHEN bool_or(status = 'errored') THEN 'errored'
            WHEN bool_or(status = 'failed') THEN if(severity = 'critical', 'failed', 'warned')
            WHEN sum(n_rows) = 0 THEN 'skipped'
            ELSE 'passed'
        END AS status,
        sum(n_rows)::BIGINT AS n_looked_at,
        sum(n_unexpected)::BIGINT AS n_unexpected,
        any_value(why) AS why
    FROM quality.results
    WHERE run_id = $run_id
    GROUP BY table_name, rule, severity
)

SELECT
    table_name,
    rule,
    severity,
    status,
    n_looked_at,
    n_unexpected,
    why
FROM results
ORDER BY
    CASE status WHEN 'errored' THEN 0 WHEN 'failed' THEN 1 WHEN 'warned' THEN 2 WHEN 'passed' THEN 3 ELSE 4 END,
    table_name,
    rule
