/*
description: Podcasts with what is there of each.
owner: core.podcasts
grain: podcast_id
depends_on: core.podcasts, core.episodes, core.transcripts
*/
WITH spoken AS (
    SELECT
        podcast_id,
        count(DISTINCT episode_id) AS n_transcribed,
        sum(n_words) FILTER (WHERE is_current)::BIGINT AS n_words,
        avg(has_times::INTEGER) FILTER (WHERE is_current) AS timed_share,
        avg(has_speakers::INTEGER) FILTER (WHERE is_current) AS labelled_share,
        avg(is_punctuated::INTEGER) FILTER (WHERE is_current) AS punctuated_share
    FROM core.transcripts
    GROUP BY podcast_id
),

published AS (
    SELECT
        podcast_id,
        count(*) AS n_episodes,
        min(published_at) AS first_at,
        max(published_at) AS last_at
    FROM core.episodes
    GROUP BY podcast_id
)

SELECT
    podcasts.podcast_id,
    podcasts.title,
    coalesce(published.n_episodes, 0) AS n_episodes,
    coalesce(spoken.n_transcribed, 0) AS n_transcribed,
    coalesce(spoken.n_words, 0) AS n_words,
    spoken.timed_share,
    spoken.labelled_share,
    spoken.punctuated_share,
    published.first_at,
    published.last_at
FROM core.podcasts AS podcasts
LEFT JOIN published ON podcasts.podcast_id = published.podcast_id
LEFT JOIN spoken ON podcasts.podcast_id = spoken.podcast_id
WHERE $podcast_id IS NULL OR podcasts.podcast_id = $podcast_id
ORDER BY n_words DESC, podcasts.title ASC
