"""Segment cleaned pieces into sentences, turns, and chapters or topics."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tasks.segment.chapters import chapters_of
from tasks.segment.estimated_times import estimate_times
from tasks.segment.fragments import fragments_of
from tasks.segment.restore import restore
from tasks.segment.sentences import sentences_of
from tasks.segment.topics import topics_of
from tasks.segment.turns import assign_turns, turns_of
from warehouse.settings import TURN_THRESHOLD


@dataclass(frozen=True, slots=True)
class Segmented:
    """What segmenting makes of a batch; ``doc`` ties each row to its document. Segments are chapters or topics."""

    sentences: pl.DataFrame
    turns: pl.DataFrame
    segments: pl.DataFrame


def segment(
    pieces: pl.DataFrame, documents: pl.DataFrame, turn_threshold: float = TURN_THRESHOLD
) -> Segmented:
    """Find sentences, then turns and segments from them; no word is changed, dropped or moved.

    Args:
        pieces: Cleaned pieces of a batch.
        documents: ``doc``; ``language``, null where unknown; ``duration_s`` of the recording, null where unknown: times
            that are missing are estimated from it.
        turn_threshold: Probability below which no turn is asserted that only the model sees.
    """
    sentences = sentences_in(pieces, documents, turn_threshold)
    return Segmented(sentences, turns_of(sentences), _segments(pieces.filter("heading"), sentences))


def sentences_in(
    pieces: pl.DataFrame, documents: pl.DataFrame, turn_threshold: float = TURN_THRESHOLD
) -> pl.DataFrame:
    """Find the sentences of pieces, each with its turn; what is missing is restored or estimated. Takes what ``segment`` takes."""
    fragments = fragments_of(assign_turns(pieces.filter(~pl.col("heading"))))
    sentences = sentences_of(restore(fragments, documents, turn_threshold))
    return estimate_times(sentences, documents.select("doc", "duration_s"))


def _segments(headings: pl.DataFrame, sentences: pl.DataFrame) -> pl.DataFrame:
    """Return the chapters that headings mark, and topics for the documents that have none."""
    chapters = chapters_of(headings, sentences)
    topics = topics_of(sentences.join(chapters, on="doc", how="anti", maintain_order="left"))
    return pl.concat([chapters.select(topics.columns), topics]).sort("doc", maintain_order=True)
