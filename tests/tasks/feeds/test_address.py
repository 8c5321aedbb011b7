from __future__ import annotations

import socket

import httpcore
import pytest

from tasks.feeds.address import CheckedBackend, addresses_of, canonical, is_public
from tasks.sources import shown
from warehouse.errors import FetchError


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("HTTP://Example.ORG", "http://example.org/"),
        ("https://example.org:443/a?b=1#c", "https://example.org/a?b=1"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("http://[fe80::1%eth0]/x", "http://[fe80::1%eth0]/x"),
        ("https://Exämple.org/", "https://xn--exmple-cua.org/"),
        ("https://ex%C3%A4mple.org/", "https://xn--exmple-cua.org/"),
        (
            "https://example.org/a b/épisode.vtt?q=ü b",
            "https://example.org/a%20b/%C3%A9pisode.vtt?q=%C3%BC%20b",
        ),
    ],
)
def test_an_address_has_one_spelling(given: str, expected: str) -> None:
    assert canonical(given) == expected
    assert canonical(expected) == expected


@pytest.mark.parametrize(
    "address",
    [
        "https://my_feeds.example.org/a%20b/%C3%a9.vtt?q=%41+b",
        "https://example.org/100%/%zz//..;v=1?a=b?c",
        "https://example.org/!\"$&'()*+,-.:;<=>@[\\]^_`{|}~?!\"$&'()*+,-./:;<=>?@[\\]^_`{|}~",
    ],
)
def test_an_address_that_can_be_asked_as_it_stands_stays_so(address: str) -> None:
    # The lake knows feeds by these spellings.
    assert canonical(address) == address


def test_a_reference_is_resolved_against_the_address_that_it_stands_in() -> None:
    assert canonical("../é.vtt", base="https://example.org/a/b/feed") == "https://example.org/a/%C3%A9.vtt"


@pytest.mark.parametrize(
    "given",
    [
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://x",
        "http://",
        "http://a:b@x/",
        "http://x:y/",
        "http://example.org:99999/",
        "http://[oops/x",
        "http://example..org/x",
        "http://exämple..org/x",
        f"http://{'a' * 64}.example.org/x",
        f"http://{'ä' * 60}.example.org/x",
        "http://a\u2025b.org/x",  # IDNA reads two dots in one character
        "http://exam ple.org/x",
        "http://exam%2Fple.org/x",
        "http://example.org/\ud800",
    ],
)
def test_other_schemes_and_broken_addresses_are_refused(given: str) -> None:
    with pytest.raises(FetchError):
        canonical(given)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://me:secret@example.org/f?of=@me", "https://example.org/f?of=@me"),
        ("https://token@example.org:8080", "https://example.org:8080"),
        ("https://me:se@cr:et@example.org/@me", "https://example.org/@me"),
        ("//me:secret@example.org/f", "//example.org/f"),
        # What should have been encoded in a password must not show it.
        ("https://me:se/cret@example.org/f", "https://example.org/f"),
        ("https://me:s?ecret#1@2/3@example.org/f", "https://example.org/f"),
    ],
)
def test_users_and_passwords_are_refused_and_shown_nowhere(given: str, expected: str) -> None:
    assert shown(given) == expected
    with pytest.raises(FetchError) as caught:
        canonical(given)
    assert caught.value.where == expected
    assert not any(secret in str(caught.value) for secret in ("me:", "cret", "token"))


@pytest.mark.parametrize(
    "source",
    [
        "https://example.org/@me",
        "https://example.org:80/@me?a=b@c",
        "http://[::1]:80/@me",
        "/a/b@c",
        "a@b.vtt",
    ],
)
def test_sources_without_a_user_are_shown_as_they_are(source: str) -> None:
    assert shown(source) == source


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104  nothing is bound
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b:1::1",
    ],
)
def test_addresses_that_are_not_public_are_told(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111"])
def test_public_addresses_are_told(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1"])
def test_every_spelling_of_loopback_is_refused_unless_allowed(host: str) -> None:
    with pytest.raises(FetchError, match="not on the public internet"):
        addresses_of(host, 80, allow_private=False)
    assert addresses_of(host, 80, allow_private=True)


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    # A name that is public when it is looked up first and loopback ever after, as in DNS rebinding.
    answers = [["93.184.215.14"], ["127.0.0.1"]]
    asked: list[str] = []

    def resolve(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(0, 0, 0, "", (ip, 80)) for ip in answers[min(len(asked), 2) - 1]]

    connected: list[str] = []

    def connect(_: object, host: str, *__: object) -> None:
        connected.append(host)
        raise httpcore.ConnectError("no network here")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    backend = CheckedBackend(allow_private=False)
    with pytest.raises(httpcore.ConnectError, match="no network here"):
        backend.connect_tcp("rebinding.example", 80)
    assert connected == ["93.184.215.14"]
    with pytest.raises(FetchError):
        backend.connect_tcp("rebinding.example", 80)
    assert connected == ["93.184.215.14"]
