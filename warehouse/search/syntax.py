"""The syntax of queries: words, "exact phrases", field:value, and -what to leave out.

All that is asked for must be in the sentence. A word also finds its other forms (``compile`` finds ``compiling``), a
phrase only itself. ``speaker:``, ``podcast:``, ``episode:`` and ``year:`` take a word or a quoted text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from warehouse.errors import QueryError

FIELDS = ("speaker", "podcast", "episode", "year")

MOST_PARTS = 64
"""Words, phrases and fields of one query. Nobody types more, and each costs time."""

MOST_CHARACTERS = 2_000
"""Characters of one query: 64 words of any language, and some long phrases."""

# An opening quotation mark may be any, and so may the closing one: they are pasted from everywhere.
_PART = re.compile(
    r"""(?P<minus>-?)
        (?:(?P<field>[^\W\d_]+):(?=\S))?
        (?:["“”„«»](?P<phrase>[^"“”„«»]*)["“”„«»] | (?P<word>[^\s"“”„«»]+) | (?P<open>["“”„«»]))""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a query.

    Attributes:
        text: The word, the phrase, or the value of a field.
        field: The field; None where it is the sentence itself.
        is_phrase: Whether it was quoted.
        is_excluded: Whether sentences that have it are left out.
    """

    text: str
    field: str | None = None
    is_phrase: bool = False
    is_excluded: bool = False


def parse(words: str) -> tuple[Part, ...]:
    """Read a query.

    Example:
        >>> parse('"garbage collector" -java speaker:ann')[1:]
        (Part(text='java', field=None, is_phrase=False, is_excluded=True), \
Part(text='ann', field='speaker', is_phrase=False, is_excluded=False))

    Raises:
        QueryError: It is too long, a quotation mark is not closed, or there is no such field.
    """
    _refuse_longer(words)
    parts = tuple(_part(found) for found in _PART.finditer(words))
    if len(parts) > MOST_PARTS:
        raise QueryError(
            f"the query has {len(parts)} parts; {MOST_PARTS} are allowed", remedy="Keep its rarest words."
        )
    return parts


def option(field: str, value: str) -> Part:
    """Return the part that limits a query to a field's value.

    Raises:
        QueryError: The value is too long.
    """
    _refuse_longer(value)
    return Part(value, field)


def _refuse_longer(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise QueryError(
            f"the query has {len(text)} characters; {MOST_CHARACTERS} are allowed",
            remedy="Keep its rarest words.",
        )


def _part(found: re.Match[str]) -> Part:
    field, phrase = found["field"], found["phrase"]
    if found["open"]:
        raise QueryError(
            f"the quotation mark at character {found.start('open') + 1} is not closed",
            remedy='Write "exact words" between two marks, or leave both out.',
        )
    name = field.lower() if field else None
    if name and name not in FIELDS:
        raise QueryError(
            f"there is no field {field!r}",
            remedy=f"The fields are {', '.join(FIELDS)}; put the words between quotation marks to look for them as they are.",
        )
    return Part(
        phrase if phrase is not None else found["word"], name, phrase is not None, bool(found["minus"])
    )
