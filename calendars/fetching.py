"""Fetches from an address that somebody named, and from nowhere it could do harm.

A member chooses the address, and our server asks: so it must not be talked into asking machines of
its own network (OWASP, server-side request forgery). Every address a name stands for is looked at,
and then that very address is asked, so that the name cannot mean another one meanwhile.
"""

import socket
import time
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx2

from calendars.settings import CalendarSettings

MOST_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PORTS = {"http": 80, "https": 443}
OK = 200
NAT64 = IPv6Network("64:ff9b::/96")


class CalendarUnreadable(Exception):
    """The calendar cannot be read; `code` says why, and nothing of what it says."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Asked:
    """What to ask an address."""

    url: str
    method: str = "GET"
    username: str | None = None
    password: str | None = None
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()


def fetch(settings: CalendarSettings, asked: Asked) -> bytes:
    """What the address answers. Raises CalendarUnreadable."""
    deadline = time.monotonic() + settings.timeout_seconds
    url, first = asked.url, _origin(urlsplit(asked.url))
    with httpx2.Client(trust_env=False, timeout=settings.timeout_seconds) as client:
        for _ in range(MOST_REDIRECTS + 1):
            parts = urlsplit(url)
            trusted = _origin(parts) == first
            try:
                answer = _ask(client, settings, asked, parts, trusted, deadline)
            except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
                late = isinstance(error, httpx2.TimeoutException)
                raise CalendarUnreadable("timeout" if late else "not_reached") from None
            if isinstance(answer, bytes):
                return answer
            url = urljoin(url, answer)
    raise CalendarUnreadable("too_many_redirects")


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)


def _ask(
    client: httpx2.Client,
    settings: CalendarSettings,
    asked: Asked,
    parts: SplitResult,
    trusted: bool,
    deadline: float,
) -> bytes | str:
    """The content; or where else to ask."""
    address = address_of(settings, parts)
    host = parts.hostname or ""
    target = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004
    if parts.port:
        target = f"{target}:{parts.port}"
    extensions: dict[str, Any] = {"sni_hostname": host} if parts.scheme == "https" else {}
    request = client.build_request(
        asked.method,
        parts._replace(netloc=target, fragment="").geturl(),
        content=asked.body,
        headers={
            **dict(asked.headers),
            "Host": parts.netloc.rpartition("@")[2],
            # What unpacks to more than it seems is not even asked for.
            "Accept-Encoding": "identity",
        },
        extensions=extensions,
    )
    # Whoever the first address sends us to gets no password.
    auth = (asked.username, asked.password or "") if asked.username and trusted else None
    answer = client.send(request, stream=True, auth=auth, follow_redirects=False)
    try:
        if answer.status_code in REDIRECTS:
            return answer.headers.get("Location", "")
        if answer.status_code // 100 != OK // 100:
            raise CalendarUnreadable(f"status_{answer.status_code}")
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise CalendarUnreadable("compressed")
        return _content(answer, settings.largest, deadline)
    finally:
        answer.close()


def _content(answer: httpx2.Response, largest: int, deadline: float) -> bytes:
    content = bytearray()
    for piece in answer.iter_raw():
        content += piece
        if len(content) > largest:
            raise CalendarUnreadable("too_large")
        if time.monotonic() > deadline:
            raise CalendarUnreadable("timeout")
    return bytes(content)


def address_of(settings: CalendarSettings, parts: SplitResult) -> IPv4Address | IPv6Address:
    """The address to ask, if everything its name stands for may be asked.

    Raises CalendarUnreadable.
    """
    if parts.scheme not in PORTS or not parts.hostname:
        raise CalendarUnreadable("not_https")
    if parts.scheme != "https" and not settings.private_networks:
        raise CalendarUnreadable("not_https")
    try:
        found = socket.getaddrinfo(
            parts.hostname, parts.port or PORTS[parts.scheme], type=socket.SOCK_STREAM
        )
    except (OSError, ValueError):
        raise CalendarUnreadable("unknown_host") from None
    addresses = [ip_address(str(place[0]).partition("%")[0]) for *_, place in found]
    if not addresses:
        raise CalendarUnreadable("unknown_host")
    if not settings.private_networks and not all(_is_public(one) for one in addresses):
        raise CalendarUnreadable("private_address")
    return addresses[0]


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the internet; what wraps another address is judged by it."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is not None:
            return _is_public(inner)
        if address in NAT64:
            return _is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast
