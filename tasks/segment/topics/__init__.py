"""Cut transcripts without chapters into topics, however many there are, and name them.

Each gap between two sentences is described (lexical chains, turns, questions, cue phrases), a logistic model gives
the probability that a topic starts there, and dynamic programming chooses the cuts that are expected to be wrong
least often. Everything is counted within the document: no batch, language or corpus enters.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.segment.topics.decode import best_cuts
from tasks.segment.topics.gaps import gaps_of
from tasks.segment.topics.model import Model
from tasks.segment.topics.titles import titles_of
from tasks.segment.topics.tokens import Tokens, hashes_of, tokens_of
from tasks.segment.topics.weights import WITH_TURNS, WITHOUT_TURNS

METHOD = "topics/1"

FEWEST_WORDS = 600
"""A shorter document (four minutes) is one topic: the mean chapter of the gold has 560 words."""
_FEWEST_TURNS = 3
_WORDS_PER_TURN = 1500
"""A document with fewer turns is one whose turns nobody marked."""
_CHUNK_WORDS = 250_000
"""Documents are taken together up to so many words, which bounds the memory: 125 MB for 17.8 MB of text."""
_ENGLISH = hashes_of("the and to that of you is in it so")
_LEAST_ENGLISH = 0.1
"""Share of those ten words in English speech: the lowest of 173 episodes is .16; five German ones have .03."""
_FOREIGN_SCORE = 0.5
"""What a score is worth where no cue word can be understood and nobody has measured it."""

_NO_TITLES = pl.DataFrame(schema={"segment": pl.Int64, "title": pl.String})

Values = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def topics_of(sentences: pl.DataFrame) -> pl.DataFrame:
    """Return one row a topic, in order, of each document that holds at least two.

    A document of fewer than ``FEWEST_WORDS`` words, or without a gap worth cutting, gets none: one segment that is
    the whole document would say nothing.

    Args:
        sentences: Rows in order, with ``doc``, ``turn``, ``start_char``, ``end_char``, ``start_s``, ``end_s``,
            ``error_s``, ``n_words`` and ``text``.

    Returns:
        ``doc``, ``start_char``, ``title`` (up to three of the topic's own terms, as spoken), ``end_char``, ``start_s``,
        ``end_s``, ``error_s``, ``method`` and ``score``: the probability that a topic starts where the segment does; for the
        first, that one starts where it ends. Halved where the language is not English.
    """
    documents = sentences.group_by("doc", maintain_order=True).agg(
        n_words=pl.col("n_words").sum(), n_turns=pl.col("turn").n_unique()
    )
    long = documents.filter(pl.col("n_words") >= FEWEST_WORDS)
    long = long.with_columns(
        has_turns=(pl.col("n_turns") >= _FEWEST_TURNS)
        & (pl.col("n_words") <= pl.col("n_turns").cast(pl.Int64) * _WORDS_PER_TURN),
        chunk=pl.col("n_words").cast(pl.Int64).cum_sum() // _CHUNK_WORDS,
    )
    rows = sentences.join(long.select("doc", "has_turns", "chunk"), on="doc", maintain_order="left")
    parts = [_cut(part) for part in rows.partition_by("chunk", maintain_order=True)]
    nothing = rows.clear().with_columns(segment=pl.lit(0, pl.Int64), p=pl.lit(0.0))
    return pl.concat([_segments(nothing, _NO_TITLES), *parts])


def probabilities(gaps: Values, has_turns: Flags, models: tuple[Model, Model]) -> Values:
    """Return the probability that a topic starts, one a gap, by the model with or without turns."""
    with_turns, without = models
    return np.where(has_turns, with_turns.probabilities(gaps), without.probabilities(gaps))


def _cut(sentences: pl.DataFrame) -> pl.DataFrame:
    """Find the topics of some documents."""
    tokens = tokens_of(sentences)
    has_turns = sentences["has_turns"].to_numpy()
    p = probabilities(gaps_of(sentences, tokens), has_turns, (WITH_TURNS, WITHOUT_TURNS))
    starts = np.flatnonzero(np.diff(sentences["doc"].to_numpy().astype(np.int64), prepend=-1))
    bounds = np.append(starts, len(p)).tolist()
    cuts = [[low + cut for cut in best_cuts(p[low:high])] for low, high in pairwise(bounds)]
    found = np.zeros(len(p), dtype=bool)
    found[[cut for of_doc in cuts for cut in of_doc]] = True
    several = np.repeat(np.array([bool(of_doc) for of_doc in cuts]), np.diff(bounds))
    found[starts] = True
    worth = p * np.where(_is_english(tokens), 1.0, _FOREIGN_SCORE)
    worth[starts] = [worth[of_doc[0]] if of_doc else 0.0 for of_doc in cuts]
    segment = np.cumsum(found) - 1
    titles = titles_of(sentences["text"], tokens, segment)
    return _segments(sentences.with_columns(segment=segment, p=worth).filter(pl.Series(several)), titles)


def _is_english(tokens: Tokens) -> Flags:
    """Say of each sentence whether its document uses the commonest English words as English does."""
    common = np.concatenate([[0], np.cumsum(np.isin(tokens.hashes, _ENGLISH))])
    share = (common[tokens.doc_end] - common[tokens.doc_start]) / (tokens.doc_end - tokens.doc_start)
    english: Flags = share >= _LEAST_ENGLISH
    return english


def _segments(sentences: pl.DataFrame, titles: pl.DataFrame) -> pl.DataFrame:
    """Gather sentences into the segments that they are numbered by."""
    segments = sentences.group_by("segment", maintain_order=True).agg(
        pl.col("doc", "start_char").first(),
        pl.col("end_char").last(),
        pl.col("start_s").min(),
        pl.col("end_s").max(),
        pl.col("error_s").max(),
        first_words=pl.col("text").first().str.slice(0, 40),
        score=pl.col("p").first(),
    )
    named = segments.join(titles, on="segment", how="left", maintain_order="left")
    return named.select(
        "doc",
        "start_char",
        pl.coalesce("title", "first_words").alias("title"),
        "end_char",
        "start_s",
        "end_s",
        "error_s",
        method=pl.lit(METHOD),
        score="score",
    )
