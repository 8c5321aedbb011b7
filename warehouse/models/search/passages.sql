/*
description: The passages of some transcripts that have no vectors of today's model yet, with their texts. A passage takes
    whole sentences, about a hundred words.
grain: transcript_id, passage
depends_on: core.sentences, pending (search.pending)
*/
WITH placed AS (
    SELECT
        pending.transcript_id,
        pending.fingerprint,
        sentences.sentence,
        sentences.text,
        (
            sum(sentences.n_words)
                OVER (PARTITION BY sentences.transcript_id ORDER BY sentences.sentence)
            - sentences.n_words
        ) // 100 AS hundred
    FROM core.sentences
    INNER JOIN pending ON sentences.transcript_id = pending.transcript_id
)

SELECT
    transcript_id,
    fingerprint,
    (row_number() OVER (PARTITION BY transcript_id ORDER BY hundred) - 1)::INTEGER AS passage,
    min(sentence) AS start_sentence,
    max(sentence) + 1 AS end_sentence,
    string_agg(text, ' ' ORDER BY sentence) AS text
FROM placed
GROUP BY transcript_id, fingerprint, hundred
