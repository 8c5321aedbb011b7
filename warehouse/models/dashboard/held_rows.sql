/*
description: Every row of one document that is or was held back, with where it stands in the source.
owner: quality.quarantine
grain: run_id, batch, table_name, row_key, rule
depends_on: quality.quarantine, raw.documents
*/
SELECT
    held.run_id,
    held.batch,
    held.table_name,
    held.row_key,
    held.rule,
    held.detail,
    held.quarantined_at,
    document.revision,
    try_cast(json_extract_string(held.row, '$.start_char') AS BIGINT) AS start_char,
    try_cast(json_extract_string(held.row, '$.end_char') AS BIGINT) AS end_char,
    held.row AS row_json
FROM quality.quarantine AS held
LEFT JOIN raw.documents AS document
    ON held.document_id = document.document_id AND held.run_id = document.run_id AND held.batch = document.batch
WHERE held.document_id = $document_id
ORDER BY held.run_id DESC, held.table_name ASC, held.row_key ASC, held.rule ASC
LIMIT $limit
