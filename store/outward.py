"""Requests to an address that somebody named, and to nowhere it could do harm.

Somebody chooses the address, and our server asks: so it must not be talked into asking machines of
its own network (OWASP, server-side request forgery). Every address a name stands for is looked at,
and then that very address is asked, so that the name cannot mean another one meanwhile.
"""

import socket
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import SplitResult

import httpx2

PORTS = {"http": 80, "https": 443}
NAT64 = IPv6Network("64:ff9b::/96")


class NotToBeAsked(Exception):
    """The address may not be asked, or there is none; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def address_of(parts: SplitResult, private_networks: bool) -> IPv4Address | IPv6Address:
    """The address to ask, if everything its name stands for may be asked. Raises NotToBeAsked."""
    if parts.scheme not in PORTS or not parts.hostname:
        raise NotToBeAsked("not_https")
    if parts.scheme != "https" and not private_networks:
        raise NotToBeAsked("not_https")
    try:
        found = socket.getaddrinfo(
            parts.hostname, parts.port or PORTS[parts.scheme], type=socket.SOCK_STREAM
        )
    except (OSError, ValueError):
        raise NotToBeAsked("unknown_host") from None
    addresses = [ip_address(str(place[0]).partition("%")[0]) for *_, place in found]
    if not addresses:
        raise NotToBeAsked("unknown_host")
    if not private_networks and not all(_is_public(one) for one in addresses):
        raise NotToBeAsked("private_address")
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


def request_to(
    client: httpx2.Client,
    address: IPv4Address | IPv6Address,
    method: str,
    parts: SplitResult,
    headers: Mapping[str, str],
    content: bytes | None,
) -> httpx2.Request:
    """A request to this very address, whose certificate still has to be the name's."""
    target = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004
    if parts.port:
        target = f"{target}:{parts.port}"
    https = parts.scheme == "https"
    extensions: dict[str, Any] = {"sni_hostname": parts.hostname} if https else {}
    return client.build_request(
        method,
        parts._replace(netloc=target, fragment="").geturl(),
        content=content,
        headers={**headers, "Host": parts.netloc.rpartition("@")[2]},
        extensions=extensions,
    )
