/*
description: Some of the transcripts that have no vectors of today's model yet ($model), of those that say anything.
grain: transcript_id
depends_on: core.vectors, core.sentences, current (search.transcripts)
*/
SELECT
    current.transcript_id,
    current.sentences_fingerprint AS fingerprint
FROM current
ANTI JOIN (SELECT * FROM core.vectors WHERE model = $model) AS made
    ON current.transcript_id = made.transcript_id AND current.sentences_fingerprint = made.fingerprint
SEMI JOIN core.sentences ON current.transcript_id = sentences.transcript_id
ORDER BY current.transcript_id
LIMIT $n
