/*
description: Questions and their answers. A turn that ends with a question, and the next turn, unless that is the asker's
    own; turns of fewer than four words are no answers ("mhm", "yeah, right") and passed over. Current transcripts only.
owner: mart.question_answers
grain: transcript_id, question_turn
depends_on: core.transcripts, core.turns, core.sentences
freshness: a view; as fresh as the lake
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

last_sentences AS (
    SELECT
        transcript_id,
        turn,
        sentence,
        end_punct,
        text,
        start_char,
        start_s,
        row_number() OVER (PARTITION BY transcript_id, turn ORDER BY sentence DESC) AS from_end
    FROM core.sentences
    WHERE transcript_id IN (SELECT transcript_id FROM core.transcripts WHERE is_current)
    QUALIFY from_end <= 2
),

-- A turn may close behind its question: "Why bread? Just curious."
questions AS (
    SELECT
        transcript_id,
        turn,
        string_agg(text, ' ' ORDER BY sentence) AS question,
        min(start_char) AS start_char,
        min(start_s) AS start_s
    FROM last_sentences
    WHERE end_punct = '?'
    GROUP BY transcript_id, turn
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
