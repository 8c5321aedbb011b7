/*
description: The persons who speak in a podcast, and who of them is a host. A host speaks in more than half of the episodes
    that name speakers; where fewer than two do, nobody can be told from a guest. Names are taken as written, so a person with
    two spellings is two; restored and anonymous voices are no persons and left out.
owner: mart.podcast_speakers
grain: podcast_id, speaker
depends_on: mart.talk_time
freshness: a view; as fresh as the lake
chart: sum(n_episodes) by speaker
columns:
  podcast_id: The podcast.
  speaker: Name of the person.
  n_episodes: Episodes in which the person speaks.
  n_words: Words of the person in them.
  episode_share: Share of the podcast's episodes that name speakers, 0..1.
  role: host or guest; null where fewer than two episodes name speakers.
checks:
  - episode_share > 0 AND episode_share <= 1
  - role IS NULL OR role IN ('host', 'guest')
*/
WITH named AS (
    SELECT
        podcast_id,
        episode_id,
        speaker,
        n_words
    FROM mart.talk_time
    WHERE speaker_kind = 'named'
),

podcasts AS (
    SELECT
        podcast_id,
        count(DISTINCT episode_id) AS n_named_episodes
    FROM named
    GROUP BY podcast_id
),

speakers AS (
    SELECT
        podcast_id,
        speaker,
        count(*) AS n_episodes,
        sum(n_words)::BIGINT AS n_words
    FROM named
    GROUP BY podcast_id, speaker
)

SELECT
    speakers.podcast_id,
    speakers.speaker,
    speakers.n_episodes,
    speakers.n_words,
    speakers.n_episodes / podcasts.n_named_episodes AS episode_share,
    CASE
        WHEN podcasts.n_named_episodes < 2 THEN NULL
        WHEN speakers.n_episodes * 2 > podcasts.n_named_episodes THEN 'host'
        ELSE 'guest'
    END AS role
FROM speakers
INNER JOIN podcasts ON speakers.podcast_id = podcasts.podcast_id
