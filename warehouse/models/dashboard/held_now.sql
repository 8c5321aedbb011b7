/*
description: What is held back now, by table, rule, podcast and run, with an example; what a later revision healed is not counted.
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
)

SELECT
    held.table_name,
    held.rule,
    latest.podcast,
    held.run_id,
    count(*) AS n_rows,
    count(DISTINCT held.document_id) AS n_documents,
    min(held.detail) AS example
FROM quality.quarantine AS held
INNER JOIN latest
    ON held.document_id = latest.document_id AND held.run_id = latest.run_id AND held.batch = latest.batch
GROUP BY held.table_name, held.rule, latest.podcast, held.run_id
ORDER BY n_documents DESC, held.table_name ASC, held.rule ASC, latest.podcast ASC
