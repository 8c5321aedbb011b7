/*
description: Podcasts that a batch touches, under the name that their feed gives them, or else their folder.
owner: core.podcasts
grain: podcast_id
depends_on: episode_documents (the latest published revision of each document of the touched episodes), existing
    (the rows that core.podcasts has of these podcasts), raw.feeds
incremental key: podcast_id
*/
WITH names AS (
    SELECT
        podcast_id,
        podcast AS title
    FROM episode_documents
    UNION ALL
    SELECT
        podcast_id,
        podcast AS title
    FROM episode_items
    UNION ALL
    SELECT
        podcast_id,
        title
    FROM existing
),

feeds AS (
    SELECT
        podcast_id,
        arg_min(title, feed_id) AS title
    FROM raw.feeds
    WHERE title IS NOT NULL
    GROUP BY podcast_id
)

SELECT
    names.podcast_id,
    coalesce(any_value(feeds.title), min(names.title)) AS title
FROM names
LEFT JOIN feeds ON names.podcast_id = feeds.podcast_id
GROUP BY names.podcast_id
