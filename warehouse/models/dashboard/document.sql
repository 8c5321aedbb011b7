/*
description: The revisions of one document, the latest first, without their texts.
owner: raw.documents
grain: revision
depends_on: raw.documents
*/
SELECT
    document_id,
    revision,
    podcast_id,
    episode_id,
    podcast,
    path,
    uri,
    sha256,
    n_bytes,
    format,
    encoding,
    language,
    issues,
    status,
    reason,
    run_id,
    batch,
    version,
    ingested_at,
    vanished_at
FROM raw.documents
WHERE document_id = $document_id
ORDER BY revision DESC
