/*
description: How many documents of the batch land, by status, and their bytes; a batch of feeds may have none.
grain: one row
depends_on: fresh
*/
SELECT
    count(*) AS n_documents,
    count(*) FILTER (status = 'published') AS n_published,
    count(*) FILTER (status = 'quarantined') AS n_quarantined,
    count(*) FILTER (status = 'rejected') AS n_rejected,
    coalesce(sum(n_bytes), 0)::BIGINT AS n_bytes
FROM fresh
