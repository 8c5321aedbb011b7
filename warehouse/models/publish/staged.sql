/*
description: The documents of the batch that is being published, without their text.
grain: document_id
depends_on: the staged raw.documents of the batch ($path)
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
FROM read_parquet($path)
