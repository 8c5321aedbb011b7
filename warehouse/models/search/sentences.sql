/*
description: The sentences of the transcripts that the search index lacks, with their speakers.
grain: transcript_id, sentence
depends_on: core.sentences, core.turns, wanted (rows of search.transcripts)
*/
SELECT
    sentences.transcript_id,
    sentences.sentence,
    sentences.text,
    sentences.start_s,
    turns.speaker,
    wanted.podcast,
    wanted.episode,
    wanted.year
FROM core.sentences
INNER JOIN wanted ON sentences.transcript_id = wanted.transcript_id
LEFT JOIN core.turns ON sentences.transcript_id = turns.transcript_id AND sentences.turn = turns.turn
