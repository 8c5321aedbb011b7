/*
description: The revisions whose rows an old transform or model made, or that it could not read, and whose text the
    lake holds; of a document, the latest such revision among its last one and the one that its transcript shows.
grain: document_id
depends_on: raw.documents, core.transcripts, the transform of today ($transform), its models ($models), whether
    what is not stale counts too ($every)
*/
SELECT
    documents.document_id,
    documents.revision,
    documents.run_id,
    documents.batch,
    documents.n_bytes,
    transcripts.transcript_id IS NOT NULL AS has_rows
FROM (
    SELECT
        document_id,
        revision,
        run_id,
        batch,
        n_bytes,
        version,
        -- What has an encoding has a text; the text itself is too large to look at.
        encoding IS NOT NULL AS has_text,
        revision = max(revision) OVER (PARTITION BY document_id) AS is_last
    FROM raw.documents
) AS documents
LEFT JOIN core.transcripts AS transcripts
    ON documents.document_id = transcripts.transcript_id AND documents.revision = transcripts.revision
WHERE
    documents.has_text
    AND (documents.is_last OR transcripts.transcript_id IS NOT NULL)
    AND (
        $every
        OR documents.version <> $transform
        OR transcripts.version <> $transform
        OR NOT list_contains($models::VARCHAR[], transcripts.model)
    )
QUALIFY row_number() OVER (PARTITION BY documents.document_id ORDER BY documents.revision DESC) = 1
