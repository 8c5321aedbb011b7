/*
description: What of each podcast is transcribed, year by year and format by format, and how well. Each episode counts once, with
    its current transcript; format is null for the episodes that have none.
owner: mart.coverage
grain: podcast_id, published_year, format
depends_on: core.episodes, core.transcripts
freshness: a view; as fresh as the lake
chart: sum(n_words) by published_year
columns:
  podcast_id: The podcast.
  published_year: Year of publication; null for episodes without a date.
  format: Format of the current transcript; null for episodes without a transcript.
  n_episodes: Episodes.
  episode_share: Share of the podcast's episodes of the year, 0..1.
  n_words: Words.
  timed_share: Share of these episodes whose source carries times, 0..1.
  labelled_share: Share whose source names speakers, 0..1.
  punctuated_share: Share whose source is punctuated, 0..1.
  restored_share: Share in which a model restored something, 0..1.
checks:
  - episode_share > 0 AND episode_share <= 1
  - (format IS NULL) = (timed_share IS NULL)
*/
WITH transcribed AS (
    SELECT
        episodes.podcast_id,
        episodes.published_year,
        transcripts.format,
        count(*) AS n_episodes,
        coalesce(sum(transcripts.n_words), 0)::BIGINT AS n_words,
        avg(transcripts.has_times::INTEGER) AS timed_share,
        avg(transcripts.has_speakers::INTEGER) AS labelled_share,
        avg(transcripts.is_punctuated::INTEGER) AS punctuated_share,
        CASE
            WHEN transcripts.format IS NOT NULL THEN avg((transcripts.model IS NOT NULL)::INTEGER)
        END AS restored_share
    FROM core.episodes AS episodes
    LEFT JOIN core.transcripts AS transcripts
        ON episodes.episode_id = transcripts.episode_id AND transcripts.is_current
    GROUP BY episodes.podcast_id, episodes.published_year, transcripts.format
)

SELECT
    podcast_id,
    published_year,
    format,
    n_episodes,
    n_episodes / sum(n_episodes) OVER (PARTITION BY podcast_id, published_year) AS episode_share,
    n_words,
    timed_share,
    labelled_share,
    punctuated_share,
    restored_share
FROM transcribed
