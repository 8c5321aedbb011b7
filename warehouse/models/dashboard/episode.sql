/*
description: One episode, with its podcast's title.
owner: core.episodes
grain: episode_id
depends_on: core.episodes, core.podcasts
*/
SELECT
    episodes.*,
    podcasts.title AS podcast
FROM core.episodes AS episodes
LEFT JOIN core.podcasts AS podcasts ON episodes.podcast_id = podcasts.podcast_id
WHERE episodes.episode_id = $episode_id
