/*
description: Documents of which something is held back, latest run first; with all of them where healed ones are wanted too.
owner: quality.quarantine
grain: run_id, document_id, table_name, rule
depends_on: quality.quarantine, raw.documents
*/
WITH latest AS (
    SELECT
        document_id,
        any_value(podcast) AS podcast,
        any_value(path) AS path,
        arg_max(run_id, revision) AS run_id,
        arg_max(batch, revision) AS batch,
        arg_max(vanished_at IS NOT NULL, revision) AS is_gone
    FROM raw.documents
    GROUP BY document_id
),

held AS (
    SELECT
        held.run_id,
        held.document_id,
        held.table_name,
        held.rule,
        coalesce(latest.podcast, '') AS podcast,
        coalesce(latest.path, any_value(held.uri)) AS path,
        count(*) AS n_held,
        min(held.detail) AS detail,
        min(held.quarantined_at) AS quarantined_at,
        bool_and(
            latest.run_id IS DISTINCT FROM held.run_id
            OR latest.batch IS DISTINCT FROM held.batch
            OR latest.is_gone
        ) AS is_healed
    FROM quality.quarantine AS held
    LEFT JOIN latest ON held.document_id = latest.document_id
    WHERE
        ($rule IS NULL OR held.rule = $rule)
        AND ($run_id IS NULL OR held.run_id = $run_id)
        AND ($table_name IS NULL OR held.table_name = $table_name)
        AND ($podcast IS NULL OR latest.podcast = $podcast)
    GROUP BY held.run_id, held.document_id, held.table_name, held.rule, latest.podcast, latest.path
)

SELECT
    *,
    count(*) OVER () AS n_rows
FROM held
WHERE $every OR NOT is_healed
ORDER BY run_id DESC, podcast ASC, path ASC, table_name ASC, rule ASC
LIMIT $limit OFFSET $offset
