/*
description: What each table received on each of the last days, and the worst that its checks found: critical checks that
    failed hold rows back, the others warn.
owner: quality.results
grain: table_name, day
depends_on: quality.results, quality.batches, quality.runs
*/
WITH results AS (
    SELECT
        run_id,
        batch,
        table_name,
        coalesce(sum(n_rows) FILTER (WHERE rule = 'columns-as-declared'), 0)::BIGINT AS n_rows,
        max(CASE
            WHEN status = 'errored' THEN 3
            WHEN status = 'failed' AND severity = 'critical' THEN 2
            WHEN status = 'failed' THEN 1
            ELSE 0
        END) AS badness
    FROM quality.results
    WHERE $table_name IS NULL OR table_name = $table_name
    GROUP BY run_id, batch, table_name
),

dated AS (
    SELECT
        results.table_name,
        coalesce(batches.published_at, runs.updated_at)::DATE AS day,
        results.n_rows,
        results.badness
    FROM results
    INNER JOIN quality.runs AS runs ON results.run_id = runs.run_id
    -- What is checked once a run belongs to no batch.
    LEFT JOIN quality.batches AS batches ON results.run_id = batches.run_id AND results.batch = batches.batch
)

SELECT
    table_name,
    day,
    sum(n_rows)::BIGINT AS n_rows,
    CASE max(badness) WHEN 3 THEN 'errored' WHEN 2 THEN 'failed' WHEN 1 THEN 'warned' ELSE 'passed' END AS status
FROM dated
WHERE day >= $since
GROUP BY table_name, day
ORDER BY table_name, day
