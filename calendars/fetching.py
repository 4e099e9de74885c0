"""Fetches a calendar from an address that a member named: see store/outward.py."""

import time
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx2

from calendars.settings import CalendarSettings
from store import outward

MOST_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
OK = 200


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
    return parts.scheme, parts.hostname, parts.port or outward.PORTS.get(parts.scheme)


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
    headers = {
        **dict(asked.headers),
        # What unpacks to more than it seems is not even asked for.
        "Accept-Encoding": "identity",
    }
    request = outward.request_to(client, address, asked.method, parts, headers, asked.body)
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
    try:
        return outward.address_of(parts, settings.private_networks)
    except outward.NotToBeAsked as refusal:
        raise CalendarUnreadable(refusal.code) from None
