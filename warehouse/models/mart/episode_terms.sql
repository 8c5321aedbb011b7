/*
description: The twenty terms that tell an episode from the others of the lake, by tf-idf. Words that more than half of the episodes
    say twice are no terms.
owner: mart.episode_terms
grain: episode_id, term
depends_on: mart.terms, core.transcripts
freshness: a view; as fresh as the lake
chart: max(score) by term
columns:
  podcast_id: The podcast.
  episode_id: The episode.
  rank: 1 for the episode's first term, to 20.
  term: A word in lower case.
  n: How often the episode says it.
  n_episodes: Episodes of the lake that say it at least twice.
  score: n times the logarithm of (episodes with a transcript / n_episodes).
checks:
  - rank BETWEEN 1 AND 20
  - score > 0
*/
WITH spread AS (
    SELECT
        term,
        count(*) AS n_episodes,
        ln((SELECT count(*) FROM core.transcripts WHERE is_current) / count(*)) AS weight
    FROM mart.terms
    GROUP BY term
),

-- An aggregate keeps twenty rows an episode; a window would sort all of them.
best AS (
    SELECT
        terms.podcast_id,
        terms.episode_id,
        max(
            {
                'score': terms.n * spread.weight,
                'term': terms.term,
                'n': terms.n,
                'n_episodes': spread.n_episodes
            },
            20
        ) AS found
    FROM mart.terms AS terms
    INNER JOIN spread ON terms.term = spread.term
    WHERE spread.weight >= ln(2)
    GROUP BY terms.podcast_id, terms.episode_id
),

listed AS (
    SELECT
        podcast_id,
        episode_id,
        generate_subscripts(found, 1) AS rank,
        unnest(found) AS entry
    FROM best
)

SELECT
    podcast_id,
    episode_id,
    rank,
    entry.term,
    entry.n,
    entry.n_episodes,
    entry.score
FROM listed
