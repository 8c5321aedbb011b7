/*
description: The staged documents of a rebuild that are still what the rebuild read, with the status they land with.
    Each takes the place of its own revision, and its rows go where the transform of today makes none.
grain: document_id
depends_on: staged, landed, listed (what the rebuild found stale), why the batch was rejected ($rejection, null
    where it was not)
*/
SELECT
    staged.* REPLACE (
        CASE WHEN $rejection IS NULL THEN staged.status ELSE 'rejected' END AS status,
        coalesce($rejection, staged.reason) AS reason
    ),
    landed.ingested_at,
    landed.vanished_at,
    listed.has_rows,
    -- A rejected rebuild leaves its documents as they are: stale.
    $rejection IS NULL AS takes_place,
    $rejection IS NULL AND (staged.status = 'published' OR listed.has_rows) AS changes_rows
FROM staged
INNER JOIN listed ON staged.document_id = listed.document_id AND staged.revision = listed.revision
INNER JOIN landed
    ON
        staged.document_id = landed.document_id
        AND staged.revision = landed.revision
        AND staged.sha256 = landed.sha256
        -- Whoever lands a revision, or rebuilds it, leaves the id of his run.
        AND listed.run_id = landed.run_id
WHERE NOT EXISTS (
    SELECT 1
    FROM landed AS newer
    WHERE
        newer.document_id = staged.document_id
        AND newer.revision > staged.revision
        AND newer.status = 'published'
)
