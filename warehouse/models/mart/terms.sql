/*
description: How often each episode says a word, for words that it says at least twice. Languages written without spaces are not cut
    into words.
owner: mart.terms
grain: episode_id, term
depends_on: core.transcripts, core.episodes, mart.term_counts, mart.uncounted_terms
freshness: a view; as fresh as the lake, and quick where podlake models run has counted what is new
chart: sum(n) by term
columns:
  podcast_id: The podcast.
  published_year: Year of publication; null for episodes without a date.
  episode_id: The episode.
  term: A word in lower case.
  n: How often it is said.
checks:
  - n >= 2
*/
WITH counts AS (
    SELECT
        transcript_id,
        text_fingerprint,
        term,
        n
    FROM mart.term_counts
    WHERE term IS NOT NULL
    UNION ALL
    SELECT
        transcript_id,
        text_fingerprint,
        term,
        n
    FROM mart.uncounted_terms
    WHERE term IS NOT NULL
)

SELECT
    episodes.podcast_id,
    episodes.published_year,
    episodes.episode_id,
    counts.term,
    counts.n
FROM counts
INNER JOIN core.transcripts AS transcripts
    ON
        counts.transcript_id = transcripts.transcript_id
        AND counts.text_fingerprint = transcripts.text_fingerprint
        AND transcripts.is_current
INNER JOIN core.episodes AS episodes ON transcripts.episode_id = episodes.episode_id
