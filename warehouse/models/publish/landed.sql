/*
description: What the lake holds of the episodes that the batch touches. Identity ties a document to its episode
    for good, so earlier revisions of the staged documents are among them.
grain: document_id, revision
depends_on: staged, raw.documents
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
    title,
    published_at,
    duration_s,
    persons,
    url,
    status,
    reason,
    run_id,
    ingested_at,
    vanished_at
FROM raw.documents
WHERE
    episode_id IN (SELECT episode_id FROM staged)
    OR episode_id IN (SELECT episode_id FROM changed_items)
