/*
description: Episodes that a batch touches, as the items of their feeds and their published documents describe them
    together. What a feed says comes first.
owner: core.episodes
grain: episode_id
depends_on: episode_documents (the latest published revision of each document of these episodes), episode_items (the items
    of their feeds)
incremental key: episode_id
*/
WITH sources AS (
    SELECT
        episode_id,
        podcast_id,
        NULL::VARCHAR AS path,
        title,
        guid,
        published_at,
        duration_s,
        persons,
        link AS url,
        number,
        season,
        audio_url,
        true AS is_item,
        feed_id || guid AS source_id
    FROM episode_items
    UNION ALL
    SELECT
        episode_id,
        podcast_id,
        path,
        title,
        NULL AS guid,
        published_at,
        duration_s,
        persons,
        url,
        NULL AS number,
        NULL AS season,
        NULL AS audio_url,
        false AS is_item,
        document_id AS source_id
    FROM episode_documents
),

ranked AS (
    -- The document that says most (the one with front matter) speaks first after the feed; ties go by id, so
    -- that neither batches nor the order of files can change a row.
    SELECT
        *,
        row_number() OVER (
            PARTITION BY episode_id
            ORDER BY
                is_item DESC,
                (title IS NOT NULL)::INTEGER + (published_at IS NOT NULL)::INTEGER
                + (duration_s IS NOT NULL)::INTEGER + (len(persons) > 0)::INTEGER
                + (url IS NOT NULL)::INTEGER DESC,
                source_id ASC
        ) AS place
    FROM sources
),

described AS (
    SELECT
        episode_id,
        min(podcast_id) AS podcast_id,
        arg_min(title, place) FILTER (title IS NOT NULL) AS title,
        first(parse_filename(path, true) ORDER BY length(path), path) FILTER (path IS NOT NULL) AS file_name,
        arg_min(guid, place) FILTER (guid IS NOT NULL) AS guid,
        arg_min(published_at, place) FILTER (published_at IS NOT NULL) AS published_at,
        arg_min(duration_s, place) FILTER (duration_s IS NOT NULL) AS duration_s,
        arg_min(persons, place) FILTER (len(persons) > 0) AS persons,
        arg_min(url, place) FILTER (url IS NOT NULL) AS url,
        arg_min(number, place) FILTER (number IS NOT NULL) AS number,
        arg_min(season, place) FILTER (season IS NOT NULL) AS season,
        arg_min(audio_url, place) FILTER (audio_url IS NOT NULL) AS audio_url
    FROM ranked
    GROUP BY episode_id
)

SELECT
    episode_id,
    podcast_id,
    coalesce(title, file_name, guid) AS title,
    guid,
    published_at,
    year(published_at AT TIME ZONE 'UTC')::SMALLINT AS published_year,
    duration_s,
    coalesce(persons, []::VARCHAR []) AS persons,
    url,
    number,
    season,
    audio_url
FROM described
