/*
description: The latest published revision of each document of the episodes whose rows the batch changes; what the
    core tables show of these episodes.
grain: document_id
depends_on: landed, fresh
*/
SELECT *
FROM (
    SELECT landed.*
    FROM landed
    ANTI JOIN fresh ON landed.document_id = fresh.document_id AND landed.revision = fresh.revision
    UNION ALL BY NAME
    SELECT * EXCLUDE (has_rows, takes_place, changes_rows) FROM fresh
) AS revisions
WHERE
    status = 'published'
    AND episode_id IN (SELECT episode_id FROM touched)
QUALIFY row_number() OVER (PARTITION BY document_id ORDER BY revision DESC) = 1
