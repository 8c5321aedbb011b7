/*
description: How much each speaker of an episode talks. Restored voices (S1 and S2) are counted too, and speaker_kind says
    so; turns of nobody in particular are in the whole that shares are taken of, and in no row.
owner: mart.talk_time
grain: episode_id, speaker
depends_on: mart.spoken_turns
freshness: a view; as fresh as the lake
chart: sum(n_words) by speaker
columns:
  podcast_id: The podcast.
  episode_id: The episode.
  speaker: Who speaks, as core.turns says.
  speaker_kind: named, anonymous or restored, as in mart.spoken_turns; only named ones are persons.
  n_turns: Turns.
  n_words: Words.
  word_share: Share of the episode's words, 0..1.
  talk_s: Seconds of the turns together; null where one has no time.
  talk_share: Share of the time of all turns of the episode, 0..1; null where one has no time.
  is_estimated: Whether times are estimates; words are the safer measure then.
checks:
  - word_share BETWEEN 0 AND 1
  - talk_share IS NULL OR talk_share BETWEEN 0 AND 1
*/
WITH speakers AS (
    SELECT
        podcast_id,
        episode_id,
        speaker,
        min(speaker_kind) AS speaker_kind,
        count(*) AS n_turns,
        sum(n_words)::BIGINT AS n_words,
        CASE WHEN count(talk_s) = count(*) THEN sum(talk_s) END AS talk_s,
        count(talk_s) = count(*) AS is_timed,
        bool_or(is_estimated) AS is_estimated
    FROM mart.spoken_turns
    GROUP BY podcast_id, episode_id, speaker
),

shared AS (
    SELECT
        *,
        n_words / nullif(sum(n_words) OVER episode, 0) AS word_share,
        CASE WHEN bool_and(is_timed) OVER episode THEN talk_s / nullif(sum(talk_s) OVER episode, 0) END AS talk_share
    FROM speakers
    WINDOW episode AS (PARTITION BY episode_id)
)

SELECT
    podcast_id,
    episode_id,
    speaker,
    speaker_kind,
    n_turns,
    n_words,
    coalesce(word_share, 0) AS word_share,
    talk_s,
    talk_share,
    is_estimated
FROM shared
WHERE speaker IS NOT NULL
