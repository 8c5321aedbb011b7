/*
description: Podcasts that a batch touches.
owner: core.podcasts
grain: podcast_id
depends_on: episode_documents (the latest published revision of each document of the touched episodes), existing
    (the rows that core.podcasts has of these podcasts)
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
        title
    FROM existing
)

SELECT
    podcast_id,
    min(title) AS title
FROM names
GROUP BY podcast_id
