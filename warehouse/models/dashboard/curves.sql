/*
description: One metric of each podcast in each format, and of the whole archive, in the last runs, oldest first, beside what it was before.
owner: quality.profile
grain: podcast_id, format, run_id
depends_on: quality.profile, quality.runs, core.podcasts
*/
SELECT
    profile.podcast_id,
    coalesce(podcasts.title, profile.podcast_id, 'All podcasts') AS podcast,
    coalesce(profile.format, 'all formats') AS format,
    profile.run_id,
    runs.started_at,
    profile.n,
    profile.value,
    profile.p10,
    profile.p90,
    profile.baseline,
    profile.distance,
    coalesce(profile.is_change, false) AS is_change,
    CASE WHEN profile.is_change OR profile.distance > $farthest THEN 'warned' ELSE 'passed' END AS status
FROM quality.profile AS profile
INNER JOIN quality.runs AS runs ON profile.run_id = runs.run_id
LEFT JOIN core.podcasts AS podcasts ON profile.podcast_id = podcasts.podcast_id
WHERE
    profile.metric = $metric
    AND profile.published_year IS NULL
    AND (profile.podcast_id IS NOT NULL OR profile.format IS NULL)
    AND ($podcast_id IS NULL OR profile.podcast_id = $podcast_id)
    AND profile.run_id IN (SELECT run_id FROM quality.runs ORDER BY started_at DESC LIMIT 60)
ORDER BY profile.podcast_id NULLS FIRST, format ASC, runs.started_at ASC
