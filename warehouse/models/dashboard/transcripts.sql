/*
description: The transcripts of one episode, the current one first, with the file each was read from.
owner: core.transcripts
grain: transcript_id
depends_on: core.transcripts, raw.documents
*/
SELECT
    transcripts.*,
    documents.path,
    documents.uri
FROM core.transcripts AS transcripts
LEFT JOIN raw.documents AS documents
    ON transcripts.transcript_id = documents.document_id AND transcripts.revision = documents.revision
WHERE transcripts.episode_id = $episode_id
ORDER BY transcripts.is_current DESC, transcripts.transcript_id ASC
