/*
description: How long the episodes of a podcast are, year by year. Lengths are those of mart.pace; episodes without one count
    in n_episodes only.
owner: mart.episode_length
grain: podcast_id, published_year
depends_on: mart.pace, core.episodes
freshness: a view; as fresh as the lake
chart: sum(total_s) by published_year
columns:
  podcast_id: The podcast.
  published_year: Year of publication; null for episodes without a date.
  n_episodes: Episodes with a transcript.
  n_timed: Those whose length is known.
  median_s: Median length in seconds.
  shortest_s: Shortest length in seconds.
  longest_s: Longest length in seconds.
  total_s: Length of all together in seconds.
  median_words: Median number of words.
checks:
  - n_timed <= n_episodes
  - median_s IS NULL OR median_s BETWEEN shortest_s AND longest_s
*/
SELECT
    pace.podcast_id,
    episodes.published_year,
    count(*) AS n_episodes,
    count(pace.length_s) AS n_timed,
    median(pace.length_s) AS median_s,
    min(pace.length_s) AS shortest_s,
    max(pace.length_s) AS longest_s,
    sum(pace.length_s) AS total_s,
    median(pace.n_words) AS median_words
FROM mart.pace AS pace
INNER JOIN core.episodes AS episodes ON pace.episode_id = episodes.episode_id
GROUP BY pace.podcast_id, episodes.published_year
