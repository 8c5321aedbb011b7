"""Mask e-mail addresses and telephone numbers in text that is shown to others.

Transcripts are full of numbers that are none: years, prices, counts, ISBNs, times. So a run of digits is taken for a telephone number
only where it is written like one: with a country code, as a North American number, with the nought that national numbers begin
with, or behind a word such as "call". What is spelt out in words stays as it is.
"""

from __future__ import annotations

import re

EMAIL, PHONE = "[e-mail]", "[phone]"
"""What stands in the place of what was masked."""

_EMAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w@])")

_SPACE, _HYPHENS = " \u00a0\u202f\u2009", "\\-\u2010\u2011\u2013"
_GAP = f"[{_SPACE}.{_HYPHENS}/()]"
_CANDIDATE = re.compile(
    rf"(?<![\w$\u20ac\u00a3\u00a5#@.,:/+{_HYPHENS}])(?:\+[{_SPACE}]?)?(?:\((?=[0-9]{{2,5}}\)))?[0-9](?:{_GAP}{{0,3}}[0-9]){{6,17}}"
    rf"(?:,?[{_SPACE}]?(?:ext\.?|extension|x)[{_SPACE}]?[0-9]{{1,5}})?(?![\w%\u20ac\u00a3]|[,.:][0-9])",
    re.IGNORECASE,
)
_EXTENSION = re.compile(r",?\s?(?:ext\.?|extension|x)\s?[0-9]{1,5}$", re.IGNORECASE)
_NORTH_AMERICAN = re.compile(r"(?:1(?: |\.|-) ?)?(?:\(([2-9]\d\d)\) ?|([2-9]\d\d)[ .-])([2-9]\d\d)[ .-]\d{4}")
_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}")
_YEARS = re.compile(r"(?:(?:1[89]|20)\d\d\D*){2,}")
_CALLED = re.compile(
    r"(?<!\[)\b(?:call(?:ed|ing)?|phone|telephone|tel|mobile|cell|fax|text|dial|ring|whatsapp|sms|hotline|voicemail|telefon|handy|"
    r"t\u00e9l\u00e9phone|tel\u00e9fono)\b[^.!?\d]{0,24}\.?[^.!?\d]{0,4}$",
    re.IGNORECASE,
)
_BOOK = re.compile(r"\b(?:isbn|issn|doi)(?:-1[03])?\W{0,3}$", re.IGNORECASE)

_SHORTEST, _LONGEST = 7, 15
"""Digits; 15 is what ITU-T E.164 allows."""
_SHORTEST_WITH_COUNTRY, _SHORTEST_UNBROKEN = 8, 10
_NATIONAL = range(9, 13)
_SHARED_CODES = {"1": 11, "7": 11}
"""Country codes of one digit, and the digits that a number has with them."""


def masked(text: str) -> str:
    """Return ``text`` with e-mail addresses and telephone numbers replaced by ``EMAIL`` and ``PHONE``.

    Masking again changes nothing. Numbers and addresses that are spelt out in words are not seen.

    Example:
        >>> masked("Write to mara@example.org or call +44 20 7946 0958 by 2027.")
        'Write to [e-mail] or call [phone] by 2027.'
    """
    if "@" in text:
        text = _EMAIL.sub(EMAIL, text)
    return _CANDIDATE.sub(_phone_or_not, text)


def _phone_or_not(found: re.Match[str]) -> str:
    before = found.string[max(0, found.start() - 40) : found.start()]
    number = " ".join(_EXTENSION.sub("", found[0]).replace("\u2011", "-").replace("\u2010", "-").split())
    return PHONE if _is_phone(number.replace("\u2013", "-"), before) else found[0]


def _is_phone(number: str, before: str) -> bool:
    digits = re.sub(r"\D", "", number)
    if _BOOK.search(before) or _DATE.match(number) or _YEARS.fullmatch(number) or len(set(digits)) == 1:
        return False
    if number.startswith("+"):
        return _has_country(number, digits)
    if re.match(r"00 ?[1-9]", number):
        return _has_country(number, digits[2:])
    if match := _NORTH_AMERICAN.fullmatch(number):
        return _is_north_american(number, match)
    if re.match(r"\(?0[1-9]", number) and len(digits) in _NATIONAL and digits != number:
        return True
    return _SHORTEST <= len(digits) <= _LONGEST and _CALLED.search(before) is not None


def _has_country(number: str, digits: str) -> bool:
    """Say whether a number has the length of one with a country code, and is no round count such as +10000000."""
    is_unbroken = re.fullmatch(r"(?:\+|00)\d+", number) is not None
    shortest = _SHORTEST_UNBROKEN if is_unbroken else _SHORTEST_WITH_COUNTRY
    is_round = not digits[1:].strip("0")
    is_long_enough = len(digits) == _SHARED_CODES.get(digits[:1], len(digits)) and len(digits) >= shortest
    return is_long_enough and len(digits) <= _LONGEST and not is_round


def _is_north_american(number: str, match: re.Match[str]) -> bool:
    """Say whether a number of that form is one: three round numbers in a row are rather counts."""
    area, exchange = match[1] or match[2], match[3]
    is_spaced = not re.search(r"[().-]", number)
    return not (is_spaced and area[1:] == "00" and area != "800") and not (is_spaced and exchange[1:] == "00")
