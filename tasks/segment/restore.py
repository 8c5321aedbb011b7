"""Restore what a document lacks: sentence ends, marks and case where it has none, turns where nobody is named.

What a document has is kept. English is restored by the boundary model. In other languages nothing is: a cue stands for a
sentence where there are cues, a window of words elsewhere, and the row says so.
"""

from __future__ import annotations

import polars as pl

from tasks.parse.pieces import cut
from tasks.segment import boundary, punctuation
from tasks.segment.fragments import changes
from tasks.segment.gold import COMMA, NONE, PERIOD, QUESTION
from tasks.segment.words import bare, raised, spoken

CUE_METHOD = "cue/1"
WINDOW_METHOD = "window/1"
_WINDOW_WORDS = 25
"""Words of a window: about two English sentences of conversation, so that a window mostly holds a whole one."""
_LONGEST_SENTENCE = 100
"""More words than this without a mark are an unpunctuated stretch: of 96,081 sentences in two edited archives, 18 are longer."""
_MARKED = r"[.,;:?!\u2026\u2014\u2013\u3002\uff0c\uff1f\uff01][\"'\u2019\u201d)\]]*$"
_ASKS = r"\?[^\p{L}\p{N}]*$"
_MARKS = {COMMA: ",", PERIOD: ".", QUESTION: "?"}
_SPACES = ("\t", "\r", "\n", "\v", "\f")


def restore(fragments: pl.DataFrame, documents: pl.DataFrame, turn_threshold: float) -> pl.DataFrame:
    """Cut fragments where sentences end and turns start that the source does not show, and write their text anew.

    Args:
        fragments: As ``fragments_of`` returns them.
        documents: ``doc`` and ``language``; null counts as English.
        turn_threshold: Probability below which no turn is asserted; at 1 none is sought.

    Returns:
        The fragments with ``method`` and ``p_end`` of their ends, ``turn`` counted anew, ``p_start`` of their turn, and
        ``voice``: S1 and S2 by turns where the model found the turns, null elsewhere.
    """
    rows = _with_needs(fragments.with_row_index("fragment"), documents, seeks_turns=turn_threshold < 1)
    needy = rows.filter(pl.col("lacks_marks") | (pl.col("lacks_turns") & pl.col("is_english")))
    if needy.is_empty():
        return _with_turns(rows)
    words = _decided(_words(needy), turn_threshold)
    starts = words.filter(~pl.col("lacks_marks")).unique("fragment", keep="first", maintain_order=True)
    kept = rows.filter(~pl.col("lacks_marks")).update(
        starts.select("fragment", "starts", "p_start"), on="fragment", how="left"
    )
    anew = _gathered(words.filter("lacks_marks"), rows)
    return _with_turns(pl.concat([kept, anew]).sort("fragment", maintain_order=True))


def _with_needs(fragments: pl.DataFrame, documents: pl.DataFrame, *, seeks_turns: bool) -> pl.DataFrame:
    """Say what each fragment lacks; it lacks marks also where a punctuated document goes on for long without one."""
    sentence = pl.col("ends").shift(1, fill_value=True).cum_sum()
    tells = pl.col("turn_method").is_in(["label", "mark"]).any().over("doc")
    rows = fragments.join(documents.select("doc", "language"), on="doc", how="left", maintain_order="left")
    return rows.with_columns(
        is_english=pl.col("language").fill_null("en").str.starts_with("en"),
        lacks_marks=~pl.col("is_punctuated") | (pl.col("n_words").sum().over(sentence) > _LONGEST_SENTENCE),
        lacks_turns=~tells & seeks_turns,
        starts=pl.lit(value=False),
        p_start=pl.lit(1.0),
        p_end=pl.lit(1.0),
        method=pl.lit(punctuation.METHOD),
    ).drop("language")


def _words(fragments: pl.DataFrame) -> pl.DataFrame:
    """Cut fragments into their words, as they are written (``display``) and as they are heard (``word``)."""
    text = pl.col("text")
    for space in _SPACES:
        text = text.str.replace_all(space, " ", literal=True)
    about = ("fragment", "doc", "cue", "ends", "lacks_marks", "lacks_turns", "is_english")
    is_timed = pl.col("start_s").is_not_null()
    words = cut(fragments.select(*about, text, is_timed=is_timed, start_char="text_char"), " ")
    words = words.with_columns(display=spoken(pl.col("text"))).filter(pl.col("display") != "")
    is_last = changes("fragment").shift(-1, fill_value=True)
    return words.with_columns(word=bare(pl.col("display")), ends=pl.col("ends") & is_last)


def _decided(words: pl.DataFrame, turn_threshold: float) -> pl.DataFrame:
    """Say of each word whether a sentence ends behind it and a turn starts with it, and write it anew."""
    rows = words.with_row_index("at")
    heard = rows.filter(pl.col("is_english") & (pl.col("word") != ""))
    found = boundary.restore(heard.select("doc", "word", _known_mark()), turn_threshold)
    found = found.rename({"turn": "starts", "p_turn": "p_start"}).with_columns(heard["at"])
    rows = rows.join(found, on="at", how="left", maintain_order="left")
    # A dash of its own, which nobody hears, belongs to the words behind it. No document's first word starts a turn.
    behind_word = (pl.col("word") != "").shift(1, fill_value=True)
    rows = rows.with_columns(
        pl.col("p_start").backward_fill(), starts=pl.col("starts").backward_fill() & behind_word
    )
    nth = pl.col("at") - pl.col("at").first().over("doc")
    is_cue_end = changes("cue").shift(-1, fill_value=True)
    unheard = pl.when("is_timed").then(is_cue_end).otherwise(nth % _WINDOW_WORDS == _WINDOW_WORDS - 1)
    ends = pl.when("is_english").then(pl.col("mark") >= PERIOD).otherwise(unheard).fill_null(value=False)
    rows = rows.with_columns(
        ends=pl.col("ends") | (ends & pl.col("lacks_marks")),
        starts=(pl.col("starts") & pl.col("lacks_turns")).fill_null(value=False),
        p_start=pl.col("p_start").fill_null(1.0),
        p_end=pl.col("p_end").fill_null(1.0),
    )
    return rows.with_columns(display=_written())


def _known_mark() -> pl.Expr:
    """Tell the sentence mark behind a word where the source shows it, or shows that there is none."""
    asks = pl.col("display").str.contains(_ASKS)
    mark = pl.when(~pl.col("ends")).then(NONE).when(asks).then(QUESTION).otherwise(PERIOD)
    is_known = ~pl.col("lacks_marks") | pl.col("ends")
    return pl.when(is_known).then(mark).cast(pl.UInt8).alias("known_mark")


def _written() -> pl.Expr:
    """Write a word with the case and the mark that were restored; what it has of its own stays."""
    opens = pl.col("ends").shift(1, fill_value=True)
    is_plain = pl.col("display") == pl.col("word")
    cased = pl.when(is_plain).then("surface").when(opens).then(raised(pl.col("display"))).otherwise("display")
    mark = pl.col("mark").replace_strict(_MARKS, default="", return_dtype=pl.String)
    is_marked = ~is_plain & pl.col("display").str.contains(_MARKED)
    written = cased + pl.when(is_marked).then(pl.lit("")).otherwise(mark)
    return pl.when("is_english").then(written).otherwise("display")


def _gathered(words: pl.DataFrame, fragments: pl.DataFrame) -> pl.DataFrame:
    """Gather words into fragments: a new one behind each end, at each turn, and where one began before."""
    part = (pl.col("ends").shift(1, fill_value=True) | pl.col("starts") | changes("fragment")).cum_sum()
    span_end = pl.col("start_char") + pl.col("text").str.len_chars().cast(pl.Int32)
    lead = pl.col("text").str.len_chars() - pl.col("text").str.strip_chars_start("\0").str.len_chars()
    parts = words.group_by(part.alias("part"), maintain_order=True).agg(
        pl.col("fragment", "starts", "p_start").first(),
        pl.col("ends", "p_end").last(),
        start_char=(pl.col("start_char") + lead.cast(pl.Int32)).first(),
        end_char=span_end.last(),
        words=pl.col("display"),
        n_words=pl.len().cast(pl.Int32),
        method=pl.when("is_english")
        .then(pl.lit(boundary.VERSION))
        .when("is_timed")
        .then(pl.lit(CUE_METHOD))
        .otherwise(pl.lit(WINDOW_METHOD))
        .first(),
    )
    parts = parts.with_columns(pl.col("words").list.join(" "))
    rest = [name for name in fragments.columns if name == "fragment" or name not in parts.columns]
    joined = parts.join(fragments.select(rest), on="fragment", how="left", maintain_order="left")
    return joined.select(fragments.columns)


def _with_turns(fragments: pl.DataFrame) -> pl.DataFrame:
    """Count turns anew, and let two voices take turns where the model found them."""
    # Counted before ``over``, which would count within the document; a document's first word starts no turn of its own.
    rows = fragments.with_columns(so_far=pl.col("starts").cast(pl.Int32).cum_sum())
    nth = pl.col("so_far") - pl.col("so_far").first().over("doc")
    is_found = pl.col("starts").any().over("doc")
    voice = pl.when(nth % 2 == 0).then(pl.lit("S1")).otherwise(pl.lit("S2"))
    return rows.with_columns(
        turn=(pl.col("starts") | changes("turn")).cum_sum(),
        p_start=pl.when("starts").then("p_start").otherwise(1.0),
        voice=pl.when(is_found).then(voice),
        turn_method=pl.when(is_found & (nth > 0)).then(pl.lit(boundary.VERSION)).otherwise("turn_method"),
    ).drop("so_far")
