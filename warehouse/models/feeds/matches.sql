/*
description: The pairs of one rule that nothing contradicts: the files fit no other item, and the item no other files.
    What a stronger rule has tied already is out of the question.
owner: raw.items
grain: files_episode_id
depends_on: pairs, matches (of stronger rules), $rule
*/
WITH open_pairs AS (
    SELECT
        rule,
        files_episode_id,
        episode_id
    FROM pairs
    WHERE
        rule = $rule
        AND files_episode_id NOT IN (SELECT files_episode_id FROM matches)
        AND episode_id NOT IN (SELECT episode_id FROM matches)
)

SELECT
    rule AS matched_by,
    files_episode_id,
    episode_id
FROM open_pairs
QUALIFY
    count(*) OVER (PARTITION BY files_episode_id) = 1
    AND count(*) OVER (PARTITION BY episode_id) = 1
