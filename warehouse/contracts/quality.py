"""The tables of ``quality``: runs, what their audits found and held back, and incidents."""

from __future__ import annotations

from warehouse.contracts.table import BYTES, COUNT, MOMENT, TEXT, TEXTS, Column, Table

RUNS = Table(
    "quality",
    "runs",
    "One ingestion run that had something to do.",
    ("run_id",),
    (
        Column("run_id", TEXT, "Id of the run; sorts by start."),
        Column("started_at", MOMENT, "When it began."),
        Column("updated_at", MOMENT, "When it last published."),
        Column("status", TEXT, "running or finished; a run that stays running was killed."),
        Column("sources", TEXTS, "What it was asked to ingest."),
        Column("n_documents", COUNT, "New or changed documents read."),
        Column("n_published", COUNT, "Documents published."),
        Column("n_quarantined", COUNT, "Documents held back."),
        Column("n_bytes", BYTES, "Bytes read.", unit="bytes"),
        Column("stages", TEXT, "Seconds and CPU seconds of each stage, as JSON."),
        Column("podlake_version", TEXT, "Version of podlake."),
    ),
)

BATCHES = Table(
    "quality",
    "batches",
    "One batch of a run, published or rejected as a whole.",
    ("run_id", "batch"),
    (
        Column("run_id", TEXT, "The run."),
        Column("batch", COUNT, "Position in the run, from 0."),
        Column("status", TEXT, "published or rejected."),
        Column("n_documents", COUNT, "Documents in the batch."),
        Column("n_bytes", BYTES, "Bytes of the documents.", unit="bytes"),
        Column("rows_in", BYTES, "Rows that the transform made."),
        Column("rows_published", BYTES, "Rows that landed in core tables."),
        Column("rows_quarantined", BYTES, "Rows held back."),
        Column("published_at", MOMENT, "When the batch landed."),
    ),
    parent="quality.runs",
)

RESULTS = Table(
    "quality",
    "results",
    "The result of one expectation on one table of one batch.",
    ("run_id", "batch", "table_name", "rule"),
    (
        Column("run_id", TEXT, "The run."),
        Column("batch", COUNT, "The batch; -1 for what looks at the run as a whole."),
        Column("table_name", TEXT, "Table the rule looks at."),
        Column("rule", TEXT, "Name of the rule."),
        Column("column_name", TEXT, "Column that owns the rule."),
        Column("severity", TEXT, "critical, warning or info."),
        Column("status", TEXT, "passed, failed or errored."),
        Column("n_rows", BYTES, "Rows looked at."),
        Column("n_unexpected", BYTES, "Rows that break the rule."),
        Column("observed", TEXT, "Value that a table rule observed.", nullable=True),
        Column("why", TEXT, "Why the rule exists."),
        Column("error", TEXT, "What the rule raised.", nullable=True),
    ),
    parent="quality.batches",
)

QUARANTINE = Table(
    "quality",
    "quarantine",
    "One row held back, whole, with the reason.",
    ("run_id", "batch", "table_name", "row_key", "rule"),
    (
        Column("run_id", TEXT, "The run that held it back."),
        Column("batch", COUNT, "The batch."),
        Column("table_name", TEXT, "Table the row was meant for."),
        Column("row_key", TEXT, "Key of the row in that table."),
        Column("document_id", TEXT, "Document it comes from."),
        Column("uri", TEXT, "Where the document was read."),
        Column("rule", TEXT, "Rule that it breaks, or the reason the document could not be parsed."),
        Column("detail", TEXT, "What was seen, and what to do."),
        Column("row", TEXT, "The row as JSON.", nullable=True),
        Column("quarantined_at", MOMENT, "When it was held back."),
    ),
    parent="quality.batches",
)

INCIDENTS = Table(
    "quality",
    "incidents",
    "One thing that went wrong with a schedule, from the first run that showed it to the one that was well again.",
    ("incident_id",),
    (
        Column("incident_id", TEXT, "Id of the incident; sorts by opening."),
        Column("kind", TEXT, "failed, late, incomplete or degraded."),
        Column("subject", TEXT, "The schedule that it concerns."),
        Column("opened_at", MOMENT, "When it was first seen, and told."),
        Column("last_seen_at", MOMENT, "When it was last seen."),
        Column("closed_at", MOMENT, "When a run was well again, or somebody closed it.", nullable=True),
        Column("n_seen", COUNT, "Runs that showed it."),
        Column("muted_until", MOMENT, "Until when nothing is told of this kind and subject.", nullable=True),
        Column("acknowledged_at", MOMENT, "When a person took note of it.", nullable=True),
        Column("acknowledged_by", TEXT, "Who did.", nullable=True),
        Column("detail", TEXT, "What was seen last."),
        Column("run_id", TEXT, "Prefect's id of the run that showed it last.", nullable=True),
    ),
)
