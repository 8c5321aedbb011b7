"""Find who speaks: turn marks, labels and the times beside them, at the start of a piece."""

from __future__ import annotations

import polars as pl

from tasks.parse.pieces import CUT, FILL, advance, cut

# Not \d, which matches the digits of all scripts: polars casts none but these to numbers.
TIME = r"(?:[0-9]{1,3}:)?[0-9]{1,2}:[0-9]{2}(?:[.,][0-9]{1,3})?"
_NAME = r"[A-Z\u00c0-\u00de][\w.'\u2019&-]*(?:,? [\w.'\u2019&()-]+){0,4}"
_BLANK = rf"[\s{FILL}]*"

SQUARE = rf"^(?P<head>{_BLANK}\[(?P<name>[^\]\[\n\d:][^\]\[\n:]{{0,59}})\]:\s*)"
PLAIN = rf"^(?P<head>{_BLANK}(?P<name>{_NAME}) ?:(?:[\s{FILL}]+|$))"
DIALECTS = (
    # **Name:** text, **Name**: text, __Name__: text, **[00:02] NAME:** text
    rf"^(?P<head>\s*(?:\*\*|__)\s*(?:\\?\[(?P<time>{TIME})\\?\]\s*)?(?P<name>[^*\n:\[\]]{{1,60}}?)\s*(?::\s*(?:\*\*|__)|(?:\*\*|__)\s*:)\s*)",
    # **Name** [00:00] text, **Name**  0:00
    rf"^(?P<head>\s*(?:\*\*|__)(?P<name>[^*\n:\[\]]{{1,60}}?)(?:\*\*|__)\s*\\?[\[(]?(?P<time>{TIME})\\?[\])]?\s*)",
    # Name (00:01:19): text, Name [1:19]: text, Name - 00:01:19: text, and (00:01:19): text where the name is omitted
    rf"^(?P<head>\s*(?P<name>[^\s(:\d#*>\[-][^(\[:\n]{{0,59}}?)?\s*[(\[\u2013\u2014-]\s*(?P<time>{TIME})[)\]]?:(?:\s+|$))",
    # [Speaker 1] [00:00] text
    rf"^(?P<head>\[(?P<name>[^\]\d\n][^\]\n]{{0,59}})\]\s*\[(?P<time>{TIME})\]\s*)",
    # Name 0:05, alone on its line
    rf"^(?P<head>\s*(?P<name>{_NAME})[ \t]+\(?(?P<time>{TIME})\)?\s*$)",
    SQUARE,
)
LEADING_TIME = (  # [00:05] text, (00:05) - text, 00:05 text, and [00:05.000 --> 00:07.250] text
    rf"^(?P<head>\s*(?:\\?[\[(]\s*(?P<time>{TIME})\s*\\?[\])]|(?P<bare>{TIME})"
    rf"|\[(?P<range>(?:{TIME}|[0-9]{{1,6}}\.[0-9]{{1,3}}))\s*-->\s*[0-9:.,]+\])(?:\s*[-\u2013\u2014:]\s+|\s+|$))"
)

_INLINE_STAMP = rf"([^\]*:\s\\]\s+)(\\?\[{TIME}\\?\]\s)"

_FEWEST_LABELS = 2
"""A plain ``Word:`` at the start of a line is a label if the document repeats it."""
_FULL_NAME = r"^(?:[A-Z\u00c0-\u00de0-9][\w.'\u2019&()-]*,? ?)+$"
_NO_NAMES = (
    "note",
    "warning",
    "example",
    "remember",
    "hint",
    "tip",
    "update",
    "edit",
    "summary",
    "so",
    "and",
    "but",
)
_FEWEST_TIMES = 2
_MOST_BACKWARD = 0.1
"""Leading times that run backwards more often than this are numbers in the text, not times."""


def caption_speakers(pieces: pl.DataFrame) -> pl.DataFrame:
    """Read ``>>`` and ``- `` marks, then ``[Name]:`` and ``Name:`` labels, off the start of captions."""
    return _labels(turn_marks(pieces, dashes=True), (SQUARE,))


def prose_speakers(pieces: pl.DataFrame, *, dashes: bool) -> pl.DataFrame:
    """Read marks, labels in any dialect and leading times off the start of lines; times become cues."""
    stamped = cut(pieces.with_columns(pl.col("text").str.replace_all(_INLINE_STAMP, f"$1{CUT}$2")))
    rows = _labels(_leading_times(turn_marks(stamped, dashes=dashes)), DIALECTS)
    return _time_cues(_leading_times(rows, pl.col("speaker").is_not_null()))


def turn_marks(pieces: pl.DataFrame, *, dashes: bool) -> pl.DataFrame:
    """Cut at ``>>`` and set ``mark`` where a piece starts with it, or with a dash where ``dashes`` mark turns."""
    marked = pl.col("text").str.replace_all(rf"([^>{FILL}\s][{FILL}\s]*)(>>+)", f"$1{CUT}$2")
    rows = cut(pieces.with_columns(text=marked))
    pattern = (
        rf"^({_BLANK}(?:>[>{FILL}]+|[-\u2013\u2014] ){_BLANK})"
        if dashes
        else rf"^({_BLANK}>[>{FILL}]+{_BLANK})"
    )
    length = pl.col("text").str.extract(pattern).str.len_chars()
    return advance(rows.with_columns(mark=pl.col("mark") | length.is_not_null()), length)


def _labels(pieces: pl.DataFrame, dialects: tuple[str, ...]) -> pl.DataFrame:
    """Move labels from the text to ``speaker`` and the times beside them to ``start_s``; headings have none."""
    speech = pieces.select(pl.when(~pl.col("heading")).then("text").alias("text"))["text"]
    found = [speech.str.extract_groups(dialect).struct for dialect in dialects]
    nothing = pl.lit(None, pl.String)
    marked = {
        name: pl.coalesce(*(fields.field(name) for fields in found if name in fields.fields), nothing)
        for name in ("head", "name", "time")
    }
    plain = speech.str.extract_groups(PLAIN).struct
    rows = pieces.select("doc", **marked, plain=plain.field("name"))
    sure = _sure_labels(rows)
    labelled = pieces.with_columns(
        speaker=pl.coalesce(
            rows["name"].str.strip_chars(), pl.when(sure).then(plain.field("name")), "speaker"
        ),
        start_s=pl.coalesce(seconds(pl.lit(rows["time"])), "start_s"),
        head=pl.coalesce(rows["head"], pl.when(sure).then(plain.field("head"))),
    )
    return advance(labelled, pl.col("head").str.len_chars()).drop("head")


def _sure_labels(rows: pl.DataFrame) -> pl.Series:
    """Say of each ``plain`` label whether it is one.

    A label is one that its document repeats. Where a document has several and marks none in another dialect, those
    that are written like a name are labels too.
    """
    if rows["plain"].null_count() == rows.height:
        return rows["plain"].is_not_null()
    marking = rows.group_by("doc").agg(pl.col("head").count()).filter(pl.col("head") >= _FEWEST_LABELS)["doc"]
    labels = rows.drop_nulls("plain").group_by("doc", "plain").len()
    is_name = pl.col("plain").str.contains(_FULL_NAME) & ~pl.col("plain").str.to_lowercase().is_in(_NO_NAMES)
    several = (
        is_name & (is_name.sum().over("doc") >= _FEWEST_LABELS) & ~pl.col("doc").is_in(marking.implode())
    )
    sure = labels.filter((pl.col("len") >= _FEWEST_LABELS) | several)
    found = rows.join(sure, on=["doc", "plain"], how="left", maintain_order="left")
    return found["len"].is_not_null()


def _leading_times(pieces: pl.DataFrame, where: pl.Expr | None = None) -> pl.DataFrame:
    """Move leading times to ``start_s`` in the documents whose leading times run forward."""
    fields = pieces["text"].str.extract_groups(LEADING_TIME).struct
    time = pl.select(seconds(pl.coalesce(map(fields.field, ("time", "bare", "range"))))).to_series()
    found = pieces.select("doc", where=pl.lit(value=True) if where is None else where)
    found = found.with_columns(time=time).with_row_index("row").filter("where").drop_nulls()
    backward = (pl.col("time") < pl.col("time").shift(1)).mean().fill_null(0.0)
    timed = found.filter((pl.len().over("doc") >= _FEWEST_TIMES) & (backward.over("doc") <= _MOST_BACKWARD))
    if timed.is_empty():
        return pieces
    sure = pl.int_range(pl.len(), dtype=pl.UInt32).is_in(timed["row"].implode())
    rows = pieces.with_columns(
        start_s=pl.coalesce(pl.when(sure).then(time), "start_s"),
        head=pl.when(sure).then(fields.field("head")),
    )
    return advance(rows, pl.col("head").str.len_chars()).drop("head")


def _time_cues(pieces: pl.DataFrame) -> pl.DataFrame:
    """Let each time start a cue that lasts until the document's next time; a lone time is no timeline."""
    rows = pieces.with_columns(
        start_s=pl.when(pl.col("start_s").count().over("doc") >= _FEWEST_TIMES).then("start_s")
    )
    starts = pl.col("start_s").is_not_null()
    new_doc = (pl.col("doc") != pl.col("doc").shift(1)).fill_null(value=True)
    rows = rows.with_columns(cue=(starts | new_doc).cum_sum())
    cues = rows.group_by("cue", maintain_order=True).agg(pl.col("doc", "start_s").first())
    following = pl.when(pl.col("doc").shift(-1) == pl.col("doc")).then(pl.col("start_s").shift(-1))
    cues = cues.select("cue", "start_s", end_s=pl.when(following >= pl.col("start_s")).then(following))
    return rows.drop("start_s", "end_s").join(cues, on="cue", how="left", maintain_order="left")


def seconds(time: pl.Expr) -> pl.Expr:
    """Turn ``1:02:03.4``, ``02:03`` or ``3.4`` into seconds; null stays null."""
    parts = time.str.replace(",", ".", literal=True).str.split(":").list.reverse()
    return (
        parts.list.get(0, null_on_oob=True).cast(pl.Float64)
        + parts.list.get(1, null_on_oob=True).cast(pl.Float64).fill_null(0.0) * 60
        + parts.list.get(2, null_on_oob=True).cast(pl.Float64).fill_null(0.0) * 3600
    )
