/*
description: The current transcript of each episode that an export takes along, as a document, in the order in which it
    is written.
grain: place
depends_on: core.podcasts, core.episodes, core.transcripts, raw.documents
parameters: podcasts (titles or ids; none for all), years (of publication; none for all)
*/
SELECT
    row_number() OVER (
        ORDER BY podcasts.title ASC, episodes.published_at ASC NULLS LAST, episodes.title ASC, episodes.episode_id ASC
    ) AS place,
    transcripts.transcript_id,
    episodes.episode_id,
    podcasts.title AS podcast,
    episodes.title,
    episodes.published_at,
    coalesce(episodes.duration_s, transcripts.duration_s) AS duration_s,
    episodes.url,
    episodes.audio_url,
    transcripts.language,
    transcripts.format,
    transcripts.n_words,
    transcripts.has_times,
    transcripts.is_punctuated,
    transcripts.model,
    transcripts.version,
    documents.uri,
    documents.podcast AS folder,
    documents.path,
    documents.ingested_at
FROM core.transcripts AS transcripts
INNER JOIN core.episodes AS episodes ON transcripts.episode_id = episodes.episode_id
INNER JOIN core.podcasts AS podcasts ON episodes.podcast_id = podcasts.podcast_id
LEFT JOIN
    raw.documents AS documents
    ON transcripts.transcript_id = documents.document_id AND transcripts.revision = documents.revision
WHERE
    transcripts.is_current
    AND (len($podcasts::VARCHAR[]) = 0 OR podcasts.title IN $podcasts OR podcasts.podcast_id IN $podcasts)
    AND (len($years::INTEGER[]) = 0 OR episodes.published_year IN $years)
