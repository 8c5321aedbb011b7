/*
description: The whole story of the rows held back under one key.
owner: quality.quarantine
grain: run_id, batch, table_name, row_key, rule
depends_on: quality.quarantine, raw.documents
*/
SELECT
    held.run_id,
    held.table_name,
    held.row_key,
    held.document_id,
    held.rule,
    held.detail,
    held.uri,
    held.quarantined_at,
    document.podcast,
    document.path,
    document.revision,
    document.format,
    document.encoding,
    document.n_bytes,
    document.sha256,
    document.issues,
    document.version,
    held.row
FROM quality.quarantine AS held
LEFT JOIN raw.documents AS document
    ON held.document_id = document.document_id AND held.run_id = document.run_id AND held.batch = document.batch
WHERE
    $key IN (held.row_key, held.document_id)
    OR ends_with(document.path, $key)
    OR ends_with(held.uri, $key)
ORDER BY held.run_id DESC, held.table_name ASC, held.row_key ASC, held.rule ASC
