"""Name topics by their own words: those said there more often than the rest of the document lets expect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.segment.topics.chains import by_word
from tasks.segment.topics.tokens import Ints, Tokens, hashes_of

_MOST_TERMS = 3
_CANDIDATES = 8
"""Terms a segment from which those are chosen that are words, and no form of a better one."""
_FEWEST_LETTERS = 4
_SHORT_WORDS = 150
"""In a segment of more words, a term is said at least twice."""
_SAME_LETTERS = 5
"""Terms that share so many first letters are forms of one word."""
_AROUND = ".,;:!?\u2026\"'\u2018\u2019\u201c\u201d()[]{}*_-\u2013\u2014"
_TAIL = r"['\u2019](?:s|re|ve|ll|d|m|t)$"
_WORD = r"^\p{L}[\p{L}\p{N}'\u2019.+#-]*$"
_STOP = hashes_of(
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


@dataclass(frozen=True, slots=True)
class _Terms:
    """One a term and segment: the segment, the weight, and where the term is said."""

    segment: Ints
    weight: npt.NDArray[np.float64]
    place: Ints


def titles_of(text: pl.Series, tokens: Tokens, segment: Ints) -> pl.DataFrame:
    """Return ``segment`` and ``title`` of each segment that has words to name it.

    A term's weight is its class-based TF-IDF (Grootendorst 2022, "BERTopic") with the expected count taken off: what a
    word is said more often in the segment than its share of the document lets expect, times the logarithm of
    its rarity in the document. So words that are common throughout drop out in any language.

    Args:
        text: Of the sentences.
        tokens: Their words.
        segment: Number of each sentence's segment in the batch, from 0, ascending.
    """
    terms = _best(_weighed(tokens, segment))
    sentence = np.searchsorted(tokens.first, terms.place, side="right") - 1
    spelled = pl.DataFrame({"segment": terms.segment, "offset": terms.place - tokens.first[sentence]})
    words = text.gather(sentence).str.replace_all(r"[\t\r\n]", " ").str.split(" ")  # where tokens are split
    spelled = spelled.with_columns(
        term=words.list.get(spelled["offset"], null_on_oob=True)
        .str.strip_chars(_AROUND)
        .str.replace(_TAIL, "")
    ).filter(pl.col("term").str.contains(_WORD))
    stem = pl.col("term").str.to_lowercase().str.slice(0, _SAME_LETTERS)
    named = spelled.with_columns(stem=stem).unique(["segment", "stem"], keep="first", maintain_order=True)
    titles = named.group_by("segment", maintain_order=True).agg(
        title=pl.col("term").head(_MOST_TERMS).str.join(", ")
    )
    first = pl.col("title").str.slice(0, 1).str.to_uppercase()
    return titles.with_columns(title=first + pl.col("title").str.slice(1))


def _weighed(tokens: Tokens, segment: Ints) -> _Terms:
    """Weigh every term of every segment that it may name."""
    place, new_word = by_word(tokens, _FEWEST_LETTERS)
    of_word = np.repeat(segment, np.diff(tokens.first))
    new = new_word.copy()
    new[1:] |= of_word[place[1:]] != of_word[place[:-1]]
    starts = np.flatnonzero(new)
    count = np.diff(np.append(starts, len(place)))
    run = (np.cumsum(new_word) - 1)[starts]
    in_doc = np.bincount(run, count)[run] if len(run) else count
    where = of_word[place[starts]]
    segment_words = np.bincount(of_word)[where]
    doc_words = np.bincount(tokens.doc)[tokens.doc[place[starts]]]
    weight = (count - in_doc * segment_words / doc_words) * np.log(doc_words / in_doc)
    spoken = ~np.isin(tokens.hashes[place[starts]], _STOP) & (weight > 0)
    kept = np.flatnonzero(spoken & ((count > 1) | (segment_words < _SHORT_WORDS)))
    # The first place where the term does not open a sentence shows how it is written.
    opens = np.zeros(len(of_word), dtype=bool)
    opens[tokens.first[:-1]] = True
    shown = (
        np.minimum.reduceat(np.where(opens[place], place + len(of_word), place), starts)
        if len(starts)
        else starts
    )
    return _Terms(where[kept], weight[kept], shown[kept] % max(len(of_word), 1))


def _best(terms: _Terms) -> _Terms:
    """Keep the heaviest terms of each segment, heaviest first."""
    order = np.lexsort((terms.place, -terms.weight.round(6), terms.segment))
    segment = terms.segment[order]
    rank = np.arange(len(order)) - np.searchsorted(segment, segment)
    order = order[rank < _CANDIDATES]
    return _Terms(terms.segment[order], terms.weight[order], terms.place[order])
