/*
description: The items that describe the episodes that the batch touches; one that two feeds of a podcast have is here twice.
owner: raw.items
grain: feed_id, guid
depends_on: touched, raw.items, raw.feeds
*/
SELECT
    items.*,
    feeds.title AS podcast
FROM raw.items AS items
INNER JOIN raw.feeds AS feeds ON items.feed_id = feeds.feed_id
WHERE items.episode_id IN (SELECT episode_id FROM touched)
