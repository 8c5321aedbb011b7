"""Cut pieces at sentence ends and join the parts into sentences, with times interpolated by words."""

from __future__ import annotations

import polars as pl

from tasks.parse.pieces import BLANK, FILL, cut
from tasks.segment import cue_words, punctuation
from tasks.segment.words import count_fillers, count_repeats, count_words, spoken

_TRAILING = rf"(?:[ \t\r\n\v\f]{FILL}*)+$"
"""Masks that touch the last word stay in the span: they may be the rest of an entity or an escape."""
_LONGEST_SENTENCE = 100
"""More words than this without a mark are an unpunctuated stretch: of 96,081 sentences in two edited archives, 18 are longer."""
_WORDS_PER_END = 75
"""Fewer sentence ends than one in so many words: the document is unpunctuated (3 marks in 1,000 letters)."""
_LETTERS_PER_CAPITAL = 200
"""Fewer capitals than one in so many bytes: the document is written small throughout."""


def sentences_of(pieces: pl.DataFrame) -> pl.DataFrame:
    """Turn pieces into sentences, one row each, in order.

    Args:
        pieces: Speech alone, with the turns that ``assign_turns`` gave; a sentence never spans two turns.

    Returns:
        The columns of ``core.sentences`` except ids and positions, with ``doc``, ``turn`` (of the batch),
        ``speaker_label``, ``turn_method`` and ``is_punctuated``.
    """
    fragments = _guess_unpunctuated(_by_punctuation(pieces))
    fragments = _interpolated(fragments.with_columns(sentence=_sentence_ids()).filter(pl.col("n_words") > 0))
    sentences = fragments.group_by("sentence", maintain_order=True).agg(
        pl.col("doc", "turn", "speaker_label", "turn_method", "is_punctuated", "start_char").first(),
        pl.col("end_char", "is_guessed").last(),
        pl.col("start_s").min(),
        pl.col("end_s").max(),
        pl.col("n_words").sum(),
        text=pl.col("words"),
    )
    # Far faster than to join while grouping.
    sentences = sentences.with_columns(pl.col("text").list.join(" "))
    last_of_turn = (pl.col("turn") != pl.col("turn").shift(-1)).fill_null(value=True)
    return sentences.with_columns(
        end_punct=punctuation.end_punct(pl.col("text")),
        p_end=pl.when(pl.col("is_guessed") & ~last_of_turn).then(cue_words.P_END).otherwise(1.0),
        method=pl.when("is_guessed").then(pl.lit(cue_words.METHOD)).otherwise(pl.lit(punctuation.METHOD)),
        n_fillers=count_fillers(pl.col("text")),
        n_repeats=count_repeats(sentences["text"]),
    )


def _by_punctuation(pieces: pl.DataFrame) -> pl.DataFrame:
    """Cut pieces behind their sentence marks; ``ends`` says which fragments end a sentence."""
    marked = pieces.with_columns(text=punctuation.mark_ends(pl.col("text") + " ")).with_row_index("piece")
    ends = (pl.col("piece") == pl.col("piece").shift(-1)).fill_null(value=False)
    fragments = _cut_at_marks(marked).with_columns(ends=ends, is_guessed=pl.lit(value=False))
    fragments = fragments.join(_facts(fragments), on="doc", how="left", maintain_order="left")
    is_open = pl.col("ends") & pl.col("is_cased")
    goes_on = punctuation.goes_on(pl.col("words"), pl.col("words").shift(-1), is_open)
    return fragments.with_columns(ends=pl.col("ends") & ~goes_on)


def _guess_unpunctuated(fragments: pl.DataFrame) -> pl.DataFrame:
    """Cut unpunctuated stretches once more, before the words that like to start a sentence."""
    n_words = pl.col("n_words").sum().over(_sentence_ids())
    rows = fragments.with_columns(
        is_guessed=~pl.col("is_punctuated") | (n_words > _LONGEST_SENTENCE)
    ).with_row_index("fragment")
    long = rows.filter("is_guessed")
    if long.is_empty():
        return fragments
    guessed = _cut_at_marks(
        long.drop("words", "n_words").with_columns(text=cue_words.mark_ends(long["text"]))
    )
    new = (pl.col("fragment") == pl.col("fragment").shift(-1)).fill_null(value=False)
    enough = cue_words.long_enough(pl.col("doc"), pl.col("n_words"), new)
    guessed = guessed.with_columns(ends=pl.when(new).then(enough).otherwise("ends"))
    return pl.concat([rows.filter(~pl.col("is_guessed")), guessed], how="diagonal").sort(
        "fragment", maintain_order=True
    )


def _cut_at_marks(marked: pl.DataFrame) -> pl.DataFrame:
    """Cut texts at ``CUT`` and count the words of each fragment."""
    return (
        cut(marked)
        .with_columns(words=spoken(pl.col("text")))
        .with_columns(n_words=count_words(pl.col("words")))
    )


def _facts(fragments: pl.DataFrame) -> pl.DataFrame:
    """Say of each document whether it is punctuated and whether it is cased."""
    capitals, n_bytes = pl.col("words").str.count_matches("[A-Z]"), pl.col("words").str.len_bytes()
    return fragments.group_by("doc").agg(
        is_punctuated=pl.col("ends").sum() * _WORDS_PER_END >= pl.col("n_words").sum(),
        is_cased=capitals.sum() * _LETTERS_PER_CAPITAL >= n_bytes.sum(),
    )


def _sentence_ids() -> pl.Expr:
    """Number the sentences of the batch: a new one after each end and at each new turn."""
    ended = pl.col("ends").shift(1, fill_value=True)
    new_turn = (pl.col("turn") != pl.col("turn").shift(1)).fill_null(value=True)
    return (ended | new_turn).cum_sum()


def _interpolated(fragments: pl.DataFrame) -> pl.DataFrame:
    """Narrow each fragment's span to its words, and spread each cue's time over its fragments by their words.

    A cue without an end gives its start to all its fragments, and no end.
    """
    lead = pl.col("text").str.len_chars() - pl.col("text").str.strip_chars_start(BLANK).str.len_chars()
    fragments = fragments.with_columns(
        start_char=pl.col("start_char") + lead.cast(pl.Int32),
        end_char=pl.col("start_char")
        + pl.col("text").str.replace(_TRAILING, "").str.len_chars().cast(pl.Int32),
    )
    said = pl.col("n_words").cum_sum()
    rows = fragments.with_columns(before=said - pl.col("n_words"), after=said)
    cues = rows.group_by("cue").agg(base=pl.col("before").min(), total=pl.col("n_words").sum())
    rows = rows.join(cues, on="cue", how="left", maintain_order="left")
    duration = pl.col("end_s") - pl.col("start_s")
    before, after = ((pl.col(name) - pl.col("base")) / pl.col("total") for name in ("before", "after"))
    return rows.with_columns(
        start_s=pl.col("start_s") + (duration * before).fill_null(0.0),
        end_s=pl.col("start_s") + duration * after,
    )
