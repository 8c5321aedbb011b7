/*
description: Questions and their answers. A turn that ends with a question, and the next turn, unless that is the asker's
    own; turns of fewer than four words are no answers ("mhm", "yeah, right") and passed over. Current transcripts only.
owner: mart.question_answers
grain: transcript_id, question_turn
depends_on: core.transcripts, core.turns, core.sentences
freshness: a view; as fresh as the lake
chart: count(question) by asker
columns:
  transcript_id: The episode's current transcript.
  episode_id: The episode.
  question_turn: The turn that ends with the question.
  answer_turn: The turn that answers it.
  asker: Who asks; null where nothing tells, S1 or S2 where the turns are restored.
  answerer: Who answers; null where nothing tells, S1 or S2 where the turns are restored.
  question: The question, one or two sentences.
  answer: The whole turn that answers.
  question_start_char: Offset of the question in the document's text.
  question_end_char: Offset after the turn that asks.
  answer_start_char: Offset of the answer in the document's text.
  answer_end_char: Offset after the answer.
  question_start_s: Start of the question in the audio, in seconds.
  question_end_s: End of the turn that asks, in seconds.
  answer_start_s: Start of the answer in the audio, in seconds.
  answer_end_s: End of the answer in the audio, in seconds.
checks:
  - answer_turn > question_turn
*/
WITH spoken AS (
    -- Turns of nobody in particular are each somebody else's, as a mark of change starts them.
    SELECT
        turns.*,
        coalesce(turns.speaker, 'turn ' || turns.turn) AS voice
    FROM core.turns AS turns
    INNER JOIN core.transcripts AS transcripts ON turns.transcript_id = transcripts.transcript_id
    WHERE transcripts.is_current
),

heard AS (
    SELECT *
    FROM spoken
    WHERE n_words >= 4
),

turn_ends AS (
    SELECT
        transcript_id,
        turn,
        max(sentence) AS last_sentence
    FROM core.sentences
    GROUP BY transcript_id, turn
),

-- A turn may close behind its question: "Why bread? Just curious."
questions AS (
    SELECT
        asking.transcript_id,
        asking.turn,
        string_agg(asking.text, ' ' ORDER BY asking.sentence) AS question,
        min(asking.start_char) AS start_char,
        min(asking.start_s) AS start_s
    FROM core.sentences AS asking
    INNER JOIN turn_ends ON asking.transcript_id = turn_ends.transcript_id AND asking.turn = turn_ends.turn
    WHERE asking.end_punct = '?' AND asking.sentence >= turn_ends.last_sentence - 1
    GROUP BY asking.transcript_id, asking.turn
)

SELECT
    asked.transcript_id,
    asked.episode_id,
    asked.turn AS question_turn,
    answered.turn AS answer_turn,
    asked.speaker AS asker,
    answered.speaker AS answerer,
    questions.question,
    answered.text AS answer,
    questions.start_char AS question_start_char,
    asked.end_char AS question_end_char,
    answered.start_char AS answer_start_char,
    answered.end_char AS answer_end_char,
    questions.start_s AS question_start_s,
    asked.end_s AS question_end_s,
    answered.start_s AS answer_start_s,
    answered.end_s AS answer_end_s
FROM questions
INNER JOIN spoken AS asked ON questions.transcript_id = asked.transcript_id AND questions.turn = asked.turn
ASOF INNER JOIN heard AS answered
    ON asked.transcript_id = answered.transcript_id AND asked.turn < answered.turn
WHERE asked.voice <> answered.voice
