"""Name topics by their own words: those said there more often than the rest of the document lets expect."""

from __future__ import annotations

import re

import polars as pl

_MOST_TERMS = 3
_FEWEST_LETTERS = 4
_AROUND = ".,;:!?\u2026\"'\u2018\u2019\u201c\u201d()[]{}*_-\u2013\u2014"
_APOSTROPHE_TAIL = r"['\u2019](?:s|re|ve|ll|d|m|t)$"
_STOP = re.findall(
    r"\S+",
    "about actually after again also always another anything around aren't back because been before being better "
    "between both can't come could couldn't definitely didn't different does doesn't doing don't done down each else "
    "even every everybody everyone everything exactly feel find first from getting give going gonna good great guess "
    "guys have haven't having hear here into isn't it's just kind kinda know last less let's like little long look "
    "looking lots made make makes making many maybe mean might more most much myself need never next nice okay once "
    "only other others over part people person point pretty probably question quite really right said same say saying "
    "says see seen should show similar since some somebody someone something sometimes sort still stuff such sure take "
    "talk talked talking tell than thank thanks that that's their them then there there's these they they're thing "
    "things think this those though thought through time times today together told tried trying under until used "
    "using very wanna want wanted wasn't ways week well went were weren't what what's whatever when where whether which "
    "while will with within without won't work would wouldn't yeah year years yes yesterday your you're you've i've "
    "interesting awesome basically totally absolutely obviously literally certain able already almost often goes gets "
    "anyone instead example start started happened happen happens call called came coming whole where's who's we're "
    "we've i'll you'll they've hello welcome cool wow love course makes years own day days actual amazing hundred",
)
"""Words that say nothing about a topic. Only English has them; elsewhere the excess alone decides."""


def titles_of(sentences: pl.DataFrame) -> pl.DataFrame:
    """Return ``segment`` and ``title`` of each segment that has words to name it.

    A term's weight is its class-based TF-IDF (Grootendorst 2022, "BERTopic") with the expected count taken off: what a
    word is said more often in the segment than its share of the document lets expect, times the logarithm of
    its rarity in the document. So words that are common throughout drop out in any language.

    Args:
        sentences: Has ``doc``, ``segment`` (numbered over the batch) and ``text``.
    """
    words = sentences.select("doc", "segment", term=pl.col("text").str.split(" ")).explode("term")
    words = words.with_columns(term=pl.col("term").str.strip_chars(_AROUND))
    words = words.with_columns(term=pl.col("term").str.replace(_APOSTROPHE_TAIL, ""))
    words = words.with_columns(key=pl.col("term").str.to_lowercase()).with_row_index("place")
    counted = words.group_by("doc", "segment", "key").agg(n=pl.len(), place=pl.col("place").min())
    whole = pl.col("n").sum()
    counted = counted.with_columns(
        in_doc=whole.over("doc", "key"), segment_words=whole.over("segment"), doc_words=whole.over("doc")
    )
    expected = pl.col("in_doc") * pl.col("segment_words") / pl.col("doc_words")
    rarity = (pl.col("doc_words") / pl.col("in_doc")).log()
    terms = counted.filter(
        (pl.col("key").str.len_chars() >= _FEWEST_LETTERS)
        & ~pl.col("key").is_in(_STOP)
        & pl.col("key").str.contains(r"^\p{L}[\p{L}\p{N}'\u2019.+#-]*$")
    ).with_columns(weight=(pl.col("n") - expected) * rarity)
    best = terms.sort("segment", pl.col("weight").round(9), "place", descending=[False, True, False])
    best = best.group_by("segment", maintain_order=True).head(_MOST_TERMS)
    spelled = best.join(words.select("segment", "key", "term"), on=["segment", "key"], maintain_order="left")
    spelling = spelled.group_by("segment", "key", maintain_order=True).agg(
        pl.col("term").mode(maintain_order=True).first()
    )
    titles = spelling.group_by("segment", maintain_order=True).agg(title=pl.col("term").str.join(", "))
    first = pl.col("title").str.slice(0, 1).str.to_uppercase()
    return titles.with_columns(title=first + pl.col("title").str.slice(1))
