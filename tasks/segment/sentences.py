"""Join fragments into sentences, with times interpolated by words."""

from __future__ import annotations

import polars as pl

from tasks.segment import punctuation
from tasks.segment.fragments import changes
from tasks.segment.words import count_fillers, count_repeats


def sentences_of(fragments: pl.DataFrame) -> pl.DataFrame:
    """Turn fragments into sentences, one row each, in order.

    Args:
        fragments: As ``restore`` returns them; a sentence never spans two turns.

    Returns:
        The columns of ``core.sentences`` except ids and positions, with ``doc``, ``turn`` (of the batch),
        ``speaker_label``, ``voice``, ``turn_method``, ``p_start`` and ``is_punctuated``.
    """
    ended = pl.col("ends").shift(1, fill_value=True)
    numbered = _interpolated(fragments.with_columns(sentence=(ended | changes("turn")).cum_sum()))
    sentences = numbered.group_by("sentence", maintain_order=True).agg(
        pl.col("doc", "turn", "speaker_label", "voice", "turn_method", "p_start").first(),
        pl.col("is_punctuated", "start_char").first(),
        pl.col("end_char", "p_end", "method").last(),
        pl.col("start_s").min(),
        pl.col("end_s").max(),
        pl.col("n_words").sum(),
        text=pl.col("words"),
    )
    # Far faster than to join while grouping.
    sentences = sentences.with_columns(pl.col("text").list.join(" "))
    return sentences.with_columns(
        end_punct=punctuation.end_punct(pl.col("text")),
        n_fillers=count_fillers(pl.col("text")),
        n_repeats=count_repeats(sentences["text"]),
    )


def _interpolated(fragments: pl.DataFrame) -> pl.DataFrame:
    """Spread each cue's time over its fragments by their words.

    A cue without an end gives its start to all its fragments, and no end.
    """
    said = pl.col("n_words").cum_sum()
    rows = fragments.with_columns(before=said - pl.col("n_words"), after=said)
    cues = rows.group_by("cue").agg(base=pl.col("before").min(), total=pl.col("n_words").sum())
    rows = rows.join(cues, on="cue", how="left", maintain_order="left")
    duration = pl.col("end_s") - pl.col("start_s")
    # Divided so that batches cannot matter: polars itself divides by one repeated value by another rule.
    share = 1.0 / pl.col("total")
    before, after = ((pl.col(name) - pl.col("base")) * share for name in ("before", "after"))
    return rows.with_columns(
        start_s=pl.col("start_s") + (duration * before).fill_null(0.0),
        end_s=pl.col("start_s") + duration * after,
    )
