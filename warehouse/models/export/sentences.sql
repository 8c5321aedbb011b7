/*
description: The sentences of the selected transcripts with who says them, transcript after transcript.
grain: place, sentence
depends_on: selected (place, transcript_id), core.sentences, core.turns
*/
SELECT
    selected.place,
    sentences.sentence,
    sentences.turn,
    turns.speaker,
    sentences.start_s,
    sentences.end_s,
    sentences.error_s,
    sentences.text
FROM core.sentences AS sentences
INNER JOIN selected ON sentences.transcript_id = selected.transcript_id
LEFT JOIN core.turns AS turns ON sentences.transcript_id = turns.transcript_id AND sentences.turn = turns.turn
ORDER BY selected.place ASC, sentences.sentence ASC
