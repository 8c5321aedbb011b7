/*
description: Fillers (um, uh) and immediate repeats of each speaker in an episode. Edited transcripts leave them out, so compare
    within a podcast and a format. Restored voices are counted too, and speaker_kind says so.
owner: mart.filler_rate
grain: episode_id, speaker
depends_on: core.sentences, core.turns, core.transcripts, mart.talk_time
freshness: a view; as fresh as the lake
chart: avg(fillers_per_100_words) by podcast_id
columns:
  podcast_id: The podcast.
  episode_id: The episode.
  speaker: Who speaks, as core.turns says.
  speaker_kind: named, anonymous or restored, as in mart.spoken_turns.
  n_words: Words.
  n_fillers: Fillers among them.
  n_repeats: Words that repeat the word before.
  fillers_per_100_words: Fillers in a hundred words; null where there are no words.
  repeats_per_100_words: Repeats in a hundred words; null where there are no words.
checks:
  - fillers_per_100_words IS NULL OR fillers_per_100_words >= 0
*/
WITH said AS (
    SELECT
        turns.episode_id,
        turns.speaker,
        sum(sentences.n_words)::BIGINT AS n_words,
        sum(sentences.n_fillers)::BIGINT AS n_fillers,
        sum(sentences.n_repeats)::BIGINT AS n_repeats
    FROM core.sentences AS sentences
    INNER JOIN core.turns AS turns
        ON sentences.transcript_id = turns.transcript_id AND sentences.turn = turns.turn
    INNER JOIN core.transcripts AS transcripts
        ON turns.transcript_id = transcripts.transcript_id AND transcripts.is_current
    WHERE turns.speaker IS NOT NULL
    GROUP BY turns.episode_id, turns.speaker
)

SELECT
    talk.podcast_id,
    talk.episode_id,
    talk.speaker,
    talk.speaker_kind,
    said.n_words,
    said.n_fillers,
    said.n_repeats,
    said.n_fillers * 100 / nullif(said.n_words, 0) AS fillers_per_100_words,
    said.n_repeats * 100 / nullif(said.n_words, 0) AS repeats_per_100_words
FROM said
INNER JOIN mart.talk_time AS talk ON said.episode_id = talk.episode_id AND said.speaker = talk.speaker
