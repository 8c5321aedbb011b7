"""Clean pieces: sound tags become data, rolling captions collapse to what was said."""

from __future__ import annotations

import re

import polars as pl

from tasks.parse.pieces import BLANK, FILL
from tasks.parse.speakers import TIME

_SOUND_WORDS = re.compile(
    r"\b(?:laugh\w*|chuckl\w*|giggl\w*|music\w*|applau\w*|clap\w*|cheer\w*|cross-?\s?talk|inaudible|unintelligible|"
    r"indistinct|silence|pause[sd]?|sigh\w*|cough\w*|sneez\w*|snort\w*|gasp\w*|groan\w*|whistl\w*|whisper\w*|"
    r"inhal\w*|exhal\w*|breath\w*|hiss\w*|jingle|sound effects?|sounds? of|noise|beep\w*|bleep\w*|sings|singing|"
    r"theme song|overlapping|static|ding|buzz\w*|throat|guitar|voice|blank_audio|audio)\b",
    re.IGNORECASE,
)
_MOST_WORDS = 3
"""Round brackets that hold more words than this are an aside, even where it mentions a sound."""
_TAG = re.compile(
    r"\\?\[(?P<square>[^\[\]\n\\]{1,80})\\?\]|\((?P<round>[^()\n]{1,40})\)|(?P<notes>[\u2669-\u266c]+)"
)
_STAMP = re.compile(rf"{TIME}(?:\s*-->\s*{TIME})?")


def take_sounds(pieces: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Take sound tags such as ``[Music]`` out of the text and return them as data; time stamps go without a trace.

    Returns:
        The pieces with the tags masked, and a frame of ``doc``, ``start_char``, ``end_char``, ``start_s`` and
        ``label`` (lower case), one row a tag in order.
    """
    rows = pieces.select(pl.col("text").str.contains("[\\[(\u2669-\u266c]")).to_series().arg_true()
    if rows.is_empty():
        return pieces, _sounds(pieces, [])
    found: list[tuple[int, int, int, str]] = []
    texts = []
    for row, text in zip(rows, pieces["text"].gather(rows), strict=True):
        masked, tags = _take(text)
        texts.append(masked)
        found.extend((row, *tag) for tag in tags)
    return pieces.with_columns(text=pieces["text"].scatter(rows, texts)), _sounds(pieces, found)


def _take(text: str) -> tuple[str, list[tuple[int, int, str]]]:
    """Return a text with its tags masked, and start, end and label of each."""
    whole = text.strip(BLANK)
    parts, tags, end = [], [], 0
    for match in _TAG.finditer(text):
        label = _label(match, whole)
        if label is None:
            continue
        parts += [text[end : match.start()], FILL * len(match.group())]
        end = match.end()
        if label:
            tags.append((*match.span(), label))
    return "".join([*parts, text[end:]]), tags


def _label(match: re.Match[str], whole: str) -> str | None:
    """Return the words of a tag, nothing for a time stamp, and None for words of the text.

    Editors put words that were not said into square brackets too, so a tag must name a sound, or stand alone in its
    piece, or hold no word at all (``[??]``).
    """
    inside = " ".join(match[match.lastgroup or 0].replace(FILL, "").lower().split())
    if match["notes"] or not inside:
        return inside or None
    names_sound = _SOUND_WORDS.search(inside) is not None
    if match["round"]:
        return inside if names_sound and len(inside.split()) <= _MOST_WORDS else None
    if _STAMP.fullmatch(inside):
        return ""
    has_word = any(character.isalnum() for character in inside)
    return inside if names_sound or match.group() == whole or not has_word else None


def _sounds(pieces: pl.DataFrame, found: list[tuple[int, int, int, str]]) -> pl.DataFrame:
    """Give each tag the document, offset and time of its piece."""
    schema = {"row": pl.UInt32, "start": pl.Int32, "end": pl.Int32, "label": pl.String}
    tags = pl.DataFrame(found, schema=schema, orient="row")
    at = pieces.select("doc", "start_char", "start_s")[tags["row"]]
    return at.with_columns(
        end_char=pl.col("start_char") + tags["end"],
        start_char=pl.col("start_char") + tags["start"],
        label=tags["label"],
    ).select("doc", "start_char", "end_char", "start_s", "label")


def collapse_rolling(pieces: pl.DataFrame, captions: pl.Series) -> pl.DataFrame:
    """Drop the repeats of rolling captions, which show each line up to three times.

    A caption document rolls when over a third of its lines equal the line before; elsewhere a repeated line was said
    twice.

    Args:
        pieces: The pieces of a batch.
        captions: The documents whose format can roll.
    """
    words = pl.col("text").str.replace_all(FILL, "", literal=True).str.strip_chars()
    lines = pieces.select("doc", words.alias("words")).with_row_index("row")
    lines = lines.filter((pl.col("words") != "") & pl.col("doc").is_in(captions.implode()))
    repeats = (pl.col("words") == pl.col("words").shift(1)) & (pl.col("doc") == pl.col("doc").shift(1))
    lines = lines.with_columns(repeat=repeats.fill_null(value=False))
    rolling = lines.group_by("doc").agg(pl.col("repeat").mean()).filter(pl.col("repeat") > 1 / 3)
    dropped = lines.filter(pl.col("repeat")).join(rolling, on="doc", how="semi")["row"]
    if dropped.is_empty():
        return pieces
    return (
        pieces.with_row_index("row")
        .join(dropped.to_frame(), on="row", how="anti", maintain_order="left")
        .drop("row")
    )
