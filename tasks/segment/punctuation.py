"""Find sentence ends by the source's own punctuation.

A mark ends a sentence where white space follows it, so numbers, versions and URLs hold together; abbreviations,
initials, ellipses that go on and full stops before a small letter do not end one.
"""

from __future__ import annotations

import polars as pl

from tasks.parse.pieces import CUT, FILL

METHOD = "punctuation/1"

_CLOSERS = rf"[\"'\u2019\u201d\u00bb)\]*_{FILL}]*"
_OPENERS = r"[\"'\u2018\u201c\u00ab(\[]*"
_END = rf"([.?!\u2026]+{_CLOSERS})([ \t])|([\u3002\uff1f\uff01]+[\u201d\u2019\u300d\u300f\"{FILL}]*)"
_ABBREVIATIONS = (
    "Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|Gen|Col|Capt|Lt|Sgt|Rev|Hon|Gov|Sen|Rep|Pres|Mt|Ft|vs|approx|dept|ca|cf|al|Ltd|Co|"
    "Corp|e\\.g|i\\.e|E\\.g|I\\.e|a\\.k\\.a|z\\.B|d\\.h|bzw|[A-HJ-Z]"
)
_NUMBERED = "[Nn]o|Nr|[Vv]ol|[Ee]p|[Ff]ig|pp"
_BEFORE = rf"(?:^|[\s{FILL}(\"'\u201c])"
_NO_END = rf"({_BEFORE}(?:{_ABBREVIATIONS})\.){CUT}|({_BEFORE}(?:{_NUMBERED})\.){CUT}([ \t]\d)"


def mark_ends(text: pl.Expr) -> pl.Expr:
    """Put ``CUT`` behind each mark that ends a sentence; text that ends with a mark must end with white space."""
    return text.str.replace_all(_END, f"$1$3{CUT}$2").str.replace_all(_NO_END, "$1$2$3")


def goes_on(text: pl.Expr, following: pl.Expr, where: pl.Expr) -> pl.Expr:
    """Tell whether a sentence goes on behind a full stop, since the next word is written small.

    Holds only in documents that write capitals; a question or exclamation mark may stand inside a sentence as well,
    but mostly ends one.
    """
    is_small = where & following.str.contains(rf"^{_OPENERS}[a-z\u00df-\u00ff]")
    mark = end_punct(pl.when(is_small).then(text))
    return mark.is_in([".", "\u2026"]).fill_null(value=False)


def end_punct(text: pl.Expr) -> pl.Expr:
    """Return the mark that ends each text: ``.``, ``?``, ``!`` or ``…``; null where there is none."""
    tail = text.str.tail(6).str.strip_chars_end(" \"'\u2019\u201d\u00bb)]*_\u300d\u300f" + FILL)
    last = tail.str.tail(1).replace({"\u3002": ".", "\uff1f": "?", "\uff01": "!"})
    dots = tail.str.ends_with("...")
    return pl.when(dots).then(pl.lit("\u2026")).when(last.is_in([".", "?", "!", "\u2026"])).then(last)
