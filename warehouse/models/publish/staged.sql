/*
description: The documents of the batch that is being published, without their text.
grain: document_id
depends_on: staged_documents (the staged raw.documents of the batch)
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
    run_id
FROM staged_documents
