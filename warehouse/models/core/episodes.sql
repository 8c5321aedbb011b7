/*
description: Episodes that a batch touches, as their published documents describe them together.
owner: core.episodes
grain: episode_id
depends_on: episode_documents (the latest published revision of each document of these episodes)
incremental key: episode_id
*/
WITH ranked AS (
    -- The document that says most (the one with front matter) speaks first; ties go by id, so that
    -- neither batches nor the order of files can change a row.
    SELECT
        episode_id,
        podcast_id,
        path,
        title,
        published_at,
        duration_s,
        persons,
        url,
        row_number() OVER (
            PARTITION BY episode_id
            ORDER BY
                (title IS NOT NULL)::INTEGER + (published_at IS NOT NULL)::INTEGER
                + (duration_s IS NOT NULL)::INTEGER + (len(persons) > 0)::INTEGER
                + (url IS NOT NULL)::INTEGER DESC,
                document_id ASC
        ) AS place
    FROM episode_documents
),

described AS (
    SELECT
        episode_id,
        min(podcast_id) AS podcast_id,
        arg_min(title, place) FILTER (title IS NOT NULL) AS title,
        first(parse_filename(path, true) ORDER BY length(path), path) AS file_name,
        arg_min(published_at, place) FILTER (published_at IS NOT NULL) AS published_at,
        arg_min(duration_s, place) FILTER (duration_s IS NOT NULL) AS duration_s,
        arg_min(persons, place) FILTER (len(persons) > 0) AS persons,
        arg_min(url, place) FILTER (url IS NOT NULL) AS url
    FROM ranked
    GROUP BY episode_id
)

SELECT
    episode_id,
    podcast_id,
    coalesce(title, file_name) AS title,
    NULL::VARCHAR AS guid,
    published_at,
    year(published_at AT TIME ZONE 'UTC')::SMALLINT AS published_year,
    duration_s,
    coalesce(persons, []::VARCHAR []) AS persons,
    url
FROM described
