/*
description: When the episodes of a podcast came out, and how long after the one before. Episodes without a date are left out.
owner: mart.cadence
grain: episode_id
depends_on: core.episodes
freshness: a view; as fresh as the lake
chart: median(gap_days) by podcast_id
columns:
  podcast_id: The podcast.
  episode_id: The episode.
  published_at: When it came out.
  number_by_date: Position among the podcast's dated episodes, from 1.
  gap_days: Days since the episode before; null for the first.
  usual_gap_days: Median gap of the podcast in days; null with one episode.
checks:
  - gap_days IS NULL OR gap_days >= 0
  - number_by_date >= 1
*/
WITH gaps AS (
    SELECT
        podcast_id,
        episode_id,
        published_at,
        row_number() OVER podcast AS number_by_date,
        (epoch(published_at) - epoch(lag(published_at) OVER podcast)) / 86400 AS gap_days
    FROM core.episodes
    WHERE published_at IS NOT NULL
    WINDOW podcast AS (PARTITION BY podcast_id ORDER BY published_at ASC, episode_id ASC)
)

SELECT
    podcast_id,
    episode_id,
    published_at,
    number_by_date,
    gap_days,
    median(gap_days) OVER (PARTITION BY podcast_id) AS usual_gap_days
FROM gaps
