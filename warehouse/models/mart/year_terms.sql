/*
description: The twenty terms that tell a year of a podcast from its other years, by log-odds with the whole podcast as prior (Monroe,
    Colaresi and Quinn 2008, "Fightin' Words"). Words that the year says fewer than five times, episodes without a
    date and podcasts of one year are left out.
owner: mart.year_terms
grain: podcast_id, published_year, term
depends_on: mart.terms
freshness: a view; as fresh as the lake
chart: max(score) by term
columns:
  podcast_id: The podcast.
  published_year: Year of publication.
  rank: 1 for the year's first term, to 20.
  term: A word in lower case.
  n: How often the year says it, in episodes that say it at least twice.
  n_episodes: Those episodes.
  score: Difference of the log-odds, this year and in the other years, in standard deviations.
checks:
  - rank BETWEEN 1 AND 20
  - score > 0
  - n >= 5
*/
WITH here AS (
    SELECT
        podcast_id,
        published_year,
        term,
        sum(n)::BIGINT AS n,
        count(*) AS n_episodes
    FROM mart.terms
    WHERE published_year IS NOT NULL
    GROUP BY podcast_id, published_year, term
),

years AS (
    SELECT
        podcast_id,
        published_year,
        sum(n) AS n_words
    FROM here
    GROUP BY podcast_id, published_year
),

podcasts AS (
    SELECT
        podcast_id,
        sum(n_words) AS n_words
    FROM years
    GROUP BY podcast_id
    HAVING count(*) > 1
),

whole AS (
    SELECT
        podcast_id,
        term,
        sum(n) AS n
    FROM here
    GROUP BY podcast_id, term
),

-- The prior is a text of a thousand words with the podcast's own frequencies: it keeps rare words from winning.
compared AS (
    SELECT
        here.*,
        years.n_words AS words_here,
        whole.n - here.n AS n_elsewhere,
        podcasts.n_words - years.n_words AS words_elsewhere,
        1000.0 * whole.n / podcasts.n_words AS prior
    FROM here
    INNER JOIN years ON here.podcast_id = years.podcast_id AND here.published_year = years.published_year
    INNER JOIN podcasts ON here.podcast_id = podcasts.podcast_id
    INNER JOIN whole ON here.podcast_id = whole.podcast_id AND here.term = whole.term
    WHERE here.n >= 5
),

scored AS (
    SELECT
        podcast_id,
        published_year,
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
    published_year,
    row_number() OVER (PARTITION BY podcast_id, published_year ORDER BY score DESC, term ASC) AS rank,
    term,
    n,
    n_episodes,
    score
FROM scored
WHERE score > 0
QUALIFY rank <= 20
