"""Run the dashboard: hand it the rules that the suites declare, and a server."""

from __future__ import annotations

import ipaddress
import logging
import secrets
import socket
from pathlib import Path
from urllib.parse import quote

import click
import uvicorn

from expectations.runner import catalogue
from flows.patience import PatientProtocol
from warehouse.dashboard.app import application, warm_up
from warehouse.dashboard.asked import Check
from warehouse.dashboard.export import write_pages
from warehouse.errors import ServiceError
from warehouse.settings import Settings

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_MOST_CONNECTIONS = 128
_LARGEST_HEAD = 16_384


def serve(settings: Settings, *, host: str, port: int, has_sql: bool) -> None:
    """Serve the dashboard until it is interrupted.

    Raises:
        LakeError: There is no lake.
        ServiceError: The address cannot be listened on.
    """
    is_local = _is_loopback(host)
    token = settings.token.get_secret_value() if settings.token else None
    if token is None and not is_local:
        token = secrets.token_urlsafe(24)
    hosts = _LOOPBACK | {host} if is_local else None
    app = application(settings, checks(), hosts=hosts, token=token, has_sql=has_sql)
    warm_up(settings)
    listener = _listener(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/"
    click.echo(f"{address}?token={quote(token, safe='')}" if token else address)
    click.echo("podlake: the dashboard is up; Ctrl-C ends it.", err=True)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    config = uvicorn.Config(
        app,
        access_log=False,
        server_header=False,
        log_level="warning",
        limit_concurrency=_MOST_CONNECTIONS,
        h11_max_incomplete_event_size=_LARGEST_HEAD,
        http=PatientProtocol,
        ws="none",
        timeout_graceful_shutdown=2,
    )
    uvicorn.Server(config).run(sockets=[listener])


def export(settings: Settings, target: Path) -> int:
    """Write the pages as files and return their number; see ``warehouse.dashboard.export``."""
    return write_pages(settings, target, checks())


def checks() -> list[Check]:
    """Return every rule as the dashboard shows it."""
    return [
        Check(table, rule.name, rule.column, rule.severity, rule.bounds, rule.why)
        for table, rule in catalogue()
    ]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Before its address is printed: who reads it may connect at once.
        listener.listen()
    except OSError as error:
        listener.close()
        raise ServiceError(
            f"port {port} of {host} cannot be listened on: {error.strerror}",
            remedy="Choose another with --port, or 0 for a free one.",
        ) from error
    return listener
