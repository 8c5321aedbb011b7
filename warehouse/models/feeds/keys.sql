/*
description: By what files and items of a podcast can be known to be the same episode: pairs of the id that the files
    would have alone and the id of the item, one for each rule that says so.
owner: raw.items
grain: rule, files_episode_id, episode_id
depends_on: free_files (documents of no feed, with podcast_id, episode_id, path and title), free_items (raw.items that no
    file is tied to)
*/
WITH files AS (
    SELECT
        podcast_id,
        episode_id,
        title,
        regexp_replace(
            regexp_replace(path, '^.*/', ''), '(\.(mp3|m4a|wav|ogg|opus))?(\.[A-Za-z]{2})?(\.json)?\.[A-Za-z][A-Za-z0-9]*$', ''
        ) AS stem
    FROM free_files
),

numbered AS (
    SELECT
        *,
        lower(regexp_extract(stem, '(?i)(?:^|[^a-z])s0*([0-9]+)[ ._-]*e0*([0-9]+)(?:[^0-9]|$)', 1)) AS season,
        lower(regexp_extract(stem, '(?i)(?:^|[^a-z])s0*([0-9]+)[ ._-]*e0*([0-9]+)(?:[^0-9]|$)', 2)) AS number_in_season,
        -- The number that a name begins with, after a word such as "episode" or "ep"; or else its only number.
        coalesce(
            nullif(regexp_extract(stem, '(?i)^(?:episode|ep|folge|show|e|#)?[ ._#-]*0*([0-9]{1,5})(?:[^0-9]|$)', 1), ''),
            CASE
                WHEN len(regexp_extract_all(stem, '[0-9]+')) = 1
                    THEN nullif(regexp_extract(stem, '0*([0-9]{1,5})', 1), '')
            END
        ) AS number
    FROM files
),

file_keys AS (
    SELECT podcast_id, episode_id, 'guid' AS rule, stem AS name FROM files
    UNION
    SELECT
        podcast_id,
        episode_id,
        'number' AS rule,
        CASE WHEN season <> '' THEN 's' || season || 'e' || number_in_season ELSE 'e' || number END AS name
    FROM numbered
    UNION
    SELECT podcast_id, episode_id, 'title' AS rule, title AS name FROM files
    UNION
    SELECT podcast_id, episode_id, 'file name' AS rule, stem AS name FROM files
),

item_keys AS (
    SELECT podcast_id, episode_id, 'guid' AS rule, guid AS name FROM free_items
    UNION
    SELECT podcast_id, episode_id, 'number' AS rule, 'e' || number AS name FROM free_items
    UNION
    SELECT podcast_id, episode_id, 'number' AS rule, 's' || season || 'e' || number AS name FROM free_items
    UNION
    SELECT podcast_id, episode_id, 'title' AS rule, title AS name FROM free_items
    UNION
    SELECT podcast_id, episode_id, 'file name' AS rule, title AS name FROM free_items
    UNION
    SELECT
        podcast_id,
        episode_id,
        'file name' AS rule,
        regexp_replace(regexp_replace(split_part(audio_url, '?', 1), '^.*/', ''), '\.[A-Za-z0-9]+$', '') AS name
    FROM free_items
    UNION
    SELECT
        podcast_id,
        episode_id,
        'file name' AS rule,
        regexp_replace(regexp_replace(split_part(link, '?', 1), '/$', ''), '^.*/', '') AS name
    FROM free_items
),

slugs AS (
    SELECT podcast_id, episode_id, rule, true AS is_file, trim(regexp_replace(lower(name), '[^\p{L}\p{N}]+', '-', 'g'), '-') AS slug
    FROM file_keys
    UNION
    SELECT podcast_id, episode_id, rule, false AS is_file, trim(regexp_replace(lower(name), '[^\p{L}\p{N}]+', '-', 'g'), '-') AS slug
    FROM item_keys
)

SELECT DISTINCT
    files.rule,
    files.episode_id AS files_episode_id,
    items.episode_id
FROM slugs AS files
INNER JOIN slugs AS items
    ON files.podcast_id = items.podcast_id AND files.rule = items.rule AND files.slug = items.slug
WHERE files.is_file AND NOT items.is_file AND files.slug <> ''
