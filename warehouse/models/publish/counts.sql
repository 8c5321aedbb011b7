/*
description: How many documents of the batch land, by status, and their bytes.
grain: one row
depends_on: fresh
*/
SELECT
    count(*) AS n_documents,
    count_if(status = 'published') AS n_published,
    count_if(status = 'quarantined') AS n_quarantined,
    count_if(status = 'rejected') AS n_rejected,
    coalesce(sum(n_bytes), 0)::BIGINT AS n_bytes
FROM fresh
