/*
description: What each rule found in one run, over its batches; the last run where none is named.
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
            WHEN bool_or(status = 'failed') THEN 'failed'
            ELSE 'passed'
        END AS status,
        sum(n_rows)::BIGINT AS n_rows,
        sum(n_unexpected)::BIGINT AS n_unexpected,
        any_value(why) AS why
    FROM quality.results
    WHERE run_id = coalesce($run_id, (SELECT max(run_id) FROM quality.results))
    GROUP BY table_name, rule, severity
)

SELECT
    table_name,
    rule,
    severity,
    status,
    n_rows,
    n_unexpected,
    why
FROM results
ORDER BY status = 'passed' ASC, n_unexpected DESC, table_name ASC, rule ASC
