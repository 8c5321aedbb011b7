/*
description: The turns of the selected transcripts, transcript after transcript.
grain: place, turn
depends_on: selected (place, transcript_id), core.turns
*/
SELECT
    selected.place,
    turns.turn,
    turns.speaker,
    turns.start_s,
    turns.end_s,
    turns.text
FROM core.turns AS turns
INNER JOIN selected ON turns.transcript_id = selected.transcript_id
ORDER BY selected.place ASC, turns.turn ASC
