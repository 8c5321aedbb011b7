/*
description: The latest published revision of each document of the episodes that the batch publishes to; what the
    core tables show of these episodes.
grain: document_id
depends_on: landed, fresh
*/
SELECT *
FROM (
    SELECT * FROM landed
    UNION ALL BY NAME
    SELECT * EXCLUDE (has_rows, was_rejected) FROM fresh
) AS revisions
WHERE
    status = 'published'
    AND episode_id IN (SELECT episode_id FROM fresh WHERE status = 'published')
QUALIFY row_number() OVER (PARTITION BY document_id ORDER BY revision DESC) = 1
