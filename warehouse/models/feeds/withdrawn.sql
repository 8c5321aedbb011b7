/*
description: The items that a feed no longer has. Only a feed that was read to its end, and has items, can say so.
owner: raw.items
grain: feed_id, guid
depends_on: announced (the staged raw.items of the batch), read_feeds (its staged raw.feeds), raw.items
*/
SELECT
    known.feed_id,
    known.guid
FROM raw.items AS known
ANTI JOIN announced ON known.feed_id = announced.feed_id AND known.guid = announced.guid
WHERE
    known.withdrawn_at IS NULL
    AND known.feed_id IN (SELECT feed_id FROM read_feeds WHERE is_whole)
    AND known.feed_id IN (SELECT feed_id FROM announced)
