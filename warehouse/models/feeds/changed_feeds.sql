/*
description: The feeds of the batch whose rows are to change. A run that had a batch rejected keeps no tags: the next
    one must find those documents again.
owner: raw.feeds
grain: feed_id
depends_on: read_feeds (the staged raw.feeds of the batch), changed_items, withdrawn_items, raw.feeds, quality.batches,
    $run_id
*/
WITH tagged AS (
    SELECT
        read_feeds.* REPLACE (
            CASE WHEN NOT lost.documents THEN etag END AS etag,
            CASE WHEN NOT lost.documents THEN last_modified END AS last_modified,
            CASE WHEN NOT lost.documents THEN sha256 END AS sha256
        )
    FROM read_feeds
    CROSS JOIN (
        SELECT count(*) > 0 AS documents
        FROM quality.batches
        WHERE run_id = $run_id AND status = 'rejected'
    ) AS lost
)

SELECT
    tagged.* REPLACE (
        CASE
            WHEN known.feed_id IS NULL OR changed.feed_id IS NOT NULL THEN tagged.changed_at ELSE known.changed_at
        END AS changed_at
    )
FROM tagged
LEFT JOIN raw.feeds AS known ON tagged.feed_id = known.feed_id
LEFT JOIN (
    SELECT feed_id FROM changed_items
    UNION
    SELECT feed_id FROM withdrawn_items
) AS changed ON tagged.feed_id = changed.feed_id
WHERE
    known.feed_id IS NULL
    OR changed.feed_id IS NOT NULL
    OR (
        tagged.podcast_id,
        tagged.title,
        tagged.guid,
        tagged.url,
        tagged.etag,
        tagged.last_modified,
        tagged.sha256,
        tagged.n_items,
        tagged.is_whole,
        tagged.error
    ) IS DISTINCT FROM (
        known.podcast_id,
        known.title,
        known.guid,
        known.url,
        known.etag,
        known.last_modified,
        known.sha256,
        known.n_items,
        known.is_whole,
        known.error
    )
