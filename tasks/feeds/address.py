"""Which addresses podlake may ask: http and https, on public hosts, checked where the connection is made."""

from __future__ import annotations

import ipaddress
import re
import socket
import string
from collections.abc import Iterable, Sequence
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit, urlunsplit

import httpcore

from tasks.sources import shown
from warehouse.errors import FetchError

_SOCKET_OPTION = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)  # what httpcore passes on to setsockopt
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*|[\w.]*:[\w.:%-]*", re.ASCII)
"""A name or an IPv4 address, or else an IPv6 address with its zone."""
_LOCAL = (
    ipaddress.ip_network("100.64.0.0/10"),  # carrier-grade NAT: neither private nor global to Python
    ipaddress.ip_network("fec0::/10"),  # site-local: deprecated by RFC 3879, and global to Python
)


def canonical(url: str, base: str = "") -> str:
    """Return an address in one spelling: case of scheme and host, default port and fragment do not count.

    What no request may hold is encoded: the host by IDNA, all else by percent signs. An address that can be asked as
    it stands keeps its path and query to the letter.

    Args:
        url: The address, or where it stands relative to ``base``.
        base: Where the address was found.

    Raises:
        FetchError: It is no http or https address with a host.

    Example:
        >>> canonical("HTTPS://Example.org:443/Feed.xml#top")
        'https://example.org/Feed.xml'
        >>> canonical("https://exämple.org/the épisode.vtt")
        'https://xn--exmple-cua.org/the%20%C3%A9pisode.vtt'
    """
    try:
        parts = urlsplit(urldefrag(urljoin(base, url.strip())).url)
        port, host = parts.port, _ascii_host(parts.hostname or "")
        path, query = encoded(parts.path), encoded(parts.query)
    except ValueError:
        # What it says may hold a piece of a password.
        raise _refused(url, "the address cannot be read") from None
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        raise _refused(url, "only http and https addresses are asked")
    if not host or parts.username or parts.password:
        raise _refused(url, "the address names no host, or a user and a password")
    shown = f"[{host}]" if ":" in host else host
    place = shown if port in {None, _PORTS[scheme]} else f"{shown}:{port}"
    return urlunsplit((scheme, place, path or "/", query, ""))


def encoded(text: str | bytes) -> str:
    """Return text with percent signs for what no request may hold; what has them already keeps them.

    Raises:
        UnicodeError: It holds half of a surrogate pair.
    """
    return quote(text, safe=string.punctuation)


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the public internet, also inside an IPv6 address that wraps IPv4.

    Example:
        >>> [is_public(ip) for ip in ("8.8.8.8", "127.0.0.1", "::ffff:10.0.0.1", "169.254.169.254")]
        [True, False, False, False]
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        wrapped = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if wrapped is not None:
            return is_public(str(wrapped))
    is_local = any(ip in network for network in _LOCAL)
    return ip.is_global and not (is_local or ip.is_multicast or ip.is_reserved)


def addresses_of(host: str, port: int, *, allow_private: bool) -> list[str]:
    """Return the IP addresses of a host, in the order in which to try them.

    Raises:
        FetchError: One of them is not public, and only public ones are allowed.
        OSError: The name cannot be resolved.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    private = [address for address in addresses if not is_public(address)]
    if private and not allow_private:
        raise FetchError(
            f"the address leads to {private[0]}, which is not on the public internet",
            where=host,
            remedy="If it can be trusted, set allow_private_addresses.",
        )
    return addresses


class CheckedBackend(httpcore.NetworkBackend):
    """Connects to the very addresses that were checked, so that a name cannot resolve otherwise a moment later."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[_SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the host that answers; TLS still asks for the host's own name."""
        try:
            addresses = addresses_of(host, port, allow_private=self._allow_private)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} cannot be resolved: {error}") from error
        return self._first(addresses, port, timeout, local_address, socket_options)

    def _first(
        self,
        addresses: Sequence[str],
        port: int,
        timeout: float | None,
        local_address: str | None,
        socket_options: Iterable[_SOCKET_OPTION] | None,
    ) -> httpcore.NetworkStream:
        last: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in addresses:
            try:
                return self._sockets.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                last = error
        raise last or httpcore.ConnectError("the host has no address")


def _ascii_host(name: str) -> str:
    """Return a host as name servers know it; an empty one stays empty.

    Raises:
        ValueError: No host has such a name.
    """
    host = unquote(name).lower().rstrip(".").encode("idna").decode("ascii")
    if host and not _HOST.fullmatch(host):
        raise ValueError
    return host


def _refused(url: str, what: str) -> FetchError:
    return FetchError(what, where=shown(url), remedy="Give the http or https address of a feed.")
