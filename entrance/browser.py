"""What a signed-in browser carries, and how a request is told from one that was forged.

The session's token is in a cookie that scripts cannot read. A page of another site can have the
browser send it (less often since SameSite=Lax), but can neither read the CSRF token, which only
our own answers carry, nor lie about its Origin.
"""

import hashlib
import hmac
import re
from secrets import token_hex
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from domain.errors import Refusal
from store import tokens
from store.sessions import LONGEST_DAYS
from store.system import Hireledger

COOKIE = "hireledger"
SECURE_COOKIE = "__Host-hireledger"
CSRF_HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
DAY_SECONDS = 86_400
NONCE_BYTES = 8
NONCE = re.compile(f"[0-9a-f]{{{2 * NONCE_BYTES}}}")


async def anyone() -> None:
    """Stands in the signature of what is open to everyone, signed in or not."""


ANYONE = Depends(anyone)


class Forged(Refusal):
    """The request does not come from a page of this installation; load the page again."""

    status = 403


def system(request: Request) -> Hireledger:
    """The running system."""
    hireledger: Hireledger = request.app.state.hireledger
    return hireledger


def address(request: Request) -> str:
    """Where the request comes from; a proxy on this machine is believed about it."""
    return request.client.host if request.client else "unknown"


def is_secure(hireledger: Hireledger) -> bool:
    """Whether browsers reach this encrypted."""
    return (hireledger.settings.public_url or "").startswith("https://")


def cookie_name(hireledger: Hireledger) -> str:
    """With the prefix that keeps other hosts from setting it, where browsers honour that."""
    return SECURE_COOKIE if is_secure(hireledger) else COOKIE


def session_token(request: Request) -> str | None:
    """The session the browser says it has."""
    return request.cookies.get(cookie_name(system(request)))


def let_in(request: Request, response: Response, token: str) -> None:
    """Hands the browser a session."""
    response.set_cookie(
        cookie_name(system(request)),
        token,
        max_age=LONGEST_DAYS * DAY_SECONDS,
        httponly=True,
        secure=is_secure(system(request)),
        samesite="lax",
    )


def let_out(request: Request, response: Response) -> None:
    """Takes the session from the browser."""
    response.delete_cookie(
        cookie_name(system(request)),
        httponly=True,
        secure=is_secure(system(request)),
        samesite="lax",
    )


def csrf_token(hireledger: Hireledger, session: str, nonce: str | None = None) -> str:
    """What a page must show to change something in this session.

    It is another each time, so that how well pages compress tells nothing of it (BREACH).
    """
    nonce = nonce or token_hex(NONCE_BYTES)
    secret = hireledger.database.keyring.secret("csrf tokens")
    said = nonce.encode() + tokens.hashed(session)
    return nonce + hmac.new(secret, said, hashlib.sha256).hexdigest()


def guard_against_forgery(request: Request, session: str, shown: str | None) -> None:
    """Refuses a request that changes something and was made elsewhere. Raises Forged."""
    guard_origin(request)
    if shown is None or not NONCE.match(shown):
        raise Forged
    expected = csrf_token(system(request), session, shown[: 2 * NONCE_BYTES])
    if not hmac.compare_digest(shown.encode(), expected.encode()):
        raise Forged


def guard_origin(request: Request) -> None:
    """Refuses a request made by a page of another site, if the browser says so. Raises Forged."""
    origin = request.headers.get("origin")
    if origin is not None and origin.lower() != own_origin(request):
        raise Forged


def own_origin(request: Request) -> str:
    """Where this installation's pages are: as set, or as the browser asked for it."""
    parts = urlsplit(system(request).settings.public_url or str(request.base_url))
    return f"{parts.scheme}://{parts.netloc}".lower()
