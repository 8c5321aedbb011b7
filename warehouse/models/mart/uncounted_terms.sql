/*
description: Words of the current transcripts that mart.term_counts has not counted yet. Only words that an episode says at least
    twice are counted; a word is letters, apostrophes and hyphens, three at least, in lower case. A transcript without such words
    has one row without a term, so that it counts as counted.
owner: mart.uncounted_terms
grain: transcript_id, term
depends_on: core.transcripts, core.sentences, mart.term_counts
freshness: a view; podlake models run moves its rows to mart.term_counts, as counting takes 9 s a million sentences
stored_in: mart.term_counts
chart: sum(n) by term
columns:
  transcript_id: The episode's current transcript.
  text_fingerprint: Hash of the transcript's words, by which a changed transcript is counted anew.
  term: A word in lower case; null where the transcript says none twice.
  n: How often it is said.
checks:
  - n >= 0
*/
WITH pending AS (
    SELECT
        transcripts.transcript_id,
        transcripts.text_fingerprint
    FROM core.transcripts AS transcripts
    ANTI JOIN mart.term_counts AS counted
        ON
            transcripts.transcript_id = counted.transcript_id
            AND transcripts.text_fingerprint = counted.text_fingerprint
    WHERE transcripts.is_current
),

words AS (
    SELECT
        sentences.transcript_id,
        unnest(
            regexp_extract_all(replace(lower(sentences.text), '’', ''''), '\p{L}[\p{L}''-]+[\p{L}]')
        ) AS term
    FROM core.sentences AS sentences
    SEMI JOIN pending ON sentences.transcript_id = pending.transcript_id
),

counted_words AS (
    SELECT
        transcript_id,
        term,
        count(*)::INTEGER AS n
    FROM words
    GROUP BY transcript_id, term
    HAVING count(*) >= 2
)

SELECT
    pending.transcript_id,
    pending.text_fingerprint,
    counted_words.term,
    coalesce(counted_words.n, 0) AS n
FROM pending
LEFT JOIN counted_words ON pending.transcript_id = counted_words.transcript_id
