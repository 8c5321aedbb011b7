/*
description: How far each podcast lies from the runs before in one run, the last one where none is named; first what drifts, then what moved
    most. What has too short a past to be compared is left out.
owner: quality.profile
grain: podcast, format, metric
depends_on: quality.profile, quality.measures, raw.documents, core.podcasts, $run_id, the distance from which on a run drifts ($farthest)
*/
WITH profile AS (
    SELECT
        *,
        coalesce(is_change, false) OR coalesce(distance > $farthest, false) AS drifts
    FROM quality.profile
    WHERE
        run_id = coalesce($run_id, (SELECT max(run_id) FROM quality.profile))
        AND podcast_id IS NOT NULL
        AND z IS NOT NULL
),

measured AS (
    SELECT
        document_id,
        podcast_id,
        format,
        metric,
        measure
    FROM (
        SELECT * EXCLUDE (batch, revision, published_year)
        FROM quality.measures
        WHERE run_id = coalesce($run_id, (SELECT max(run_id) FROM quality.profile))
    )
    UNPIVOT (measure FOR metric IN (COLUMNS(* EXCLUDE (run_id, document_id, podcast_id, format))))
),

farthest AS (
    SELECT
        profile.podcast_id,
        profile.format,
        profile.metric,
        arg_max(measured.document_id, abs(measured.measure - profile.baseline)) AS document_id
    FROM profile
    INNER JOIN measured
        ON
            profile.podcast_id = measured.podcast_id
            AND profile.metric = measured.metric
            AND (profile.format IS NULL OR profile.format = measured.format)
    GROUP BY ALL
)

SELECT
    coalesce(podcasts.title, profile.podcast_id) AS podcast,
    profile.format,
    profile.metric,
    profile.drifts,
    profile.value,
    profile.baseline,
    profile.distance,
    profile.z,
    profile.is_change,
    profile.n,
    profile.n_runs,
    (
        SELECT max(documents.uri)
        FROM raw.documents AS documents
        WHERE documents.document_id = farthest.document_id
    ) AS farthest
FROM profile
LEFT JOIN farthest
    ON
        profile.podcast_id = farthest.podcast_id
        AND profile.metric = farthest.metric
        AND profile.format IS NOT DISTINCT FROM farthest.format
LEFT JOIN core.podcasts AS podcasts ON profile.podcast_id = podcasts.podcast_id
ORDER BY
    profile.drifts DESC,
    profile.distance DESC NULLS LAST,
    abs(profile.z) DESC,
    podcast,
    profile.format,
    profile.metric
