/*
description: The episodes of one podcast, the latest first, with their current transcripts.
owner: core.episodes
grain: episode_id
depends_on: core.episodes, core.transcripts
*/
SELECT
    episodes.episode_id,
    episodes.title,
    episodes.published_at,
    coalesce(episodes.duration_s, transcripts.duration_s) AS duration_s,
    transcripts.format,
    transcripts.language,
    transcripts.n_words,
    transcripts.n_turns,
    transcripts.has_times,
    transcripts.has_speakers,
    transcripts.is_punctuated,
    count(*) OVER () AS n_rows
FROM core.episodes AS episodes
LEFT JOIN core.transcripts AS transcripts
    ON episodes.episode_id = transcripts.episode_id AND transcripts.is_current
WHERE episodes.podcast_id = $podcast_id
ORDER BY episodes.published_at DESC NULLS LAST, episodes.title ASC, episodes.episode_id ASC
LIMIT $limit OFFSET $offset
