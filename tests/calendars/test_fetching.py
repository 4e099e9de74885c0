"""Addresses that members name are asked, and nothing of our own network is."""

import socket
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import pytest

from calendars.fetching import Asked, CalendarUnreadable, address_of, fetch
from calendars.settings import CalendarSettings
from tests.calendars.conftest import Misbehaving

OPEN = CalendarSettings(private_networks=True, timeout_seconds=1)
STRICT = CalendarSettings()


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("large", "too_large"),
        ("slow", "timeout"),
        ("round", "too_many_redirects"),
        ("denied", "status_403"),
        ("packed", "compressed"),
        ("to/file:%2F%2F%2Fetc%2Fpasswd", "not_https"),
        ("to/gopher:%2F%2Fa", "not_https"),
    ],
)
def test_a_server_that_misbehaves_is_left(misbehaving: str, path: str, code: str) -> None:
    with pytest.raises(CalendarUnreadable) as unreadable:
        fetch(OPEN, Asked(f"{misbehaving}/{path}"))
    assert unreadable.value.code == code


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104  # an address to refuse
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_nothing_of_our_own_network_is_asked(monkeypatch: Any, address: str) -> None:
    resolve_to(monkeypatch, address)
    with pytest.raises(CalendarUnreadable) as unreadable:
        address_of(STRICT, urlsplit("https://calendar.example.org/x.ics"))
    assert unreadable.value.code == "private_address"


def test_a_name_that_stands_for_one_private_address_among_others_is_not_asked(
    monkeypatch: Any,
) -> None:
    resolve_to(monkeypatch, "93.184.215.14", "127.0.0.1")
    with pytest.raises(CalendarUnreadable, match="private_address"):
        address_of(STRICT, urlsplit("https://calendar.example.org/x.ics"))


def test_the_address_that_was_looked_at_is_the_one_asked(
    monkeypatch: Any, misbehaving: str
) -> None:
    """So a name cannot mean another one meanwhile: it is asked for once."""
    asked: list[str] = []
    port = urlsplit(misbehaving).port

    def resolve(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *a, **k: (
            resolve(host, *a, **k) if host == "calendar.test" else real(host, *a, **k)
        ),
    )
    Misbehaving.asked.clear()
    content = fetch(OPEN, Asked(f"http://calendar.test:{port}/says/DTSTART:20260101T100000Z"))
    assert b"Secret" in content
    assert asked == ["calendar.test"]
    assert Misbehaving.asked[0]["Host"] == f"calendar.test:{port}"


def test_without_the_setting_only_https_is_asked(monkeypatch: Any) -> None:
    resolve_to(monkeypatch, "93.184.215.14")
    assert address_of(STRICT, urlsplit("https://a.example/x")) == ip_address("93.184.215.14")
    for url in ("http://a.example/x", "ftp://a.example/x", "file:///etc/passwd", "https:///x"):
        with pytest.raises(CalendarUnreadable, match="not_https"):
            address_of(STRICT, urlsplit(url))


def test_a_password_does_not_follow_to_where_we_are_sent(misbehaving: str) -> None:
    Misbehaving.asked.clear()
    elsewhere = misbehaving.replace("127.0.0.1", "localhost").replace("/", "%2F")
    url = f"{misbehaving}/to/{elsewhere}%2Fsays%2FDTSTART:20260101T100000Z"
    fetch(OPEN, Asked(url, username="grace", password="secret"))
    first, second = Misbehaving.asked
    assert "Authorization" in first
    assert "Authorization" not in second


def resolve_to(monkeypatch: Any, *addresses: str) -> None:
    found = [(0, 0, 0, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
