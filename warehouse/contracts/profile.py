"""The tables of ``quality`` that profile runs: what was measured, and how it compares with the past."""

from __future__ import annotations

import polars as pl

from warehouse.contracts.table import COUNT, COUNTS, FLAG, TEXT, YEAR, Column, Table
from warehouse.metrics import METRICS, N_STEPS

MEASURES = Table(
    "quality",
    "measures",
    "What was measured of one document when a run landed it.",
    ("run_id", "document_id", "revision"),
    (
        Column("run_id", TEXT, "The run."),
        Column("batch", COUNT, "The batch."),
        Column("document_id", TEXT, "The document."),
        Column("revision", COUNT, "The revision that the run landed."),
        Column("podcast_id", TEXT, "The podcast of the document."),
        Column("format", TEXT, "Format of the document."),
        Column("published_year", YEAR, "Year of the episode's publication.", nullable=True),
        *(
            Column(metric.name, pl.Float64(), metric.description, nullable=True, unit=metric.unit)
            for metric in METRICS
        ),
    ),
    parent="quality.runs",
)

PROFILE = Table(
    "quality",
    "profile",
    "One metric over the documents that a run landed of a podcast in a format, of a format, of a year, or of all, "
    "beside the runs before it.",
    ("run_id", "podcast_id", "format", "published_year", "metric"),
    (
        Column("run_id", TEXT, "The run."),
        Column("podcast_id", TEXT, "The podcast; null for all of them.", nullable=True),
        Column("format", TEXT, "The format; null for all of them.", nullable=True),
        Column("published_year", YEAR, "The year of publication; null for all of them.", nullable=True),
        Column("metric", TEXT, "A metric of quality.measures."),
        Column("n", COUNT, "Documents that have a value."),
        Column("value", pl.Float64(), "Mean over these documents."),
        Column("p10", pl.Float64(), "A tenth of them lie below."),
        Column("p50", pl.Float64(), "Half of them lie below."),
        Column("p90", pl.Float64(), "A tenth of them lie above."),
        Column("n_by_step", COUNTS, f"Documents in each of the {N_STEPS} steps of the metric's scale."),
        Column(
            "n_runs",
            COUNT,
            "Runs before this one that it is compared with: the last 30 that did not lie off themselves.",
        ),
        Column("baseline", pl.Float64(), "Mean over these runs; null without any.", nullable=True),
        Column(
            "distance",
            pl.Float64(),
            "Wasserstein distance from these runs without the document that lies farthest off, in standard deviations "
            "of documents; null where the past or the run is too small to tell.",
            True,
            "standard deviations",
        ),
        Column(
            "z",
            pl.Float64(),
            "Shift of the mean against these runs, in standard errors; null like distance, but for small runs.",
            True,
            "standard errors",
        ),
        Column("rise", pl.Float64(), "CUSUM of upward shifts since the last change point."),
        Column("fall", pl.Float64(), "CUSUM of downward shifts since the last change point."),
        Column(
            "is_change", FLAG, "Whether one of them crossed the limit: a change point; null like z.", True
        ),
    ),
    parent="quality.runs",
)
