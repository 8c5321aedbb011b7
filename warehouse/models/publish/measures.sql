/*
description: What was measured of the documents that the batch lands.
grain: document_id
depends_on: fresh, staged_documents, measured (what was measured of the batch), core.episodes, $run_id, $batch
*/
SELECT
    $run_id AS run_id,
    $batch AS batch,
    fresh.document_id,
    fresh.revision,
    fresh.podcast_id,
    documents.format,
    episodes.published_year,
    measured.* EXCLUDE (document_id, held_back_share),
    CASE
        WHEN fresh.status = 'published' THEN 0
        WHEN fresh.reason NOT LIKE 'unsupported%' THEN 1
    END AS held_back_share
FROM fresh
JOIN staged_documents AS documents ON fresh.document_id = documents.document_id
LEFT JOIN core.episodes AS episodes ON fresh.episode_id = episodes.episode_id
LEFT JOIN measured ON fresh.document_id = measured.document_id AND fresh.status = 'published'
