"""Write values as a reader takes them in: thousands apart, times to the second, sizes in their unit."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from math import isfinite

from warehouse.dashboard.page import Kind

_NOTHING = "\N{EN DASH}"
MARKS = {
    "passed": "✓",
    "warned": "▲",
    "failed": "✕",
    "errored": "!",
    "skipped": _NOTHING,
    "running": "…",
    "none": "○",
}
"""A mark for each status: shapes differ, so that colour is not needed to tell them apart."""
_STATUSES = {
    "finished": "passed",
    "published": "passed",
    "rejected": "failed",
    "quarantined": "failed",
    "open": "failed",
    "closed": "passed",
    "killed": "errored",
}
_STARTS: dict[str, Kind] = {
    "n_": "count",
    "is_": "flag",
    "has_": "flag",
    "words_per": "number",
    "turns_per": "number",
}
_ENDS: dict[str, Kind] = {
    "_bytes": "bytes",
    "_share": "share",
    "_s": "clock",
    "_at": "moment",
    "_char": "count",
    "_days": "number",
    "_words": "number",
    "score": "number",
    "_id": "code",
}
_BYTES = ("B", "KB", "MB", "GB", "TB")
_THOUSAND = 1000.0
_MINUTE = 60
_HOUR = 3600
_ONE_DIGIT = 10


def written(value: object, kind: Kind) -> str:
    """Return a value as text; a dash where there is none."""
    if value is None or value in ("", []):
        return _NOTHING
    write = _WRITERS.get(kind)
    return write(value) if write else plain(value)


def kind_of(name: str) -> Kind:
    """Return how a column of the lake is written, which its name tells by the lake's own conventions."""
    for start, kind in _STARTS.items():
        if name.startswith(start):
            return kind
    return next((kind for end, kind in _ENDS.items() if name.endswith(end)), "text")


def plain(value: object) -> str:
    """Return a value of no particular kind as text."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, list | tuple):
        return ", ".join(plain(one) for one in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.3g}" if isinstance(value, float) else str(value)


def status_class(status: object) -> str:
    """Return the status that a word from the lake stands for."""
    word = str(status)
    return word if word in MARKS else _STATUSES.get(word, "none")


def clock(seconds: float) -> str:
    """Return a time in a recording, ``1:02:03``."""
    whole = int(seconds)
    hours, rest = divmod(whole, _HOUR)
    minutes, left = divmod(rest, _MINUTE)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def span(seconds: float) -> str:
    """Return how long something took or is ago, in the largest unit that fits."""
    for limit, size, unit in ((_MINUTE, 1, "s"), (_HOUR, _MINUTE, "min"), (2 * 24 * _HOUR, _HOUR, "h")):
        if seconds < limit:
            return (
                f"{seconds / size:.1f} {unit}"
                if seconds / size < _ONE_DIGIT
                else f"{seconds / size:.0f} {unit}"
            )
    return f"{seconds / (24 * _HOUR):.0f} days"


def size(n_bytes: float) -> str:
    """Return bytes in the largest decimal unit that fits."""
    for unit in _BYTES:
        if n_bytes < _THOUSAND or unit == _BYTES[-1]:
            break
        n_bytes /= _THOUSAND
    return f"{n_bytes:.0f} {unit}" if unit == "B" else f"{n_bytes:.1f} {unit}"


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(write: Callable[[float], str]) -> Callable[[object], str]:
    def written_if_finite(value: object) -> str:
        return write(float(value)) if isinstance(value, int | float) and isfinite(value) else str(value)

    return written_if_finite


_WRITERS: dict[Kind, Callable[[object], str]] = {
    "count": _number(lambda n: f"{n:,.0f}"),
    "bytes": _number(size),
    "seconds": _number(span),
    "clock": _number(clock),
    "share": _number(lambda share: f"{share:.1%}"),
    "number": _number(lambda n: f"{n:,.0f}" if n == int(n) and abs(n) >= _THOUSAND else f"{n:,.3g}"),
    "moment": _moment,
}
