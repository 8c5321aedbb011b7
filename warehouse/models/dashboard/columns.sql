/*
description: The columns that a table of the lake ever had, and the snapshots that brought and took them.
owner: lake
grain: column_name, begin_snapshot
depends_on: DuckLake's ducklake_schema, ducklake_table, ducklake_column and ducklake_snapshot
*/
SELECT
    columns.column_name,
    columns.column_type,
    columns.begin_snapshot,
    columns.end_snapshot,
    begun.snapshot_time AS begin_at,
    ended.snapshot_time AS end_at,
    columns.begin_snapshot > tables.begin_snapshot OR columns.end_snapshot IS NOT NULL AS is_change
FROM __ducklake_metadata_lake.ducklake_table AS tables
INNER JOIN __ducklake_metadata_lake.ducklake_schema AS schemas
    ON tables.schema_id = schemas.schema_id AND schemas.end_snapshot IS NULL
INNER JOIN __ducklake_metadata_lake.ducklake_column AS columns ON tables.table_id = columns.table_id
LEFT JOIN __ducklake_metadata_lake.ducklake_snapshot AS begun ON columns.begin_snapshot = begun.snapshot_id
LEFT JOIN __ducklake_metadata_lake.ducklake_snapshot AS ended ON columns.end_snapshot = ended.snapshot_id
WHERE
    schemas.schema_name = $schema_name
    AND tables.table_name = $table_name
    AND tables.end_snapshot IS NULL
    AND columns.parent_column IS NULL
ORDER BY columns.begin_snapshot, columns.column_order
