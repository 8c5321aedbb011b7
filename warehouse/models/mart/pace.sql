/*
description: How fast each episode goes. The length is that of the spoken part where the transcript has times, or else the
    episode's own; without either there is no pace (an estimated time would only give back the pace it assumed).
owner: mart.pace
grain: episode_id
depends_on: core.transcripts, core.episodes
freshness: a view; as fresh as the lake
chart: avg(words_per_minute) by podcast_id
columns:
  podcast_id: The podcast.
  episode_id: The episode.
  n_words: Words of the current transcript.
  n_turns: Its turns.
  has_speakers: Whether the source names speakers; where not, turns are restored, or one covers everything.
  length_s: Length in seconds; null where nothing tells it.
  words_per_minute: Words per minute.
  turns_per_minute: Turns per minute.
checks:
  - length_s IS NULL OR length_s > 0
  - words_per_minute IS NULL OR words_per_minute >= 0
*/
WITH timed AS (
    SELECT
        transcripts.podcast_id,
        transcripts.episode_id,
        transcripts.n_words,
        transcripts.n_turns,
        transcripts.has_speakers,
        nullif(
            coalesce(CASE WHEN transcripts.has_times THEN transcripts.duration_s END, episodes.duration_s), 0
        ) AS length_s
    FROM core.transcripts AS transcripts
    INNER JOIN core.episodes AS episodes ON transcripts.episode_id = episodes.episode_id
    WHERE transcripts.is_current
)

SELECT
    podcast_id,
    episode_id,
    n_words,
    n_turns,
    has_speakers,
    length_s,
    n_words * 60 / length_s AS words_per_minute,
    n_turns * 60 / length_s AS turns_per_minute
FROM timed
