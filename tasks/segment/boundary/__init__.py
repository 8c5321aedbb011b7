"""Restore marks, turns and case of bare words by a model that ships with podlake."""

from __future__ import annotations

import polars as pl

from tasks.segment.boundary.decode import decode
from tasks.segment.boundary.model import VERSION, load
from warehouse.settings import TURN_THRESHOLD

__all__ = ["VERSION", "restore"]


def restore(words: pl.DataFrame, turn_threshold: float = TURN_THRESHOLD) -> pl.DataFrame:
    """Return what stands behind each word, where turns start, and how each word is written.

    Args:
        words: In order; ``doc``, ``word`` as ``bare`` makes it, and where it is there ``known_mark``: the sentence mark
            behind the word as gold numbers it, null where the model is to find it.
        turn_threshold: Probability below which no turn is asserted.

    Returns:
        A row a word: ``mark`` (UInt8, behind the word, as gold numbers them), ``p_end`` (Float64, that a sentence ends
        behind it), ``turn`` (Boolean, another speaker begins with it), ``p_turn`` (Float64), ``surface`` (String, the
        word in its case).
    """
    model = load()
    decoded = decode(model(words), words["doc"], turn_threshold)
    rows = words.select("word").with_columns(
        mark=pl.Series(decoded.mark),
        p_end=pl.Series(decoded.p_end),
        turn=pl.Series(decoded.turn),
        p_turn=pl.Series(decoded.p_turn),
        capital=pl.Series(decoded.capital),
        starts=pl.Series(decoded.starts),
    )
    return rows.with_columns(surface=model.vocabulary.spell(rows)).drop("word", "capital", "starts")
