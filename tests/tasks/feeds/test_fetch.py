from __future__ import annotations

import gzip
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tasks.feeds.content import content_of
from tasks.feeds.fetch import USER_AGENT, Fetched, Fetcher, Mark
from tests.feed_server import Site, endless, in_turn, redirect, slow, status
from warehouse.errors import FetchError, TooLargeError, UnreachableError
from warehouse.settings import Settings, load

MEGABYTE = 1 << 20


@pytest.fixture
def local(tmp_path: Path) -> Settings:
    return load(lake=tmp_path, allow_private_addresses=True, host_pause_s=0.0, timeout_s=20.0)


def fetch(settings: Settings, url: str, max_bytes: int = MEGABYTE, known: Mark | None = None) -> Fetched:
    with Fetcher(settings, sleep=lambda _: None) as fetcher:
        return fetcher.fetch(url, max_bytes, known)


def test_an_unchanged_document_costs_no_body(site: Site, local: Settings) -> None:
    page = site.put("/a.vtt", "WEBVTT")
    first = fetch(local, site.url("/a.vtt"))
    assert (first.content, first.mark) == (b"WEBVTT", Mark(page.etag))
    assert fetch(local, site.url("/a.vtt"), known=first.mark).content is None
    page.body = b"WEBVTT 2"
    assert fetch(local, site.url("/a.vtt"), known=first.mark).content == b"WEBVTT 2"
    assert {headers["User-Agent"] for _, headers in site.requests} == {USER_AGENT}
    assert "podlake/" in USER_AGENT


def test_gzip_is_unpacked_up_to_the_limit(site: Site, local: Settings) -> None:
    site.put("/a", b"word " * 1000).is_gzip = True
    assert fetch(local, site.url("/a")).content == b"word " * 1000
    site.put("/bomb", b"\0" * 5 * MEGABYTE).is_gzip = True
    with pytest.raises(FetchError, match="expands to more than"):
        fetch(local, site.url("/bomb"))


@pytest.mark.parametrize("rest", [b"", b"\0" * 512, b"and more"], ids=["nothing", "padding", "garbage"])
def test_gzip_of_several_members_is_unpacked_whole(rest: bytes) -> None:
    # As gzip does it, what follows the last member does not count.
    body = gzip.compress(b"We bake") + gzip.compress(b"") + gzip.compress(b" bread.") + rest
    assert content_of(body, "gzip", 14, "x") == b"We bake bread."
    with pytest.raises(TooLargeError):
        content_of(body, "gzip", 13, "x")


def test_gzip_whose_further_member_is_damaged_or_cut_is_refused() -> None:
    first, second = gzip.compress(b"We bake"), gzip.compress(b" bread.")
    with pytest.raises(FetchError, match="cut"):
        content_of(first + second[:-1], "gzip", MEGABYTE, "x")
    with pytest.raises(FetchError, match="damaged"):
        content_of(first + second[:-1] + b"?", "gzip", MEGABYTE, "x")


def test_gzip_of_countless_members_is_read_once() -> None:
    # If the rest were copied for each member, this would never end.
    assert content_of(gzip.compress(b"") * 300_000 + gzip.compress(b"x"), "gzip", 1, "x") == b"x"


def test_errors_that_may_pass_are_tried_again(site: Site, local: Settings) -> None:
    page = site.put("/page", "there")
    site.pages["/a"] = in_turn(status(500), status(503), page)
    assert fetch(local, site.url("/a")).content == b"there"
    assert site.asked() == ["/a"] * 3
    site.pages["/a"] = status(502)
    with pytest.raises(UnreachableError, match="502"):
        fetch(local, site.url("/a"))
    assert site.asked() == ["/a"] * 4


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410])
def test_errors_that_will_not_pass_are_not_tried_again(site: Site, local: Settings, code: int) -> None:
    site.pages["/a"] = status(code)
    with pytest.raises(FetchError, match=str(code)):
        fetch(local, site.url("/a"))
    assert site.asked() == ["/a"]


def test_retry_after_is_waited_for_unless_it_is_too_long(site: Site, local: Settings) -> None:
    site.pages["/a"] = in_turn(status(429, Retry_After="1"), site.put("/page", "there"))
    began = time.monotonic()
    with Fetcher(local) as fetcher:
        assert fetcher.fetch(site.url("/a"), MEGABYTE).content == b"there"
    assert time.monotonic() - began >= 1
    site.asked()
    site.pages["/a"] = status(429, Retry_After="86400")
    with pytest.raises(UnreachableError, match="429"):
        fetch(local, site.url("/a"))
    assert site.asked() == ["/a"]


@pytest.mark.parametrize(
    "odd", ["²", "soon", "9" * 5000, "Fri, 09 Oct 2020 04:30:38 +99999999999999999999", ""]
)
def test_an_odd_retry_after_is_no_failure_of_its_own(site: Site, local: Settings, odd: str) -> None:
    site.pages["/a"] = status(429, Retry_After=odd)
    with pytest.raises(UnreachableError, match="429"):
        fetch(local, site.url("/a"))


def test_a_tag_that_is_not_ascii_is_given_back_as_it_came(site: Site, local: Settings) -> None:
    site.pages["/a"] = status(200, ETag='"é"', Last_Modified="März")
    mark = fetch(local, site.url("/a")).mark
    fetch(local, site.url("/a"), known=mark)
    (_, headers) = site.requests[-1]
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == ('"é"', "März")


def test_an_address_that_is_not_encoded_is_asked_for_encoded(site: Site, local: Settings) -> None:
    site.put("/%C3%A9pisode%20one.vtt?of=%C3%BC", "x")
    assert fetch(local, site.url("/épisode one.vtt?of=ü")).content == b"x"


def test_an_address_is_asked_for_to_the_last_letter(site: Site, local: Settings) -> None:
    path = "/a;b=1/feed;format=rss?of=all;x"
    site.put(path, "x")
    assert fetch(local, site.url(path)).content == b"x"


def test_a_cut_body_is_resumed_where_it_ended(site: Site, local: Settings) -> None:
    body = bytes(range(256)) * 400
    site.put("/a", body).cut_at = 70_000
    assert fetch(local, site.url("/a")).content == body
    ((_, first), (_, second)) = site.requests
    assert "Range" not in first
    assert 0 < int(second["Range"].removeprefix("bytes=").rstrip("-")) <= 70_000


def test_a_cut_body_without_a_tag_is_read_anew(site: Site, local: Settings) -> None:
    page = site.put("/a", b"abc" * 30_000)
    page.has_etag, page.cut_at = False, 70_000
    assert fetch(local, site.url("/a")).content == page.body
    assert all("Range" not in headers for _, headers in site.requests)


def test_a_body_that_never_ends_is_stopped_at_the_limit(site: Site, local: Settings) -> None:
    sent: list[int] = []
    site.pages["/a"] = endless(2 << 30, sent)
    with pytest.raises(FetchError, match="more than the 1,048,576 bytes"):
        fetch(local, site.url("/a"))
    time.sleep(0.2)
    assert sum(sent) < 32 * MEGABYTE
    site.pages["/b"] = status(200, Content_Length=str(2 << 30))
    with pytest.raises(FetchError, match="more than the 1,048,576 bytes"):
        fetch(local, site.url("/b"))


def test_slow_servers_are_given_up(site: Site, local: Settings) -> None:
    site.pages["/a"] = slow(site.put("/page", "x"), 0.5)
    hasty = local.model_copy(update={"timeout_s": 0.1, "total_timeout_s": 0.6})
    began = time.monotonic()
    with pytest.raises(UnreachableError):
        fetch(hasty, site.url("/a"))
    assert time.monotonic() - began < 2


def test_a_move_for_good_is_told_and_a_detour_is_not(site: Site, local: Settings) -> None:
    site.put("/new", "x")
    site.pages["/old"] = redirect("/new", 301)
    site.pages["/older"] = redirect(site.url("/old"), 308)
    site.pages["/detour"] = redirect("/old", 302)
    assert fetch(local, site.url("/older")).moved_to == site.url("/new")
    assert fetch(local, site.url("/detour")).moved_to == ""
    assert fetch(local, site.url("/detour")).url == site.url("/new")


def test_redirects_that_lead_in_a_circle_end(site: Site, local: Settings) -> None:
    site.pages["/a"], site.pages["/b"] = redirect("/b"), redirect("/a")
    with pytest.raises(FetchError, match="more than 10 redirects"):
        fetch(local, site.url("/a"))
    assert len(site.asked()) == 11


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/"])
def test_a_redirect_to_another_scheme_is_refused(site: Site, local: Settings, target: str) -> None:
    site.pages["/a"] = redirect(target)
    with pytest.raises(FetchError, match="only http and https"):
        fetch(local, site.url("/a"))


def test_a_redirect_to_an_address_that_cannot_be_read_is_refused(site: Site, local: Settings) -> None:
    site.pages["/a"] = redirect("http://[oops/x")
    with pytest.raises(FetchError, match="cannot be read"):
        fetch(local, site.url("/a"))
    assert site.asked() == ["/a"]


def test_a_redirect_that_is_not_encoded_is_followed(site: Site, local: Settings) -> None:
    site.pages["/a"] = redirect("/the épisode".encode().decode("latin-1"))
    site.put("/the%20%C3%A9pisode", "x")
    assert fetch(local, site.url("/a")).content == b"x"


def test_a_redirect_to_a_private_address_is_refused(site: Site, local: Settings) -> None:
    # The first hop is let through; the second is checked like any connection.
    site.pages["/a"] = redirect(f"http://localhost:{site.port}/secret")
    site.put("/secret", "x")
    with Fetcher(local) as fetcher:
        fetcher.fetch(site.url("/secret"), MEGABYTE)
        site.asked()
        fetcher._pool._network_backend._allow_private = False  # type: ignore[attr-defined]  # as if hop one were public
        with pytest.raises(FetchError, match="not on the public internet"):
            fetcher.fetch(site.url("/a"), MEGABYTE)
    assert site.asked() == ["/a"]


def test_loopback_is_refused_unless_settings_allow_it(site: Site, tmp_path: Path) -> None:
    site.put("/a", "x")
    with pytest.raises(FetchError, match="allow_private_addresses"):
        fetch(load(lake=tmp_path), site.url("/a"))
    assert site.asked() == []


def test_a_host_gets_few_requests_at_once_with_pauses_between(site: Site, local: Settings) -> None:
    site.pages["/a"] = slow(site.put("/page", "x"), 0.1)
    polite = local.model_copy(update={"requests_per_host": 2, "host_pause_s": 0.05})
    began = time.monotonic()
    with Fetcher(polite) as fetcher, ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: fetcher.fetch(site.url("/a"), MEGABYTE), range(6)))
    assert site.most_at_once <= 2
    assert time.monotonic() - began >= 0.25
