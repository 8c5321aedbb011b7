/*
description: The profiles of the runs before one, of what its own profile is about: of each cell the last $looked_back from
    $first on, which keeps the read as small as it was when the lake was young.
grain: run_id, podcast_id, format, published_year, metric
depends_on: quality.profile, asked (what the run's own profile is about), $run_id, $first, $looked_back
*/
SELECT
    past.podcast_id,
    past.format,
    past.published_year,
    past.metric,
    past.run_id,
    past.n,
    past.value,
    past.n_by_step,
    past.z,
    past.rise,
    past.fall,
    past.is_change
FROM quality.profile AS past
SEMI JOIN asked
    ON
        past.metric = asked.metric
        AND past.podcast_id IS NOT DISTINCT FROM asked.podcast_id
        AND past.format IS NOT DISTINCT FROM asked.format
        AND past.published_year IS NOT DISTINCT FROM asked.published_year
WHERE past.run_id >= $first AND past.run_id < $run_id
QUALIFY
    row_number() OVER (
        PARTITION BY past.podcast_id, past.format, past.published_year, past.metric ORDER BY past.run_id DESC
    ) <= $looked_back
