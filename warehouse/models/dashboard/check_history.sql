/*
description: What one check found in each of the last runs, the last one first.
owner: quality.results
grain: run_id
depends_on: quality.results, quality.runs
*/
SELECT
    results.run_id,
    min(runs.started_at) AS started_at,
    any_value(results.severity) AS severity,
    any_value(results.column_name) AS column_name,
    any_value(results.why) AS why,
    CASE
        WHEN bool_or(results.status = 'errored') THEN 'errored'
        WHEN bool_or(results.status = 'failed') THEN if(any_value(results.severity) = 'critical', 'failed', 'warned')
        WHEN sum(results.n_rows) = 0 THEN 'skipped'
        ELSE 'passed'
    END AS status,
    sum(results.n_rows)::BIGINT AS n_looked_at,
    sum(results.n_unexpected)::BIGINT AS n_unexpected,
    avg(try_cast(results.observed AS DOUBLE)) FILTER (WHERE isfinite(try_cast(results.observed AS DOUBLE))) AS observed,
    any_value(results.error) AS error
FROM quality.results AS results
INNER JOIN quality.runs AS runs ON results.run_id = runs.run_id
WHERE results.table_name = $table_name AND results.rule = $rule
GROUP BY results.run_id
ORDER BY started_at DESC
LIMIT $limit
