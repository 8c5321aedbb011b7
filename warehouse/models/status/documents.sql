/*
description: Documents by the status of their latest revision; one that is gone from its source counts as vanished.
owner: raw.documents
grain: status
depends_on: raw.documents
*/
WITH latest AS (
    SELECT CASE WHEN vanished_at IS NULL THEN status ELSE 'vanished' END AS status
    FROM raw.documents
    QUALIFY row_number() OVER (PARTITION BY document_id ORDER BY revision DESC) = 1
)

SELECT
    status,
    count(*) AS n_documents
FROM latest
GROUP BY status
ORDER BY status
