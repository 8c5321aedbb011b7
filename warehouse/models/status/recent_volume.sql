/*
description: What the last ten runs landed together and the lake still holds.
owner: quality.runs
grain: one row
depends_on: core.transcripts, raw.documents, quality.runs
*/
SELECT
    count(*) AS n_documents,
    coalesce(sum(transcripts.n_words), 0)::BIGINT AS n_words,
    coalesce(sum(documents.n_bytes), 0)::BIGINT AS n_bytes
FROM core.transcripts AS transcripts
INNER JOIN raw.documents AS documents
    ON transcripts.transcript_id = documents.document_id AND transcripts.revision = documents.revision
WHERE documents.run_id IN (SELECT run_id FROM quality.runs ORDER BY started_at DESC LIMIT 10)
