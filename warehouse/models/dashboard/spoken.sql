/*
description: What is said in one transcript, a row a sentence, in order, with its turn and the segment that starts with it.
owner: core.sentences
grain: sentence
depends_on: core.sentences, core.turns, core.segments
*/
WITH sentences AS (
    SELECT * FROM core.sentences WHERE transcript_id = $transcript_id
),

turns AS (
    SELECT * FROM core.turns WHERE transcript_id = $transcript_id
),

segments AS (
    SELECT
        segments.title,
        min(sentences.sentence) AS sentence
    FROM core.segments AS segments
    INNER JOIN sentences ON segments.start_char <= sentences.start_char
    WHERE segments.transcript_id = $transcript_id
    GROUP BY segments.segment, segments.title
),

headings AS (
    SELECT
        sentence,
        list(title) AS titles
    FROM segments
    GROUP BY sentence
)

SELECT
    sentences.sentence,
    sentences.turn,
    sentences.text,
    sentences.start_s,
    sentences.error_s,
    sentences.p_end,
    sentences.method,
    turns.speaker,
    turns.method AS turn_method,
    turns.p_start,
    turns.start_s AS turn_start_s,
    headings.titles AS headings
FROM sentences
LEFT JOIN turns ON sentences.turn = turns.turn
LEFT JOIN headings ON sentences.sentence = headings.sentence
ORDER BY sentences.sentence
LIMIT $limit OFFSET $offset
