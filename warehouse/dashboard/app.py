"""Serve the pages over HTTP: GET only, read-only, one snapshot a page."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, closing
from http import HTTPStatus
from importlib.resources import files

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from warehouse.dashboard.asked import Asked, Check
from warehouse.dashboard.finder import Finder
from warehouse.dashboard.guard import Guard
from warehouse.dashboard.links import ServedLinks
from warehouse.dashboard.page import Link, Note, Page
from warehouse.dashboard.reader import Reader
from warehouse.dashboard.render import Frame, as_csv, as_json, html
from warehouse.dashboard.routes import ROUTES, Maker
from warehouse.errors import NotFoundError, PodlakeError
from warehouse.settings import Settings

_LOG = logging.getLogger(__name__)
_LINKS = ServedLinks()
_HTML, _JSON, _CSV = "text/html; charset=utf-8", "application/json", "text/csv; charset=utf-8"
_OWN_PARAMS = {"as", "table_of"}


def application(
    settings: Settings,
    checks: Sequence[Check] = (),
    *,
    hosts: Collection[str] | None = None,
    token: str | None = None,
    has_sql: bool = False,
) -> ASGIApp:
    """Return the dashboard of a lake as an ASGI application.

    Args:
        settings: Name the lake.
        checks: Every rule that podlake has.
        hosts: Names under which it may be asked; None for any.
        token: What requests must show; None for nothing.
        has_sql: Whether strangers may ask SELECTs.

    Raises:
        LakeError: There is no lake.
    """
    reader = Reader(settings)
    finder = Finder(settings)

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        yield
        reader.close()

    def endpoint(make: Maker) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            params = {name: value for name, value in request.query_params.items() if name not in _OWN_PARAMS}
            asked = Asked(request.path_params, params, checks, finder, has_sql)
            with reader.look() as look:
                page = make(look, asked)
                here = Link(request.url.path, params)
                return _rendered(
                    request, page, Frame(_name(settings), look.snapshot_id, look.as_of, here, _LINKS)
                )

        return answer

    routes = [Route(path, endpoint(make)) for path, make in ROUTES.items()]
    static = StaticFiles(directory=str(files("warehouse.dashboard") / "static"))

    def refused(request: Request, error: Exception) -> Response:
        return _failure(request, error, settings)

    pages = Starlette(
        routes=[Route("/health", _health), *routes, Mount("/static", static)],
        exception_handlers={PodlakeError: refused, HTTPException: refused, Exception: refused},
        lifespan=life,
    )
    # Around all of it: what Starlette answers when a page fails passes no middleware of its own.
    return Guard(pages, hosts=hosts, token=token)


def warm_up(settings: Settings) -> None:
    """Make one page, so that the first reader does not wait for imports and templates: most of a second.

    Raises:
        LakeError: There is no lake.
    """
    with closing(Reader(settings)) as reader, reader.look() as look:
        frame = Frame(_name(settings), look.snapshot_id, look.as_of, Link("/"), _LINKS)
        html(ROUTES["/"](look, Asked()), frame)


def _health(_request: Request) -> Response:
    return PlainTextResponse("ok")


def _rendered(request: Request, page: Page, frame: Frame) -> Response:
    form = request.query_params.get("as", "html")
    if form == "json":
        return Response(as_json(page, frame), media_type=_JSON)
    if form == "csv":
        name = request.query_params.get("table_of", next(iter(page.tables), ""))
        attachment = {"Content-Disposition": 'attachment; filename="podlake.csv"'}
        return Response(as_csv(page, name), media_type=_CSV, headers=attachment)
    return Response(html(page, frame), media_type=_HTML)


def _failure(request: Request, error: Exception, settings: Settings) -> Response:
    """Say what went wrong on a page of its own."""
    if isinstance(error, HTTPException):
        status, what = (
            error.status_code,
            "There is no such page." if error.status_code == HTTPStatus.NOT_FOUND else error.detail,
        )
    elif isinstance(error, PodlakeError):
        status, what = 404 if isinstance(error, NotFoundError) else 503, str(error)
    else:
        _LOG.error("the page %s failed", request.url.path, exc_info=error)
        status, what = 500, "The page failed; the log of podlake dashboard says why."
    page = Page(
        "Not found" if status == HTTPStatus.NOT_FOUND else "Something is wrong", [Note(what, "errored")]
    )
    frame = Frame(_name(settings), None, None, Link(request.url.path), _LINKS)
    return Response(html(page, frame), status, media_type=_HTML)


def _name(settings: Settings) -> str:
    return settings.lake.resolve().name
