/*
description: Each check with what it found in the last run that had rows to look at, and how often it failed in the last runs.
owner: quality.results
grain: table_name, rule
depends_on: quality.results
*/
WITH looked AS (
    SELECT
        table_name,
        rule,
        run_id,
        any_value(column_name) AS column_name,
        any_value(severity) AS severity,
        any_value(why) AS why,
        sum(n_rows)::BIGINT AS n_looked_at,
        sum(n_unexpected)::BIGINT AS n_unexpected,
        any_value(observed) FILTER (WHERE observed IS NOT NULL) AS observed,
        CASE
            WHEN bool_or(status = 'errored') THEN 'errored'
            WHEN bool_or(status = 'failed') THEN if(any_value(severity) = 'critical', 'failed', 'warned')
            WHEN sum(n_rows) = 0 THEN 'skipped'
            ELSE 'passed'
        END AS status
    FROM quality.results
    WHERE
        ($table_name IS NULL OR table_name = $table_name)
        AND run_id IN (SELECT run_id FROM quality.runs ORDER BY started_at DESC LIMIT 60)
    GROUP BY table_name, rule, run_id
),

checks AS (
    SELECT
        table_name,
        rule,
        arg_max(column_name, run_id) AS column_name,
        arg_max(severity, run_id) AS severity,
        coalesce(arg_max(status, run_id) FILTER (WHERE status <> 'skipped'), 'skipped') AS status,
        coalesce(max(run_id) FILTER (WHERE status <> 'skipped'), max(run_id)) AS run_id,
        arg_max(n_looked_at, run_id) FILTER (WHERE status <> 'skipped') AS n_looked_at,
        arg_max(n_unexpected, run_id) FILTER (WHERE status <> 'skipped') AS n_unexpected,
        arg_max(observed, run_id) AS observed,
        count(*) AS n_runs,
        count_if(status IN ('failed', 'warned', 'errored')) AS n_bad_runs,
        arg_max(why, run_id) AS why
    FROM looked
    GROUP BY table_name, rule
)

SELECT
    table_name,
    rule,
    column_name,
    severity,
    status,
    run_id,
    n_looked_at,
    n_unexpected,
    observed,
    n_runs,
    n_bad_runs,
    why
FROM checks
ORDER BY list_position(['errored', 'failed', 'warned'], status) ASC NULLS LAST, table_name ASC, rule ASC
