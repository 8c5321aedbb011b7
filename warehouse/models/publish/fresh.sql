/*
description: The staged documents that the lake does not hold yet, with the revision and status they land with.
grain: document_id
depends_on: staged, landed, why the batch was rejected ($rejection, null where it was not), $run_id
*/
WITH last AS (
    SELECT
        document_id,
        max(revision) AS revision,
        arg_max(sha256, revision) AS sha256,
        arg_max(status, revision) AS status,
        arg_max(run_id, revision) AS run_id,
        bool_or(status = 'published') AS has_rows
    FROM landed
    GROUP BY document_id
)

SELECT
    staged.* REPLACE (
        -- A rejected revision is replaced, any other one is followed.
        coalesce(last.revision, 0) + (last.status IS DISTINCT FROM 'rejected')::INTEGER AS revision,
        CASE WHEN $rejection IS NULL THEN staged.status ELSE 'rejected' END AS status,
        coalesce($rejection, staged.reason) AS reason
    ),
    now() AS ingested_at,
    NULL::TIMESTAMP WITH TIME ZONE AS vanished_at,
    coalesce(last.has_rows, false) AS has_rows,
    last.status IS NOT DISTINCT FROM 'rejected' AS takes_place,
    -- A document that is broken now keeps the rows of its last good revision.
    staged.status = 'published' AND $rejection IS NULL AS changes_rows
FROM staged
LEFT JOIN last ON staged.document_id = last.document_id
-- A rejected document is tried again, though not by the run that rejected it, and what was held back and is sound now lands.
WHERE (
    last.sha256 = staged.sha256
    AND (last.status <> 'rejected' OR last.run_id = $run_id)
    AND NOT (last.status = 'quarantined' AND staged.status = 'published')
) IS NOT true
