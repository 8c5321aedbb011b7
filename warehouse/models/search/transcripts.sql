/*
description: The current transcripts, with what a search hit shows of their episode, and two fingerprints. One is another
    one whenever the sentences change, the other whenever these or anything else here does.
grain: transcript_id
depends_on: core.transcripts, core.episodes, core.podcasts, raw.documents
*/
WITH described AS (
    SELECT
        transcripts.transcript_id,
        transcripts.episode_id,
        transcripts.podcast_id,
        podcasts.title AS podcast,
        episodes.title AS episode,
        episodes.published_year AS year,
        episodes.audio_url,
        episodes.url,
        -- Whoever lands a revision, or rebuilds it, leaves the id of his run.
        transcripts.revision,
        transcripts.version,
        documents.run_id
    FROM core.transcripts
    LEFT JOIN core.episodes ON transcripts.episode_id = episodes.episode_id
    LEFT JOIN core.podcasts ON transcripts.podcast_id = podcasts.podcast_id
    LEFT JOIN raw.documents
        ON transcripts.transcript_id = documents.document_id AND transcripts.revision = documents.revision
    WHERE transcripts.is_current
)

SELECT
    transcript_id,
    episode_id,
    podcast_id,
    podcast,
    episode,
    year,
    audio_url,
    url,
    md5((transcript_id, revision, version, run_id)::VARCHAR) AS sentences_fingerprint,
    md5(described::VARCHAR) AS fingerprint
FROM described
