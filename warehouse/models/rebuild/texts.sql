/*
description: The documents of one chunk of what is stale, with their texts.
grain: document_id
depends_on: raw.documents, listed, where the chunk landed ($run_id, $batch), $chunk
*/
SELECT
    documents.document_id,
    documents.podcast_id,
    documents.episode_id,
    documents.podcast,
    documents.path,
    documents.uri,
    documents.stamp,
    documents.sha256,
    documents.n_bytes,
    documents.revision,
    documents.text,
    documents.encoding
FROM raw.documents AS documents
SEMI JOIN (SELECT * FROM listed WHERE chunk = $chunk) AS wanted
    ON documents.document_id = wanted.document_id AND documents.revision = wanted.revision
-- One batch landed as one file, so the others need not be opened.
WHERE documents.run_id = $run_id AND documents.batch = $batch
ORDER BY documents.document_id
