/*
description: How much each speaker of an episode asks, and whether as host or guest. A question is a sentence that ends with a
    question mark, the source's own or a restored one.
owner: mart.questions
grain: episode_id, speaker
depends_on: core.sentences, core.turns, core.transcripts, mart.talk_time, mart.podcast_speakers
freshness: a view; as fresh as the lake
chart: sum(n_questions) by speaker
columns:
  podcast_id: The podcast.
  episode_id: The episode.
  speaker: Who speaks, as core.turns says.
  speaker_kind: named, anonymous or restored, as in mart.spoken_turns.
  role: host or guest, as in mart.podcast_speakers; null for restored and anonymous voices, and where nobody can tell.
  n_questions: Sentences that end with a question mark.
  n_sentences: Sentences.
  question_share: Share of the speaker's sentences that are questions, 0..1.
checks:
  - question_share BETWEEN 0 AND 1
  - role IS NULL OR speaker_kind = 'named'
*/
WITH said AS (
    SELECT
        turns.episode_id,
        turns.speaker,
        count(*) AS n_sentences,
        count(*) FILTER (sentences.end_punct = '?') AS n_questions
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
    CASE WHEN talk.speaker_kind = 'named' THEN persons.role END AS role,
    said.n_questions,
    said.n_sentences,
    said.n_questions / said.n_sentences AS question_share
FROM said
INNER JOIN mart.talk_time AS talk ON said.episode_id = talk.episode_id AND said.speaker = talk.speaker
LEFT JOIN mart.podcast_speakers AS persons
    ON talk.podcast_id = persons.podcast_id AND talk.speaker = persons.speaker
