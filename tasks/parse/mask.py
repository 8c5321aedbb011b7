"""Mask what is not words (tags, entities, escapes, odd characters) without moving a character.

A mask has the length of what it hides, so offsets keep holding; masking twice changes nothing.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import polars as pl

from tasks.parse.pieces import CUT, FILL

ENTITIES = {
    "&amp;": "&",
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&apos;": "'",
    "&nbsp;": " ",
    "&#39;": "'",
    "&#x27;": "'",
    "&#34;": '"',
    "&rsquo;": "\u2019",
    "&lsquo;": "\u2018",
    "&rdquo;": "\u201d",
    "&ldquo;": "\u201c",
    "&hellip;": "\u2026",
    "&mdash;": "\u2014",
    "&ndash;": "\u2013",
}
_CHARACTERS = {
    **dict.fromkeys("\u200b\u200c\u2060\ufeff\u00ad" + CUT, FILL),
    **dict.fromkeys("\t\r\v\f\x85\u00a0\u1680\u2028\u2029\u202f\u205f\u3000", " "),
    **dict.fromkeys(map(chr, range(0x2000, 0x200B)), " "),
}
_FIXED_TAGS = ("<c>", "</c>", "<i>", "</i>", "<b>", "</b>", "<u>", "</u>", "</v>", "</font>", "</span>")
_BREAKS = ("<br>", "<br/>", "<br />")
_STAMP = r"<\d\d:\d\d:\d\d\.\d{3}>"
_NUMERIC_ENTITY = re.compile(r"&#(?:[xX][0-9a-fA-F]{1,6}|[0-9]{1,7});")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>|\{\\[^{}\n]{0,200}\}|\{[yY]:[^{}\n]{0,20}\}")
_LINK_TEXT = r"(?:\\.|\[[^\[\]\n]{0,100}\]|[^\[\]\\\n]){0,300}"
_MARKDOWN = re.compile(
    rf"!?\[(?={_LINK_TEXT}\][(\[])|\]\((?:[^()\s]|\([^()\s]*\))*(?:\s\"[^\"\n]*\")?\)|\]\[[^\[\]\n]{{0,100}}\]"
    r"|\*+|`+|\\[\[\]()*_#.!+-]|<!--(?:(?!<!--|-->).)*-->|\{/\*(?:(?!\{/\*|\*/\}).)*\*/\}"
    r"|^[>#]+ ?|^ *(?:[-*+]|\d{1,2}\.) "
)


def _padded(replacements: dict[str, str]) -> dict[str, str]:
    """Fill each replacement up to the length of what it replaces."""
    return {old: new + FILL * (len(old) - len(new)) for old, new in replacements.items()}


_MASKS = _padded({**ENTITIES, **_CHARACTERS, **dict.fromkeys(_FIXED_TAGS, ""), **dict.fromkeys(_BREAKS, " ")})


def mask(pieces: pl.DataFrame) -> pl.DataFrame:
    """Mask tags, entities and odd characters in ``text``; the length of every text stays."""
    text = pl.col("text")
    masked = pieces.with_columns(
        text.str.replace_many(list(_MASKS), list(_MASKS.values()), leftmost=True).str.replace_all(
            _STAMP, FILL * len("<00:00:00.000>")
        )
    )
    masked = _substitute(masked, text.str.contains("&#", literal=True), _NUMERIC_ENTITY, _decoded)
    return _substitute(masked, text.str.contains("[<{]"), _TAG, filled)


def mask_markdown(pieces: pl.DataFrame) -> pl.DataFrame:
    """Mask emphasis, links, list marks and escapes of Markdown."""
    return _substitute(
        pieces,
        pl.col("text").str.contains(r"[*`\[\\>#]|<!--|\{/\*|^ *(?:[-+]|\d{1,2}\.) "),
        _MARKDOWN,
        _markdown,
    )


def _substitute(
    pieces: pl.DataFrame, has: pl.Expr, pattern: re.Pattern[str], masked: Callable[[re.Match[str]], str]
) -> pl.DataFrame:
    """Replace ``pattern`` in the rows where ``has`` holds; such rows are few, so Python's own engine serves."""
    rows = pieces.select(has).to_series().arg_true()
    if rows.is_empty():
        return pieces
    texts = [pattern.sub(masked, text) for text in pieces["text"].gather(rows)]
    return pieces.with_columns(text=pieces["text"].scatter(rows, texts))


def filled(match: re.Match[str]) -> str:
    """Return the mask of what ``match`` matched."""
    return FILL * len(match.group())


def _markdown(match: re.Match[str]) -> str:
    """Mask an escape's backslash and keep what it escapes."""
    escaped = match.group().startswith("\\")
    return FILL + match.group()[1:] if escaped else filled(match)


def _decoded(match: re.Match[str]) -> str:
    """Decode an entity; what shows nothing is masked, what is blank is a space."""
    decoded = html.unescape(match.group())
    shown = " " if decoded.isspace() else decoded if decoded.isprintable() else ""
    return shown.ljust(len(match.group()), FILL)
