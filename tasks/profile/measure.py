"""Measure each document of a batch: how it is spoken, how it is punctuated, labelled and recognised."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import numpy as np
import polars as pl

from tasks.segment.punctuation import METHOD
from tasks.segment.words import bare
from tasks.transform import Tables
from warehouse.contracts import MEASURES, SENTENCES, TRANSCRIPTS, TURNS
from warehouse.metrics import FEWEST_WORDS, METRICS

_SHORTEST_PACED_S = 60.0
"""Below this a pace is mostly the silence at both ends."""

_LOOKED_BACK = 3
"""A recogniser that loops says one to three sentences again and again."""

_SHORTEST_LOOPED = 3
"""Words: "Yeah." after "Yeah." is talk."""

_SAMPLED = 8
"""Looking up every word would cost eight times as much, and all that the other metrics cost together."""

_MARKS = r"[.,;:?!\u2026]"

_TOLD = ["label", "mark"]
"""Signs of the source's own that a turn starts with."""

_READ = {
    TRANSCRIPTS: ("transcript_id", "n_words", "has_times", "duration_s"),
    SENTENCES: ("transcript_id", "sentence", "n_words", "n_fillers", "n_repeats", "method", "text"),
    TURNS: ("transcript_id", "speaker", "speaker_label", "method", "n_words"),
}

_SCHEMA = pl.Schema(
    {"document_id": MEASURES.polars_schema["document_id"]} | {metric.name: pl.Float64() for metric in METRICS}
)


def measurable(tables: Tables) -> Tables:
    """Return what ``measure`` reads of the tables that ``transform`` made, and no more, to be kept for a while."""
    return {table.full_name: tables[table.full_name].select(names) for table, names in _READ.items()}


def measure(parts: Sequence[Tables]) -> pl.DataFrame:
    """Return one row a transcript: ``document_id`` and its metrics, null where a metric does not apply.

    Args:
        parts: What ``measurable`` returned for each part of a batch; it is cheaper to measure it as a whole. Whether a
            document is held back is not known yet.
    """
    tables = {
        table.full_name: pl.concat([table.empty().select(names), *(part[table.full_name] for part in parts)])
        for table, names in _READ.items()
    }
    said, words = pl.col("n_words").cast(pl.Float64), pl.col("words").cast(pl.Float64)
    measured = (
        tables[TRANSCRIPTS.full_name]
        .lazy()
        .join(_of_sentences(tables[SENTENCES.full_name]), on="transcript_id", how="left")
        .join(_of_turns(tables[TURNS.full_name]), on="transcript_id", how="left")
        .join(_of_samples(tables[SENTENCES.full_name]), on="transcript_id", how="left")
    )
    is_paced = pl.col("has_times") & (pl.col("duration_s") >= _SHORTEST_PACED_S)
    rates = {
        "words_per_minute": pl.when(is_paced).then(said * 60 / pl.col("duration_s")),
        "unlabelled_share": 1 - pl.col("labelled") / pl.col("in_turns"),
        "oov_rate": _enough("sampled", pl.col("unknown") / pl.col("sampled")),
        "loop_rate": pl.col("looped") / words,
        "punctuation_rate": pl.col("marks") / words,
        "filler_rate": pl.col("fillers") / words,
        "sentence_words": _enough("ended", pl.col("ended") / pl.col("ends")),
        "turn_words": _enough("told", pl.col("told") / pl.col("tells")),
    }
    return (
        measured.select(
            pl.col("transcript_id").alias("document_id"),
            *(_enough("n_words", rate).alias(name) for name, rate in rates.items()),
            document_words=said,
            held_back_share=pl.lit(None, pl.Float64),
        )
        .collect(engine="in-memory")
        .match_to_schema(_SCHEMA)
    )


def _enough(n_words: str, rate: pl.Expr) -> pl.Expr:
    return pl.when(pl.col(n_words) >= FEWEST_WORDS).then(rate)


def _of_sentences(sentences: pl.DataFrame) -> pl.LazyFrame:
    """Count, by transcript, words, fillers, words in loops, and what the source's own punctuation shows."""
    n_words, is_own = pl.col("n_words").cast(pl.Int64), pl.col("method") == METHOD
    again = pl.any_horizontal(
        (pl.col("text") == pl.col("text").shift(back))
        & (pl.col("transcript_id") == pl.col("transcript_id").shift(back))
        for back in range(1, _LOOKED_BACK + 1)
    )
    is_loop = (again & (n_words >= _SHORTEST_LOOPED)).fill_null(value=False)
    rows = sentences.lazy().select(
        "transcript_id",
        "n_fillers",
        n_words=n_words,
        looped=pl.when(is_loop).then(n_words).otherwise(pl.col("n_repeats").cast(pl.Int64)),
        is_own=is_own,
        marks=pl.when(is_own).then(pl.col("text")).str.count_matches(_MARKS),
    )
    return rows.group_by("transcript_id").agg(
        words=pl.sum("n_words"),
        fillers=pl.sum("n_fillers"),
        looped=pl.sum("looped"),
        marks=pl.sum("marks"),
        ended=pl.col("n_words").filter("is_own").sum(),
        ends=pl.sum("is_own"),
    )


def _of_turns(turns: pl.DataFrame) -> pl.LazyFrame:
    """Count, by transcript, the words of all turns, of those with a speaker, and of those that the source marks."""
    n_words, is_told = pl.col("n_words").cast(pl.Int64), pl.col("method").is_in(_TOLD)
    has_speaker = pl.col("speaker_label").is_not_null() & pl.col("speaker").is_not_null()
    return (
        turns.lazy()
        .group_by("transcript_id")
        .agg(
            in_turns=n_words.sum(),
            labelled=n_words.filter(has_speaker).sum(),
            told=n_words.filter(is_told).sum(),
            tells=is_told.sum(),
        )
    )


def _of_samples(sentences: pl.DataFrame) -> pl.LazyFrame:
    """Look words up in every eighth sentence, the first among them; each distinct word once."""
    sampled = sentences.filter(pl.col("sentence") % _SAMPLED == 0)
    words = sampled.select("transcript_id", word=pl.col("text").str.split(" ")).explode("word")
    distinct = words.select(pl.col("word").unique()).with_columns(
        key=bare(pl.col("word")).str.replace_all(r"\d", "0")
    )
    is_known = (pl.col("key") == "") | pl.col("key").is_in(_vocabulary().implode())
    unknown = distinct.filter(~is_known)["word"]
    is_unknown = pl.col("word").is_in(unknown.implode())
    return words.lazy().group_by("transcript_id").agg(sampled=pl.len(), unknown=is_unknown.sum())


@cache
def _vocabulary() -> pl.Series:
    """Return the words that the boundary model knows, without loading the model."""
    with np.load(str(files("tasks") / "segment" / "boundary" / "weights.npz")) as tensors:
        return pl.Series(bytes(tensors["vocabulary"]).decode().split("\n"))
