/*
description: Who appears with whom, over all podcasts of the lake. Each pair of persons of mart.people is there both ways round, so
    that one filter on person finds everybody they met.
owner: mart.appearances
grain: person, with_person
depends_on: mart.people, core.episodes
freshness: a view; as fresh as the lake
chart: sum(n_episodes) by person
columns:
  person: Name of a person.
  with_person: Name of another person of the same episode.
  n_episodes: Episodes that they share.
  n_podcasts: Podcasts of these episodes.
  first_at: When the first of these episodes came out; null where none has a date.
  last_at: When the last of these episodes came out; null where none has a date.
checks:
  - person <> with_person
  - n_podcasts <= n_episodes
*/
SELECT
    persons.person,
    others.person AS with_person,
    count(*) AS n_episodes,
    count(DISTINCT persons.podcast_id) AS n_podcasts,
    min(episodes.published_at) AS first_at,
    max(episodes.published_at) AS last_at
FROM mart.people AS persons
INNER JOIN mart.people AS others
    ON persons.episode_id = others.episode_id AND persons.person <> others.person
INNER JOIN core.episodes AS episodes ON persons.episode_id = episodes.episode_id
GROUP BY persons.person, others.person
