"""The tables of ``mart``, beside its views: what is counted ahead of questions."""

from __future__ import annotations

from warehouse.contracts.table import COUNT, TEXT, Column, Table

TERM_COUNTS = Table(
    "mart",
    "term_counts",
    "Words counted ahead of the questions; mart.terms reads them, and podlake models run counts what is new.",
    ("transcript_id", "text_fingerprint", "term"),
    (
        Column("transcript_id", TEXT, "The transcript."),
        Column("text_fingerprint", TEXT, "Hash of the transcript's words when they were counted."),
        Column(
            "term", TEXT, "A word in lower case; null where the transcript says none twice.", nullable=True
        ),
        Column("n", COUNT, "How often it is said."),
    ),
)
