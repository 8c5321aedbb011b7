/*
description: The turns of the selected transcripts, transcript after transcript, long ones in pieces of 500 characters. The
    sort holds 2,048 rows in memory at a time; where nobody is named, a turn may be a whole transcript.
grain: place, turn, piece
depends_on: selected (place, transcript_id), core.turns
*/
SELECT
    place,
    turn,
    piece,
    speaker,
    start_s,
    end_s,
    substring(text, 1 + 500 * piece, 500) AS text
FROM (
    SELECT
        selected.place,
        turns.turn,
        turns.speaker,
        turns.start_s,
        turns.end_s,
        turns.text,
        unnest(range(1 + length(turns.text) // 500)) AS piece
    FROM core.turns AS turns
    INNER JOIN selected ON turns.transcript_id = selected.transcript_id
)
ORDER BY place ASC, turn ASC, piece ASC
