"""Turn bare words into the numbers that the boundary model knows them by."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.segment.words import raised

N_BUCKETS = 2048
"""Words that the vocabulary lacks share so many numbers, by their last three letters."""

PAD = 0
"""The number of the silence before and behind a document."""

Ids = npt.NDArray[np.int32]

_DIGIT = re.compile(r"\d")


def key(word: str) -> str:
    """Return what the vocabulary holds of a bare word: every digit is a nought."""
    return _DIGIT.sub("0", word)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that the model knows, most frequent first, and how each is written inside a sentence."""

    words: tuple[str, ...]
    surfaces: tuple[str, ...]

    @property
    def size(self) -> int:
        """Numbers in use: silence, buckets, words."""
        return 1 + N_BUCKETS + len(self.words)

    def ids(self, words: pl.Series) -> Ids:
        """Return the number of each bare word.

        Known words are found by one join; only the distinct unknown ones are looked at one by one.
        """
        known = pl.DataFrame({"word": self.words, "id": range(1 + N_BUCKETS, self.size)})
        ids = words.to_frame("word").join(_typed(known), on="word", how="left", maintain_order="left")
        unknown = ids.filter(pl.col("id").is_null())["word"].unique()
        if unknown.is_empty():
            return ids["id"].to_numpy()
        numbers = dict(zip(self.words, range(1 + N_BUCKETS, self.size), strict=True))
        guessed = [numbers.get(key(word)) or _bucket(key(word)) for word in unknown]
        others = _typed(pl.DataFrame({"word": unknown, "id": guessed}))
        ids = ids.join(others, on="word", how="left", maintain_order="left")
        return ids.select(pl.coalesce("id", "id_right")).to_series().to_numpy()

    def buckets(self) -> Ids:
        """Return, for each number, that of the bucket which its word would be in if it were unknown."""
        own = np.arange(1 + N_BUCKETS)
        return np.concatenate([own, [_bucket(word) for word in self.words]]).astype(np.int32)

    def spell(self, words: pl.DataFrame) -> pl.Series:
        """Return each word in its case.

        Args:
            words: ``word``; ``capital``, whether it has one wherever it stands; ``starts``, whether a sentence starts
                with it.
        """
        forms = pl.DataFrame({"word": self.words, "form": self.surfaces}).filter(pl.col("form") != "")
        spelt = words.with_columns(known=pl.when("capital").then("word"))
        spelt = spelt.join(forms, left_on="known", right_on="word", how="left", maintain_order="left")
        rises = pl.col("capital") | pl.col("starts")
        return spelt.select(
            pl.coalesce("form", pl.when(rises).then(raised(pl.col("word"))).otherwise("word"))
        ).to_series()


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col("id").cast(pl.Int32))


def _bucket(word: str) -> int:
    """Return the number that an unknown word shares with those that end alike."""
    return 1 + zlib.crc32(word[-3:].encode()) % N_BUCKETS


def vocabulary_of(words: pl.DataFrame, size: int) -> Vocabulary:
    """Choose the most frequent words of gold, with the spelling that each has most often inside a sentence.

    Args:
        words: Columns ``word``, ``surface`` and ``initial`` of ``GOLD``.
        size: Words to keep at most.
    """
    keyed = words.with_columns(key=pl.col("word").str.replace_all(r"\d", "0"))
    kept = keyed.group_by("key").len().sort(["len", "key"], descending=[True, False]).head(size)
    spelt = keyed.filter(~pl.col("initial") & pl.col("surface").str.contains(r"\p{Lu}"))
    spelt = spelt.group_by("word", "surface").len().sort(["len", "surface"], descending=[True, False])
    spelt = spelt.unique("word", keep="first", maintain_order=True)
    kept = kept.join(spelt, left_on="key", right_on="word", how="left", maintain_order="left")
    surfaces: Sequence[str] = kept.select(pl.col("surface").fill_null("")).to_series().to_list()
    return Vocabulary(tuple(kept["key"]), tuple(surfaces))
