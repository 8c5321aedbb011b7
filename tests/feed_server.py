"""A web server on loopback that a test takes a feed through its life with."""

from __future__ import annotations

import gzip
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

Answer = Callable[["Handler"], None]


@dataclass
class Page:
    """A document that answers conditional requests and ranges."""

    body: bytes
    has_etag: bool = True
    is_gzip: bool = False
    cut_at: int | None = None

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:12]}"'

    def __call__(self, handler: Handler) -> None:
        if self.has_etag and handler.headers.get("If-None-Match") == self.etag:
            handler.send(304, {"ETag": self.etag})
            return
        body = gzip.compress(self.body) if self.is_gzip else self.body
        headers = {"ETag": self.etag} if self.has_etag else {}
        headers |= {"Content-Encoding": "gzip"} if self.is_gzip else {}
        start = handler.headers.get("Range", "")
        if start and handler.headers.get("If-Range") == self.etag:
            first = int(start.removeprefix("bytes=").rstrip("-"))
            headers["Content-Range"] = f"bytes {first}-{len(body) - 1}/{len(body)}"
            handler.send(206, headers, body[first:])
            return
        if self.cut_at is not None:
            cut, self.cut_at = self.cut_at, None
            handler.send(200, headers | {"Content-Length": str(len(body))}, body[:cut])
            handler.close_connection = True
            return
        handler.send(200, headers, body)


@dataclass
class Site:
    """What the server holds, and what it was asked for."""

    port: int = 0
    pages: dict[str, Answer] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)
    at_once: int = 0
    most_at_once: int = 0

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def put(self, path: str, body: bytes | str) -> Page:
        page = Page(body.encode() if isinstance(body, str) else body)
        self.pages[path] = page
        return page

    def asked(self) -> list[str]:
        """Return the paths asked for since the last call."""
        with self.lock:
            paths = [path for path, _ in self.requests]
            self.requests.clear()
        return paths


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        site = self.site
        with site.lock:
            site.requests.append((self.path, dict(self.headers.items())))
            site.at_once += 1
            site.most_at_once = max(site.most_at_once, site.at_once)
        try:
            with suppress(ConnectionError):
                site.pages.get(self.path, status(404))(self)
        finally:
            with site.lock:
                site.at_once -= 1

    def send(self, code: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        self.send_response(code)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Be quiet."""


def status(code: int, **headers: str) -> Answer:
    return lambda handler: handler.send(
        code, {name.replace("_", "-"): text for name, text in headers.items()}
    )


def redirect(target: str, code: int = 302) -> Answer:
    return status(code, Location=target)


def in_turn(*answers: Answer) -> Answer:
    """Give one answer after another, then the last one for good."""
    left = list(answers)

    def answer(handler: Handler) -> None:
        now = left.pop(0) if len(left) > 1 else left[0]
        now(handler)

    return answer


def slow(page: Answer, seconds: float) -> Answer:
    def answer(handler: Handler) -> None:
        time.sleep(seconds)
        page(handler)

    return answer


def endless(n_bytes: int, sent: list[int]) -> Answer:
    """Send a body of so many bytes without saying its length; ``sent`` says how far it came."""

    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        piece = b"x" * (1 << 16)
        sent.append(0)
        while sent[-1] < n_bytes:
            handler.wfile.write(piece)
            sent[-1] += len(piece)

    return answer


@contextmanager
def serving() -> Iterator[Site]:
    """Serve a site on a free port of loopback."""
    site = Site()
    handler = type("SiteHandler", (Handler,), {"site": site})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        site.port = server.server_port
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
