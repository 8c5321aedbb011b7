/*
description: Documents held back as duplicates ($duplicates) whose file has landed under another name since.
grain: document_id
depends_on: raw.documents
*/
WITH latest AS (
    SELECT
        document_id,
        arg_max(uri, revision) AS uri,
        arg_max(status, revision) AS status
    FROM raw.documents
    GROUP BY document_id
)

SELECT held.document_id
FROM latest AS held
INNER JOIN latest AS landed ON held.uri = landed.uri AND held.document_id <> landed.document_id
WHERE
    held.document_id IN (SELECT unnest($duplicates::VARCHAR []))
    AND landed.status = 'published'
