/*
description: The open incidents of one subject, and which kinds of it are muted now.
owner: quality.incidents
grain: kind
depends_on: quality.incidents
*/
SELECT
    kind,
    max(incident_id) FILTER (WHERE closed_at IS NULL) AS incident_id,
    coalesce(bool_or(muted_until > now()), FALSE) AS is_muted
FROM quality.incidents
WHERE subject = $subject
GROUP BY kind
