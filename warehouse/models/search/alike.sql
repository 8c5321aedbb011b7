/*
description: The passages whose vectors are most like one ($vector), best first, with what is shown of their episodes.
grain: transcript_id, passage
depends_on: core.vectors, core.sentences, current (search.transcripts), $model, $limit
*/
WITH nearest AS (
    SELECT
        vectors.transcript_id,
        vectors.start_sentence,
        vectors.end_sentence,
        list_inner_product(vectors.vector, $vector::FLOAT[]) AS score
    FROM core.vectors
    INNER JOIN current
        ON
            vectors.transcript_id = current.transcript_id
            AND vectors.fingerprint = current.sentences_fingerprint
    WHERE vectors.model = $model
    ORDER BY score DESC, vectors.transcript_id, vectors.start_sentence
    LIMIT $limit
)

SELECT
    nearest.transcript_id,
    nearest.start_sentence,
    nearest.end_sentence,
    any_value(current.episode_id) AS episode_id,
    any_value(current.podcast_id) AS podcast_id,
    coalesce(any_value(current.podcast), '') AS podcast,
    coalesce(any_value(current.episode), '') AS episode,
    min(sentences.start_s) AS start_s,
    string_agg(sentences.text, ' ' ORDER BY sentences.sentence) AS text,
    any_value(nearest.score) AS score,
    any_value(current.audio_url) AS audio_url,
    any_value(current.url) AS url
FROM nearest
INNER JOIN current ON nearest.transcript_id = current.transcript_id
INNER JOIN core.sentences
    ON
        nearest.transcript_id = sentences.transcript_id
        AND nearest.start_sentence <= sentences.sentence
        AND nearest.end_sentence > sentences.sentence
GROUP BY nearest.transcript_id, nearest.start_sentence, nearest.end_sentence
ORDER BY score DESC, nearest.transcript_id, nearest.start_sentence
