/*
description: The files and bytes of each table of the lake.
owner: lake
grain: table_name
depends_on: ducklake_table_info
*/
SELECT
    schemas.schema_name || '.' || info.table_name AS table_name,
    info.file_count AS n_files,
    info.file_size_bytes AS n_bytes
FROM ducklake_table_info('lake') AS info
INNER JOIN __ducklake_metadata_lake.ducklake_schema AS schemas
    ON info.schema_id = schemas.schema_id AND schemas.end_snapshot IS NULL
