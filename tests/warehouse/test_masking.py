from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.masking import EMAIL, PHONE, masked

PHONES = [
    "+44 20 7946 0958",
    "+44 (0)20 7946 0958",
    "+442079460958",
    "+1 (212) 555-0147",
    "+1-212-555-0147",
    "+1 212 555 0147",
    "+49 30 901820",
    "+49 (0) 171 1234567",
    "+33 1 23 45 67 89",
    "+34 612 345 678",
    "+48 601 234 567",
    "+45 12 34 56 78",
    "+353 1 234 5678",
    "+91 98765 43210",
    "+86 138 0013 8000",
    "+7 495 123-45-67",
    "0044 20 7946 0958",
    "0049301234567",
    "(212) 555-0147",
    "212-555-0147",
    "212.555.0147",
    "212 555 0147",
    "1-800-555-0147",
    "1 800 555 0147",
    "800 555 0147",
    "020 7946 0958",
    "07700 900123",
    "030/1234567",
    "01 23 45 67 89",
    "(0171) 1234567",
    "212-555-0147 ext. 12",
    "212\u2011555\u20110147",
    "+44\u00a020\u00a07946\u00a00958",
]

CALLED = [
    "Call us at 555-0147.",
    "my phone is 5550147",
    "Tel.: 7946 0958",
    "Fax 9018 2034",
    "text 2125550147 now",
]

EMAILS = [
    "mara@example.org",
    "mara.quill+podcast@mail.example.co.uk",
    "MARA_QUILL@EXAMPLE.ORG",
    "m@e-x.io",
    "o'neil@example.org",
    "sørensen@bücher.example",
]

KEPT = [
    "from 1998 to 2024",
    "1998-2024",
    "2019 2020 2021",
    "between 1939/1945 and 2001/2002",
    "on 2024-01-15 at 10:30",
    "on 15.01.2024 10.30",
    "01/02/2024 10 people came",
    "it cost $1,234,567.89",
    "12.345.678 \u20ac",
    "\u00a3 1 234 567",
    "1 234 567 listeners",
    "7,900,000,000 people",
    "10000000000 stars",
    "a growth of +10000000 a year",
    "ISBN 978-3-16-148410-0",
    "978-3-16-148410-0",
    "ISBN 0-306-40615-2",
    "ISBN: 0306406152",
    "ISSN 2049-3630",
    "at 00:12:34.567",
    "00:00:01,000 --> 00:00:02,500",
    "00 01 02 03",
    "version 1.2.3.4567",
    "192.168.100.200",
    "3.14159265358979",
    "0.123456789",
    "50.4501234, 30.5234567",
    "4111 1111 1111 1111",
    "200 300 4000",
    "1 2 3 4 5 6 7 8",
    "episode 1234567",
    "issue #12345678",
    "lines 100-2000",
    "1600 Pennsylvania Avenue, DC 20500-0003",
    "a 100-200-300 split",
    "1.5 to 2.5 million of 3.5 million",
    "unix time 1700000000",
    "2 + 2 = 4, 1 + 1000 = 1001",
    "0000000000",
    "we called in 2019 and 2020",
    "the call cost 12.50",
    "@mara on the fediverse",
    "a @ b, 3 @ 4.50",
    "x@y",
    "mara at example dot org",
]


@pytest.mark.parametrize("phone", PHONES)
@pytest.mark.parametrize("around", ["{}", "It is {}.", "({}), or later", "one\n{}\ntwo"])
def test_a_telephone_number_is_masked_whole(phone: str, around: str) -> None:
    assert masked(around.format(phone)) == around.format(PHONE)


@pytest.mark.parametrize("text", CALLED)
def test_what_may_be_called_is_a_number_behind_such_a_word(text: str) -> None:
    assert PHONE in masked(text)
    assert not any(character.isdigit() for character in masked(text))


@pytest.mark.parametrize("email", EMAILS)
@pytest.mark.parametrize("around", ["{}", "Write to {}.", "<{}>", "mailto:{}?subject=hello", "({}),"])
def test_an_email_address_is_masked_whole(email: str, around: str) -> None:
    assert masked(around.format(email)) == around.format(EMAIL)


@pytest.mark.parametrize("text", KEPT)
def test_other_numbers_and_words_stay(text: str) -> None:
    assert masked(text) == text


_TALK = st.lists(
    st.sampled_from(
        [*PHONES, *EMAILS, *KEPT, *CALLED, "well", "and", "call", "[phone]", ".", ",", "(", ")", "\n"]
    )
    | st.text(st.characters(codec="utf-8"), max_size=8)
    | st.from_regex(r"[0-9 +().,/:@-]{1,24}", fullmatch=True)
).map(" ".join)


@given(_TALK)
def test_masking_again_changes_nothing(text: str) -> None:
    assert masked(masked(text)) == masked(text)


@given(st.sampled_from(PHONES), st.sampled_from(EMAILS), st.text("abcxyz ,;!?", max_size=20))
def test_nothing_of_either_is_left_wherever_they_stand(phone: str, email: str, between: str) -> None:
    shown = masked(f"{between} {phone} {between} {email} {between}")
    assert not any(character.isdigit() for character in shown)
    assert "@" not in shown


@given(st.integers(1000, 2100), st.integers(0, 999), st.integers(1, 31), st.integers(1, 12))
def test_years_dates_and_counts_of_any_value_stay(year: int, count: int, day: int, month: int) -> None:
    text = f"{day:02}.{month:02}.{year}, {year}-{month:02}-{day:02}, {count:03},{count:03},{count:03} or {year}\u2013{year + 1}"
    assert masked(text) == text


@pytest.mark.parametrize(
    "text",
    ["a" * 200_000, "1" * 200_000, "1 " * 100_000, "a@" * 100_000, "+1(" * 60_000, "a." * 100_000 + "@"],
)
def test_hostile_text_takes_no_time(text: str) -> None:
    started = time.process_time()
    masked(text)
    assert time.process_time() - started < 2
