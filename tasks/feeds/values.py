"""Read what feeds write: dates, durations, numbers, words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):(\d{1,2}(?:\.\d+)?)")
_SECONDS = re.compile(r"\d{1,7}(?:\.\d+)?")
_NUMBER = re.compile(r"\d{1,9}")
_BYTES = re.compile(r"\d{1,15}")


def words(text: str | None) -> str | None:
    """Return text with single spaces; None where there is none."""
    return " ".join((text or "").split()) or None


def moment(text: str | None) -> datetime | None:
    """Return an RFC 2822 or ISO 8601 date in UTC; what names no zone is UTC, what is no date None.

    Example:
        >>> moment("Fri, 09 Oct 2020 04:30:38 +0200").isoformat()
        '2020-10-09T02:30:38+00:00'
    """
    found = _parsed(words(text) or "")
    if found is None:
        return None
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return None


def _parsed(text: str) -> datetime | None:
    for parser in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            return parser(text)
        except (ValueError, OverflowError):
            continue
    return None


def seconds(text: str | None) -> float | None:
    """Return ``1:02:03.5``, ``62:03`` or a number of seconds as seconds; zero says nothing and is None."""
    value = (text or "").strip()
    if clock := _CLOCK.fullmatch(value):
        found = float(clock[1] or 0) * 3600 + float(clock[2]) * 60 + float(clock[3])
    else:
        found = float(value) if _SECONDS.fullmatch(value) else 0.0
    return found or None


def number(text: str | None) -> int | None:
    """Return a whole number; None where it is none."""
    value = (text or "").strip()
    return int(value) if _NUMBER.fullmatch(value) else None


def size(text: str | None) -> int | None:
    """Return a size in bytes; None where it is none or zero, which feeds write where they do not know it."""
    value = (text or "").strip()
    return (int(value) or None) if _BYTES.fullmatch(value) else None
