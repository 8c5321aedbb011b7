/*
description: Incidents, those that are open first, then the latest.
owner: quality.incidents
grain: incident_id
depends_on: quality.incidents
*/
SELECT
    incident_id,
    kind,
    subject,
    opened_at,
    last_seen_at,
    closed_at,
    n_seen,
    muted_until,
    acknowledged_at,
    acknowledged_by,
    detail,
    run_id
FROM quality.incidents
WHERE $every OR closed_at IS NULL
ORDER BY closed_at IS NOT NULL, opened_at DESC
