/*
description: The persons of an episode, because they speak under their name or because its metadata lists them. Names are taken
    as written, so Ann and Ann Lee are two; restored and anonymous voices are no persons and left out.
owner: mart.people
grain: episode_id, person
depends_on: core.episodes, mart.talk_time
freshness: a view; as fresh as the lake
chart: count(episode_id) by person
columns:
  podcast_id: The podcast.
  episode_id: The episode.
  person: Name of the person.
  speaks: Whether the transcript has turns under the name.
  is_listed: Whether the episode's metadata lists the name.
  n_words: Words spoken under the name; 0 where it is only listed.
checks:
  - speaks OR is_listed
*/
WITH listed AS (
    SELECT DISTINCT
        podcast_id,
        episode_id,
        trim(unnest(persons)) AS person
    FROM core.episodes
),

mentions AS (
    SELECT
        podcast_id,
        episode_id,
        person,
        false AS speaks,
        true AS is_listed,
        0 AS n_words
    FROM listed
    WHERE person <> ''
    UNION ALL
    SELECT
        podcast_id,
        episode_id,
        speaker,
        true,
        false,
        n_words
    FROM mart.talk_time
    WHERE speaker_kind = 'named'
)

SELECT
    podcast_id,
    episode_id,
    person,
    bool_or(speaks) AS speaks,
    bool_or(is_listed) AS is_listed,
    max(n_words) AS n_words
FROM mentions
GROUP BY podcast_id, episode_id, person
