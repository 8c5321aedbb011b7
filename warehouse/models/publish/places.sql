/*
description: The latest revision of each document of which a listing told something: where it lies, and whether it has vanished.
grain: document_id
depends_on: raw.documents, ids of documents that vanished ($vanished) and that came back ($returned), and of those that lie
    elsewhere ($moved) their uris ($uris), stamps ($stamps) and digests ($digests)
*/
WITH moved AS (
    SELECT
        unnest($moved::VARCHAR []) AS document_id,
        unnest($uris::VARCHAR []) AS uri,
        unnest($stamps::VARCHAR []) AS stamp,
        unnest($digests::VARCHAR []) AS sha256
),

latest AS (
    SELECT
        document_id,
        max(revision) AS revision,
        arg_max(uri, revision) AS uri,
        arg_max(stamp, revision) AS stamp,
        arg_max(sha256, revision) AS sha256
    FROM raw.documents
    WHERE document_id IN (SELECT unnest(list_concat($vanished::VARCHAR [], $returned::VARCHAR [], $moved::VARCHAR [])))
    GROUP BY document_id
)

SELECT
    latest.document_id,
    latest.revision,
    coalesce(moved.uri, latest.uri) AS uri,
    coalesce(moved.stamp, latest.stamp) AS stamp,
    CASE WHEN latest.document_id IN (SELECT unnest($vanished::VARCHAR [])) THEN now() END AS vanished_at
FROM latest
-- Another run may have landed other bytes since this one read them.
LEFT JOIN moved ON latest.document_id = moved.document_id AND latest.sha256 = moved.sha256
