/*
description: What one run measured.
grain: document_id, revision
depends_on: quality.measures, $run_id
*/
FROM quality.measures
WHERE run_id = $run_id
