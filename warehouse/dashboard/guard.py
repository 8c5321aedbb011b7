"""What each request must pass, and what each answer carries."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "podlake_token"
_OWN_SITES = {"none", "same-origin"}
"""Who a browser says to be asking for: the reader himself, or a page of ours."""
_LONGEST_QUERY = 8_192
"""Bytes: a statement of the SQL page and its escapes."""
_HEADERS = {
    # Nothing from elsewhere, no script at all; forms only lead back here, and no other page may frame this one.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-cache",
}


class Guard:
    """Let a request through that names a known host and, where one is set, shows the token.

    A page elsewhere that has its own name resolve to this machine names itself in ``Host``, so unknown hosts are refused.
    """

    def __init__(self, app: ASGIApp, *, hosts: Collection[str] | None, token: str | None) -> None:
        """Guard an application.

        Args:
            app: The application.
            hosts: Names that ``Host`` may say, without port; None for any, behind a token.
            token: What every request must show, as a cookie, ``Authorization: Bearer`` or ``?token=``.
        """
        self._app, self._hosts, self._token = app, hosts, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(Request(scope))
        await (refusal or self._app)(scope, receive, _with_headers(send))

    def _refusal(self, request: Request) -> Response | None:
        if self._hosts is not None and _host(request.headers) not in self._hosts:
            return PlainTextResponse("podlake: unknown host", 421)
        if len(request.scope["query_string"]) > _LONGEST_QUERY:
            return PlainTextResponse("podlake: the address is too long", 414)
        if _is_foreign(request):
            return PlainTextResponse("podlake: another site may not ask", 403)
        return None if self._token is None else self._admission(request)

    def _admission(self, request: Request) -> Response | None:
        """Ask for the token."""
        offered = request.query_params.get("token")
        if offered is not None and self._is_token(offered):
            return _remembered(request, offered)
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self._is_token(request.cookies.get(COOKIE, "")) or self._is_token(bearer):
            return None
        return PlainTextResponse(
            "podlake: open the address with its token, as podlake dashboard prints it", 401
        )

    def _is_token(self, offered: str) -> bool:
        return self._token is not None and hmac.compare_digest(offered.encode(), self._token.encode())


def _is_foreign(request: Request) -> bool:
    """Say whether another site's page asks: it may link to a page, but not load one, and a statement is asked here alone."""
    if request.headers.get("sec-fetch-site", "none") in _OWN_SITES:
        return False
    return request.url.path == "/sql" or request.headers.get("sec-fetch-mode") != "navigate"


def _host(headers: Headers) -> str:
    """Return the host without port; an IPv6 address without brackets."""
    said = headers.get("host", "")
    return said[1:].partition("]")[0] if said.startswith("[") else said.partition(":")[0].lower()


def _remembered(request: Request, token: str) -> Response:
    """Move the token from the address, which a history keeps, to a cookie."""
    rest = [(name, value) for name, value in parse_qsl(request.url.query) if name != "token"]
    # The path alone, and never two slashes at its start: no address may lead to another host.
    path = f"/{request.url.path.lstrip('/')}"
    answer = RedirectResponse(f"{path}?{urlencode(rest)}" if rest else path, 303)
    answer.set_cookie(COOKIE, token, httponly=True, samesite="lax")
    return answer


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
        await send(message)

    return sent
