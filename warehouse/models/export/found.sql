/*
description: The transcripts that a person may mean by a key, those that it names best.
grain: transcript_id
depends_on: core.transcripts, raw.documents
parameters: key (a transcript's or episode's id, or the end of a path, with its extension or without)
*/
WITH placed AS (
    SELECT
        transcripts.transcript_id,
        transcripts.episode_id,
        transcripts.is_current,
        documents.podcast || '/' || documents.path AS place
    FROM core.transcripts AS transcripts
    LEFT JOIN
        raw.documents AS documents
        ON transcripts.transcript_id = documents.document_id AND transcripts.revision = documents.revision
),

named AS (
    SELECT
        transcript_id,
        place,
        CASE
            WHEN transcript_id = $key THEN 1
            WHEN is_current AND episode_id = $key THEN 2
            WHEN ends_with('/' || place, '/' || $key) THEN 3
            WHEN is_current AND ends_with('/' || regexp_replace(place, '\.[^./]+$', ''), '/' || $key) THEN 4
        END AS rank
    FROM placed
)

SELECT
    transcript_id,
    place
FROM named
WHERE rank = (SELECT min(rank) FROM named)
ORDER BY place ASC, transcript_id ASC
