/*
description: Rows of every core table.
owner: core
grain: table_name
depends_on: core.*
*/
SELECT 'podcasts' AS table_name, count(*) AS n_rows FROM core.podcasts
UNION ALL
SELECT 'episodes', count(*) FROM core.episodes
UNION ALL
SELECT 'transcripts', count(*) FROM core.transcripts
UNION ALL
SELECT 'turns', count(*) FROM core.turns
UNION ALL
SELECT 'sentences', count(*) FROM core.sentences
UNION ALL
SELECT 'segments', count(*) FROM core.segments
UNION ALL
SELECT 'sounds', count(*) FROM core.sounds
