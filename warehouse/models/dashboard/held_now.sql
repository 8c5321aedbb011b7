/*
description: What is held back now, by table, rule, podcast and run, with an example; what a later revision healed, or is gone from
    its source, is not counted.
owner: quality.quarantine
grain: table_name, rule, podcast, run_id
depends_on: quality.quarantine, raw.documents
*/
WITH latest AS (
    SELECT
        document_id,
        any_value(podcast) AS podcast,
        arg_max(run_id, revision) AS run_id,
        arg_max(batch, revision) AS batch
    FROM raw.documents
    GROUP BY document_id
    HAVING arg_max(vanished_at IS NULL, revision)
),

held AS (
    SELECT
        held.table_name,
        held.rule,
        latest.podcast,
        held.run_id,
        held.document_id,
        held.detail
    FROM quality.quarantine AS held
    INNER JOIN latest
        ON held.document_id = latest.document_id AND held.run_id = latest.run_id AND held.batch = latest.batch
)

SELECT
    table_name,
    rule,
    podcast,
    run_id,
    count(*) AS n_rows,
    count(DISTINCT document_id) AS n_documents,
    min(detail) AS example,
    (SELECT count(DISTINCT document_id) FROM held) AS n_held_documents
FROM held
GROUP BY table_name, rule, podcast, run_id
ORDER BY n_documents DESC, table_name ASC, rule ASC, podcast ASC
