/*
description: The twenty terms that tell a podcast from the others of the lake, by log-odds with the whole lake as prior (Monroe,
    Colaresi and Quinn 2008, "Fightin' Words"). Words that a podcast says fewer than five times
    are left out; a lake of one podcast has no terms.
owner: mart.podcast_terms
grain: podcast_id, term
depends_on: mart.terms
freshness: a view; as fresh as the lake
chart: max(score) by term
columns:
  podcast_id: The podcast.
  rank: 1 for the podcast's first term, to 20.
  term: A word in lower case.
  n: How often the podcast says it, in episodes that say it at least twice.
  n_episodes: Those episodes.
  score: Difference of the log-odds, here and in the other podcasts, in standard deviations.
checks:
  - rank BETWEEN 1 AND 20
  - score > 0
  - n >= 5
*/
WITH here AS (
    SELECT
        podcast_id,
        term,
        sum(n)::BIGINT AS n,
        count(*) AS n_episodes
    FROM mart.terms
    GROUP BY podcast_id, term
),

podcasts AS (
    SELECT
        podcast_id,
        sum(n) AS n_words
    FROM here
    GROUP BY podcast_id
),

whole AS (
    SELECT
        term,
        sum(n) AS n
    FROM here
    GROUP BY term
),

-- The prior is a text of a thousand words with the lake's own frequencies: it keeps rare words from winning.
compared AS (
    SELECT
        here.*,
        podcasts.n_words AS words_here,
        whole.n - here.n AS n_elsewhere,
        lake.n_words - podcasts.n_words AS words_elsewhere,
        1000.0 * whole.n / lake.n_words AS prior
    FROM here
    INNER JOIN podcasts ON here.podcast_id = podcasts.podcast_id
    INNER JOIN whole ON here.term = whole.term
    CROSS JOIN (SELECT sum(n_words) AS n_words FROM podcasts) AS lake
    WHERE here.n >= 5 AND lake.n_words > podcasts.n_words
),

scored AS (
    SELECT
        podcast_id,
        term,
        n,
        n_episodes,
        (
            ln((n + prior) / (words_here + 1000 - n - prior))
            - ln((n_elsewhere + prior) / (words_elsewhere + 1000 - n_elsewhere - prior))
        ) / sqrt(1 / (n + prior) + 1 / (n_elsewhere + prior)) AS score
    FROM compared
)

SELECT
    podcast_id,
    row_number() OVER (PARTITION BY podcast_id ORDER BY score DESC, term ASC) AS rank,
    term,
    n,
    n_episodes,
    score
FROM scored
WHERE score > 0
QUALIFY rank <= 20
