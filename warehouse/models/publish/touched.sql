/*
description: The episodes whose rows the batch changes, by their documents or by the items of their feeds.
owner: core.episodes
grain: episode_id
depends_on: fresh, changed_items
*/
SELECT episode_id FROM fresh
WHERE changes_rows
UNION
SELECT episode_id FROM changed_items
