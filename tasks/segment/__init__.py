"""Segment cleaned pieces into sentences, turns and chapters."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tasks.segment.chapters import chapters_of
from tasks.segment.sentences import sentences_of
from tasks.segment.turns import assign_turns, turns_of


@dataclass(frozen=True, slots=True)
class Segmented:
    """What segmenting makes of a batch; ``doc`` ties each row to its document."""

    sentences: pl.DataFrame
    turns: pl.DataFrame
    chapters: pl.DataFrame


def segment(pieces: pl.DataFrame) -> Segmented:
    """Find sentences, then turns and chapters from them; no word is changed, dropped or moved."""
    speech = assign_turns(pieces.filter(~pl.col("heading")))
    sentences = sentences_of(speech)
    return Segmented(sentences, turns_of(sentences), chapters_of(pieces.filter("heading"), sentences))
