/*
description: The transcripts of the episodes whose rows the batch changes, and whether each is the richest of its
    episode now and was so before.
grain: transcript_id
depends_on: fresh, episode_documents, core.transcripts, transcribed (the staged core.transcripts of the batch)
*/
WITH transcripts AS (
    SELECT
        transcript_id,
        episode_id,
        has_speakers,
        has_times,
        is_punctuated,
        n_words,
        is_current AS was_current,
        false AS is_fresh
    FROM core.transcripts
    WHERE
        transcript_id IN (SELECT document_id FROM episode_documents)
        AND transcript_id NOT IN (SELECT document_id FROM fresh WHERE changes_rows)
    UNION ALL
    SELECT
        transcript_id,
        episode_id,
        has_speakers,
        has_times,
        is_punctuated,
        n_words,
        false AS was_current,
        true AS is_fresh
    FROM transcribed
    WHERE transcript_id IN (SELECT document_id FROM fresh WHERE status = 'published')
)

SELECT
    transcript_id,
    is_fresh,
    was_current,
    row_number() OVER (
        PARTITION BY episode_id
        ORDER BY has_speakers DESC, has_times DESC, is_punctuated DESC, n_words DESC, transcript_id ASC
    ) = 1 AS is_current
FROM transcripts
