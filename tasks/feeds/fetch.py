"""Fetch one address politely: conditional, bounded, resumed where it was cut, tried again only where that may help."""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from urllib.parse import urlsplit

import certifi
import httpcore

from tasks.feeds.address import CheckedBackend, canonical, encoded
from tasks.feeds.content import content_of
from tasks.feeds.pace import Pace
from tasks.feeds.values import moment
from warehouse.errors import FetchError, TooLargeError, UnreachableError
from warehouse.settings import Settings

USER_AGENT = f"podlake/{version('podlake')} (podcast archive pipeline; fetches feeds and transcripts)"

_MAX_REDIRECTS = 10
_ATTEMPTS = 4
_FIRST_PAUSE_S = 0.5
_LONGEST_RETRY_AFTER_S = 60.0
"""A server that wants a longer pause gets it: the next run asks again."""

_NOT_MODIFIED, _PARTIAL, _WRONG_RANGE, _TOO_MANY = 304, 206, 416, 429
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
_TRANSIENT = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Mark:
    """What a server gives to ask it later whether a document has changed; both may be empty.

    Attributes:
        etag: Its entity tag, as given.
        last_modified: Its ``Last-Modified`` date, as given.
    """

    etag: str = ""
    last_modified: str = ""

    @property
    def conditions(self) -> dict[str, str]:
        """The headers that ask for the document only if it has changed."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in headers.items() if value}

    @property
    def if_range(self) -> str:
        """What ``If-Range`` takes: a strong tag or a date."""
        return self.last_modified if not self.etag or self.etag.startswith("W/") else self.etag


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer.

    Attributes:
        url: Where it came from, after redirects.
        moved_to: Where the document is to be asked for from now on; empty if it has not moved for good.
        content: Its bytes, decompressed; None where it has not changed.
        mark: What to ask with next time.
        is_downgraded: Whether a redirect led from https to http.
    """

    url: str
    moved_to: str
    content: bytes | None
    mark: Mark
    is_downgraded: bool = False


@dataclass(slots=True)
class _Hop:
    """Where a fetch stands between requests, with what is there already of a body that was cut."""

    url: str
    is_permanent: bool = True
    moved_to: str = ""
    is_downgraded: bool = False
    n_redirects: int = 0
    cut: bytes = b""
    cut_mark: Mark = field(default_factory=Mark)


class _AgainError(Exception):
    """An attempt that failed in a way that may pass."""

    def __init__(self, what: str, pause_s: float | None = None) -> None:
        self.what, self.pause_s = what, pause_s
        super().__init__(what)


class Fetcher(AbstractContextManager["Fetcher"]):
    """Asks for documents; safe to share between threads."""

    def __init__(self, settings: Settings, sleep: Callable[[float], None] = time.sleep) -> None:
        self._settings = settings
        self._sleep = sleep
        self._pace = Pace(settings.requests_per_host, settings.host_pause_s)
        self._pool = httpcore.ConnectionPool(
            # The system's own store would make it depend on the machine which servers are believed.
            ssl_context=ssl.create_default_context(cafile=certifi.where()),
            max_connections=None,
            keepalive_expiry=settings.timeout_s,
            network_backend=CheckedBackend(allow_private=settings.allow_private_addresses),
        )

    def __exit__(self, *_: object) -> None:
        """Close all connections."""
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def fetch(self, url: str, max_bytes: int, known: Mark | None = None) -> Fetched:
        """Return what an address holds.

        Redirects are followed by hand, each address checked again. Timeouts, cut connections, 429 and 5xx are tried
        again after a pause that doubles, with jitter, or the one that ``Retry-After`` asks for; a body that was
        cut is resumed where the server can (RFC 9110, ranges).

        Args:
            url: An http or https address.
            max_bytes: Bytes, before and after decompression, after which the download stops.
            known: What the last answer was marked with; an unchanged document then costs no body.

        Raises:
            FetchError: The address is refused or gone, or holds too much: asking again will not help.
            UnreachableError: It did not answer in ``_ATTEMPTS`` attempts, or wants to be asked much later.
        """
        deadline = time.monotonic() + self._settings.total_timeout_s
        hop = _Hop(canonical(url))
        for attempt in range(_ATTEMPTS):
            try:
                return self._follow(hop, max_bytes, known or Mark(), deadline)
            except _AgainError as error:
                pause_s = _pause(attempt, error.pause_s)
                if attempt == _ATTEMPTS - 1 or pause_s > _LONGEST_RETRY_AFTER_S:
                    raise _unreachable(hop.url, error.what) from error
                if time.monotonic() + pause_s > deadline:
                    raise _unreachable(hop.url, f"{error.what}; no time is left") from error
                self._sleep(pause_s)
        raise AssertionError

    def _follow(self, hop: _Hop, max_bytes: int, known: Mark, deadline: float) -> Fetched:
        """Ask from hop to hop until one answers with a document."""
        while True:
            answer = self._ask(hop, max_bytes, known, deadline)
            if isinstance(answer, Fetched):
                return answer
            status, target = answer
            hop.n_redirects += 1
            if hop.n_redirects > _MAX_REDIRECTS:
                raise FetchError(
                    f"more than {_MAX_REDIRECTS} redirects lead on and on",
                    where=hop.url,
                    remedy="Ask the publisher.",
                )
            _move(hop, status, target)

    def _ask(self, hop: _Hop, max_bytes: int, known: Mark, deadline: float) -> Fetched | tuple[int, str]:
        """Make one request: return the document, or the status and target of a redirect."""
        headers = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip"} | known.conditions
        if hop.cut:
            headers |= {"Range": f"bytes={len(hop.cut)}-", "If-Range": hop.cut_mark.if_range}
            headers = {name: value for name, value in headers.items() if name not in known.conditions}
        # Tags go back as the bytes that they came as, which need not be ASCII.
        sent = [(name, value.encode("latin-1")) for name, value in headers.items()]
        limit = self._settings.timeout_s
        timeouts = {"connect": limit, "read": limit, "write": limit, "pool": self._settings.total_timeout_s}
        scheme, place, *_ = urlsplit(hop.url)
        # Left to itself, httpcore asks without what stands behind a semicolon.
        target = hop.url.removeprefix(f"{scheme}://{place}")
        extensions = {"timeout": timeouts, "target": target}
        try:
            with (
                self._pace.turn(place),
                self._pool.stream("GET", hop.url, headers=sent, extensions=extensions) as response,
            ):
                return self._read(hop, response, max_bytes, known, deadline)
        except _TRANSIENT as error:
            raise _AgainError(str(error) or type(error).__name__) from error
        except httpcore.UnsupportedProtocol as error:
            raise FetchError(str(error), where=hop.url) from error

    def _read(
        self, hop: _Hop, response: httpcore.Response, max_bytes: int, known: Mark, deadline: float
    ) -> Fetched | tuple[int, str]:
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in response.headers}
        answer = Fetched(hop.url, hop.moved_to, None, known, hop.is_downgraded)
        if response.status == _NOT_MODIFIED:
            return answer
        if response.status in _REDIRECTS and "location" in headers:
            return response.status, encoded(headers["location"].encode("latin-1"))
        _check_status(hop, response.status, headers)
        if response.status != _PARTIAL or not _continues(hop, headers):
            hop.cut = b""
        raw = self._body(hop, response, headers, max_bytes, deadline)
        content = content_of(raw, headers.get("content-encoding", ""), max_bytes, hop.url)
        return replace(answer, content=content, mark=_mark_of(headers))

    def _body(
        self, hop: _Hop, response: httpcore.Response, headers: Headers, max_bytes: int, deadline: float
    ) -> bytes:
        """Read a body up to the limit; what is there of one that is cut stays in ``hop`` for the next attempt."""
        pieces, n_bytes = [hop.cut], len(hop.cut)
        announced = headers.get("content-length", "")
        if announced.isdigit() and n_bytes + int(announced) > max_bytes:
            raise _too_large(hop.url, max_bytes)
        try:
            for piece in response.iter_stream():
                n_bytes += len(piece)
                if n_bytes > max_bytes:
                    raise _too_large(hop.url, max_bytes)
                pieces.append(piece)
                if time.monotonic() > deadline:
                    raise _unreachable(hop.url, f"it took longer than {self._settings.total_timeout_s:.0f} s")
        except _TRANSIENT:
            mark = _mark_of(headers)
            can_resume = bool(mark.if_range) and headers.get("accept-ranges", "") != "none"
            hop.cut, hop.cut_mark = (b"".join(pieces), mark) if can_resume else (b"", Mark())
            raise
        return b"".join(pieces)


def _mark_of(headers: Headers) -> Mark:
    return Mark(headers.get("etag", ""), headers.get("last-modified", ""))


def _move(hop: _Hop, status: int, target: str) -> None:
    """Go where a redirect points; only redirects for good from the start make a new address of the document."""
    before, hop.url = hop.url, canonical(target, base=hop.url)
    hop.cut = b""
    hop.is_permanent = hop.is_permanent and status in _FOR_GOOD
    if hop.is_permanent:
        hop.moved_to = hop.url
    if before.startswith("https:") and hop.url.startswith("http:"):
        hop.is_downgraded = True


def _check_status(hop: _Hop, status: int, headers: Headers) -> None:
    """Tell answers that may change soon from those that will not."""
    if status == _WRONG_RANGE and hop.cut:
        hop.cut = b""
        raise _AgainError("what was cut could not be resumed")
    if status == _TOO_MANY or status >= 500:  # noqa: PLR2004  server errors begin there
        raise _AgainError(f"the server answered {status}", _retry_after(headers.get("retry-after", "")))
    if not 200 <= status < 300:  # noqa: PLR2004  what is no success and no redirect
        raise FetchError(
            f"the server answered {status}", where=hop.url, remedy="Look at the address in a browser."
        )


def _continues(hop: _Hop, headers: Headers) -> bool:
    """Say whether a partial answer goes on exactly where the body was cut."""
    if headers.get("content-range", "").startswith(f"bytes {len(hop.cut)}-"):
        return True
    hop.cut = b""
    raise _AgainError("the server sent another range than was asked for")


def _pause(attempt: int, asked_s: float | None) -> float:
    jitter = random.uniform(0.5, 1.0)  # noqa: S311  no secret
    return max(_FIRST_PAUSE_S * float(2**attempt) * jitter, asked_s or 0.0)


def _retry_after(value: str) -> float | None:
    """Return the seconds that ``Retry-After`` asks for, given as a number or as a date; None for what is neither."""
    if value.isdecimal():
        return float(value)
    date = moment(value)
    return max((date - datetime.now(UTC)).total_seconds(), 0.0) if date else None


def _too_large(url: str, max_bytes: int) -> TooLargeError:
    return TooLargeError(
        f"it holds more than the {max_bytes:,} bytes that are allowed",
        where=url,
        remedy="If it can be trusted, raise max_document_bytes, or max_feed_bytes for a feed.",
    )


def _unreachable(url: str, what: str) -> UnreachableError:
    return UnreachableError(
        what, where=url, remedy="The next run asks again; if this lasts, ask the publisher."
    )
