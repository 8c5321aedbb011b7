"""Evaluate estimated times: hide the times of timed transcripts, estimate them, and compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from tasks.batch import Batch, batches
from tasks.discover import discover
from tasks.document import read
from tasks.segment.estimated_times import estimate_times
from tasks.transform import Source, transform
from warehouse.contracts import DOCUMENTS, SENTENCES
from warehouse.errors import SourceError
from warehouse.settings import Settings

ALL = "all shows"
_FEWEST_WORDS = 100
"""A transcript of less is a trailer or noise, in which nothing can go far wrong."""
_SHARE_TIMED = 0.98
_SHARE_OWN = 0.8
"""Share of sentences with a start of their own: stamps every few minutes are no gold for seconds."""
_LATEST_START_S = 60.0
"""Gold begins with the recording: a transcript whose first stamp comes later lacks times, or its beginning."""


def evaluate_times(sources: Sequence[str | Path], settings: Settings) -> pl.DataFrame:
    """Estimate the starts of the sentences of timed transcripts, with the recording's duration known and unknown.

    The duration is the one that the document declares, or else the end of its last sentence. Of an episode in several
    formats, the timed transcript that comes first counts.

    Returns:
        A row a show, and one for ``ALL`` where there are several: ``show``, ``n_transcripts``, ``n_sentences``,
        ``hours``, and for each of known and unknown the median absolute error (``known_error_s``), the median
        half-width of the interval (``known_interval_s``) and the share of starts inside it (``known_coverage``), in which
        every transcript counts the same.

    Raises:
        SourceError: A source cannot be read, or nothing in it is timed.
    """
    found = list(_estimated(sources, settings))
    errors = pl.concat(found) if found else pl.DataFrame()
    if errors.is_empty():
        raise SourceError(
            "no transcript here has times for its sentences",
            where=", ".join(map(str, sources)),
            remedy="Name timed captions, such as WebVTT or SRT.",
        )
    shows = _scores(errors)
    return shows if shows.height == 1 else pl.concat([shows, _scores(errors.with_columns(show=pl.lit(ALL)))])


def _estimated(sources: Sequence[str | Path], settings: Settings) -> Iterator[pl.DataFrame]:
    """Yield the errors of each batch's sentences."""
    seen = pl.Series([], dtype=pl.String)
    for batch in batches(discover(sources, settings), settings.batch_bytes):
        gold = _gold(batch).filter(~pl.col("episode_id").is_in(seen.implode()))
        seen = pl.concat([seen, gold["episode_id"].unique()])
        if gold.height:
            yield _errors(gold)


def _gold(batch: Batch) -> pl.DataFrame:
    """Return the sentences of the batch's well-timed transcripts, with ``doc``, ``show`` and ``duration_s``."""
    tables = transform([Source(*read(document)) for document in batch.documents])
    documents = tables[DOCUMENTS.full_name].select(
        "podcast", "duration_s", transcript_id="document_id", doc=pl.int_range(pl.len(), dtype=pl.UInt32)
    )
    rows = tables[SENTENCES.full_name].join(documents, on="transcript_id", maintain_order="left")
    rows = rows.with_columns(
        start_s=pl.when(pl.col("error_s").is_null()).then("start_s"),
        end_s=pl.when(pl.col("error_s").is_null()).then("end_s"),
    )
    start = pl.col("start_s")
    timed = rows.group_by("episode_id", "doc", maintain_order=True).agg(
        is_gold=(pl.sum("n_words") >= _FEWEST_WORDS)
        & (start.is_not_null().mean() >= _SHARE_TIMED)
        & (start.n_unique() >= _SHARE_OWN * pl.len())
        & (start.min() < _LATEST_START_S),
        last_s=pl.max_horizontal(pl.col("end_s").max(), start.max()),
    )
    gold = timed.filter("is_gold").unique("episode_id", keep="first", maintain_order=True)
    return rows.join(gold.select("doc", "last_s"), on="doc", maintain_order="left").select(
        "doc",
        "episode_id",
        "n_words",
        "text",
        "start_s",
        show="podcast",
        duration_s=pl.coalesce("duration_s", "last_s"),
    )


def _errors(gold: pl.DataFrame) -> pl.DataFrame:
    """Return how far off each start is estimated, and the interval's half-width, by what was known."""
    nothing = pl.lit(None, pl.Float64)
    hidden = gold.with_columns(true_s="start_s", start_s=nothing, end_s=nothing)
    durations = gold.select("doc", "duration_s").unique("doc")
    known = estimate_times(hidden, durations)
    unknown = estimate_times(hidden, durations.clear())
    return known.select(
        "show",
        "episode_id",
        "duration_s",
        known=(pl.col("start_s") - pl.col("true_s")).abs(),
        known_width="error_s",
        unknown=(unknown["start_s"] - pl.col("true_s")).abs(),
        unknown_width=unknown["error_s"],
    ).drop_nulls("known")


def _scores(errors: pl.DataFrame) -> pl.DataFrame:
    kinds = ("known", "unknown")
    transcripts = errors.group_by("show", "episode_id").agg(
        pl.len(),
        pl.col("duration_s").first(),
        *((pl.col(kind) <= pl.col(f"{kind}_width")).mean().alias(kind) for kind in kinds),
    )
    covered = transcripts.group_by("show").agg(
        n_transcripts=pl.len(),
        n_sentences=pl.sum("len"),
        hours=pl.sum("duration_s") / 3600,
        **{f"{kind}_coverage": pl.col(kind).mean() for kind in kinds},
    )
    widths = errors.group_by("show").agg(
        *(pl.col(kind).median().alias(f"{kind}_error_s") for kind in kinds),
        *(pl.col(f"{kind}_width").median().alias(f"{kind}_interval_s") for kind in kinds),
    )
    measures = ("error_s", "interval_s", "coverage")
    columns = [f"{kind}_{measure}" for kind in kinds for measure in measures]
    return (
        covered.join(widths, on="show")
        .sort("show")
        .select("show", "n_transcripts", "n_sentences", "hours", *columns)
    )
