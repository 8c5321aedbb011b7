"""Read labelled transcripts as gold: bare words, with the marks, turns and case that an editor gave them.

A model is trained on these words and evaluated on them; what it sees of a word is ``bare`` alone.
"""

from __future__ import annotations

import polars as pl

from tasks.segment.words import AROUND, bare, spoken

NONE, COMMA, PERIOD, QUESTION = range(4)
"""What may stand behind a word. Exclamation marks are periods; semicolons, colons and dashes are commas."""

GOLD = pl.Schema(
    {
        "doc": pl.UInt32(),
        "word": pl.String(),
        "surface": pl.String(),
        "mark": pl.UInt8(),
        "turn": pl.Boolean(),
        "initial": pl.Boolean(),
    }
)
"""doc: row of the document. word: bare. surface: the word in its case, without marks. mark: behind the word.
turn: another speaker begins with the word. initial: the word starts a sentence, so its case says nothing."""

_DASH = r"[\u2014\u2026]|--+|\.\.\.+"
_TITLE = r"^[^\p{L}]*(?:Mr|Mrs|Ms|Dr|Prof|St|Capt|Lt|Sgt|Gen|Col|Rev|Hon|Gov|Sen|Rep|vs)\.$"
"""A token whose full stop belongs to the word."""
_TAIL = r"([^\p{L}\p{N}%$+#]*)$"


def gold_words(speech: pl.DataFrame) -> pl.DataFrame:
    """Return one row a word, as ``GOLD``, of pieces that ``assign_turns`` saw.

    A turn of which no word is left (``[laughs]``) is none, so its neighbours are one turn if they have one speaker. A
    sentence ends at a turn's end, whatever mark stands there. Three dots or a full stop before a small letter do not
    end one, nor does the full stop of a title (Dr.); a token without letters or digits gives its mark to the word before.
    """
    text = spoken(pl.col("text")).str.replace_all(f"({_DASH})", "$1 ")
    tokens = (
        speech.select("doc", "turn", "speaker_label", token=text.str.split(" "))
        .explode("token")
        .drop_nulls("token")
    )
    tokens = tokens.with_columns(
        word=bare(pl.col("token")), tail=pl.col("token").str.extract(_TAIL).fill_null("")
    )
    is_word = pl.col("word") != ""
    # A token of marks alone hands them to the last word.
    tokens = tokens.with_columns(at=is_word.cum_sum()).filter(pl.col("at") > 0)
    words = tokens.group_by("at", maintain_order=True).agg(
        pl.col("doc", "turn", "speaker_label", "word", "token").first(), tail=pl.col("tail").str.join("")
    )
    surface = pl.col("token").str.replace_all("\u2019", "'").str.strip_chars_start(AROUND)
    words = words.with_columns(surface=surface.str.slice(0, pl.col("word").str.len_chars()))
    small = pl.col("surface").shift(-1).str.contains(r"^\p{Ll}").fill_null(value=False)
    changes = _speaker_changes()
    last = changes.shift(-1).fill_null(value=True)
    stops = pl.col("tail").str.contains(r"[.!\u2026\u3002]") & ~pl.col("token").str.contains(_TITLE)
    dots = pl.col("tail").str.contains(r"\.\.|\u2026")
    asks = pl.col("tail").str.contains("?", literal=True)
    pauses = pl.col("tail").str.contains(r"[,;:\u2014\u2013-]")
    mark = (
        pl.when(asks)
        .then(QUESTION)
        .when(last | (stops & ~small))
        .then(PERIOD)
        .when(pauses | dots)
        .then(COMMA)
        .otherwise(NONE)
    )
    first = pl.col("doc") != pl.col("doc").shift(1)
    words = words.with_columns(mark=mark.cast(pl.UInt8)).with_columns(
        turn=changes & ~first.fill_null(value=True),
        initial=(pl.col("mark").shift(1) >= PERIOD).fill_null(value=True) | first.fill_null(value=True),
    )
    return words.select(GOLD.names()).cast(GOLD)


def _speaker_changes() -> pl.Expr:
    """Tell which words another speaker begins, or another document."""
    same = pl.col("doc", "speaker_label") == pl.col("doc", "speaker_label").shift(1)
    goes_on = pl.all_horizontal(same.fill_null(value=False))
    return (pl.col("turn") != pl.col("turn").shift(1)).fill_null(value=True) & ~goes_on
