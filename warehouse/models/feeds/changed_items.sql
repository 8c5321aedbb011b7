/*
description: The items of the batch that are new, changed or back, as they are to land: what the lake alone knows of
    them stays.
owner: raw.items
grain: feed_id, guid
depends_on: announced (the staged raw.items of the batch), raw.items
*/
SELECT
    announced.* REPLACE (
        coalesce(known.episode_id, announced.episode_id) AS episode_id,
        known.matched_by AS matched_by,
        known.files_episode_id AS files_episode_id,
        coalesce(known.first_seen_at, announced.first_seen_at) AS first_seen_at,
        NULL::TIMESTAMP WITH TIME ZONE AS withdrawn_at
    )
FROM announced
LEFT JOIN raw.items AS known ON announced.feed_id = known.feed_id AND announced.guid = known.guid
WHERE
    known.guid IS NULL
    OR known.withdrawn_at IS NOT NULL
    OR (
        announced.title,
        announced.published_at,
        announced.season,
        announced.number,
        announced.duration_s,
        announced.persons,
        announced.link,
        announced.audio_url,
        announced.audio_type,
        announced.audio_bytes,
        announced.transcripts,
        announced.chapters,
        announced.chapters_url,
        announced.chapters_method
    ) IS DISTINCT FROM (
        known.title,
        known.published_at,
        known.season,
        known.number,
        known.duration_s,
        known.persons,
        known.link,
        known.audio_url,
        known.audio_type,
        known.audio_bytes,
        known.transcripts,
        known.chapters,
        known.chapters_url,
        known.chapters_method
    )
