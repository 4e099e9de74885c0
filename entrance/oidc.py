"""Signing in with an OpenID provider, if one is set: for members, known by a verified address.

OpenID Connect Core 1.0, authorization code flow (3.1), with PKCE (RFC 7636), state and nonce.
Nobody becomes a member by it.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from fastapi import Request, Response
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from commands import sessions
from commands.sessions import SignedIn
from domain.errors import Refusal
from entrance.browser import is_secure, own_origin, system
from store import credentials
from store.database import Organisation
from store.oidc_requests import keep, take
from store.system import Hireledger

COOKIE = "hireledger-oidc"
PATH = "/sign-in/oidc"
ALLOWED_SECONDS = 600
LEEWAY_SECONDS = 60
TIMEOUT_SECONDS = 10
ALGORITHMS = [f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)] + [
    "EdDSA"
]
"""Signatures only the provider can make; not what is keyed by our own secret, and not none."""


class OidcNotSet(Refusal):
    """No identity provider is set here."""

    status = 404


class ProviderUnusable(Refusal):
    """The identity provider does not answer as it should; sign in with your password, or later."""

    status = 503


class OidcRefused(Refusal):
    """The identity provider did not show that you are a member here."""

    status = 401


@dataclass(frozen=True)
class Provider:
    """An OpenID provider, as its discovery document describes it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


def is_set(hireledger: Hireledger) -> bool:
    """Whether members may sign in with a provider."""
    return bool(hireledger.settings.oidc_issuer and hireledger.settings.oidc_client_id)


def callback(request: Request) -> str:
    """Where the provider sends browsers back to; register it there."""
    return f"{own_origin(request)}{PATH}/callback"


def begin(hireledger: Hireledger, name: str | None, redirect_uri: str) -> tuple[str, str]:
    """Where to send the browser, and the state it must come back with.

    Raises OidcNotSet, SignInRefused, ProviderUnusable.
    """
    provider = discovered(hireledger)
    organisation = sessions.chosen(hireledger, name)
    if organisation is None:
        raise sessions.SignInRefused
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    keep(hireledger.database, state, organisation.id, nonce, verifier, ALLOWED_SECONDS)
    with _client(hireledger, redirect_uri) as client:
        url, _ = client.create_authorization_url(
            provider.authorization_endpoint, state=state, nonce=nonce, code_verifier=verifier
        )
    return url, state


def bind(request: Request, response: Response, state: str, where: str) -> None:
    """Lets this browser alone come back with the state, to the page it asked for."""
    response.set_cookie(
        COOKIE,
        f"{_bound(state)}{quote(where, safe='')}",
        max_age=ALLOWED_SECONDS,
        path=PATH,
        httponly=True,
        secure=is_secure(system(request)),
        samesite="lax",
    )


def unbind(request: Request, response: Response) -> None:
    """The browser has come back."""
    response.delete_cookie(COOKIE, path=PATH, secure=is_secure(system(request)), httponly=True)


def guard_bound(request: Request, state: str) -> str:
    """The page this browser asked for before; the browser says it, so believe it no more than that.

    Raises OidcRefused for a state that another browser began with.
    """
    said, bound = request.cookies.get(COOKIE, ""), _bound(state)
    if not hmac.compare_digest(said[: len(bound)].encode(), bound.encode()):
        raise OidcRefused
    return unquote(said[len(bound) :])


def _bound(state: str) -> str:
    return hashlib.sha256(b"bound " + state.encode()).hexdigest()


def finish(hireledger: Hireledger, code: str, state: str, redirect_uri: str) -> SignedIn:
    """Starts a session of the member the provider vouches for.

    Raises OidcNotSet, OidcRefused, ProviderUnusable, SignInRefused.
    """
    provider = discovered(hireledger)
    asked = take(hireledger.database, state)
    if asked is None:
        raise OidcRefused
    organisation = hireledger.organisation(asked.organisation_id)
    if organisation is None:
        raise OidcRefused
    with _client(hireledger, redirect_uri) as client:
        try:
            token = client.fetch_token(
                provider.token_endpoint, code=code, code_verifier=asked.code_verifier
            )
            keys = httpx2.get(provider.jwks_uri, timeout=TIMEOUT_SECONDS).raise_for_status().json()
        except AuthlibBaseError as error:
            raise OidcRefused from error
        except (httpx2.HTTPError, ValueError) as error:
            raise ProviderUnusable from error
    claims = verified(hireledger, provider, keys, token.get("id_token"), asked.nonce)
    return sessions.begin(hireledger, organisation, _member(hireledger, organisation, claims))


def verified(
    hireledger: Hireledger, provider: Provider, keys: Any, id_token: Any, nonce: str
) -> CodeIDToken:
    """What an ID token says, if it is the provider's, for us, fresh, and the answer to our asking.

    OpenID Connect Core 1.0, 3.1.3.7. Raises OidcRefused.
    """
    client_id = hireledger.settings.oidc_client_id
    try:
        token = jwt.decode(str(id_token), KeySet.import_key_set(keys), algorithms=ALGORITHMS)
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": client_id},
                "sub": {"essential": True},
                "exp": {"essential": True},
                "nonce": {"essential": True, "value": nonce},
            },
            {"client_id": client_id, "nonce": nonce},
        )
        claims.validate(leeway=LEEWAY_SECONDS)
    except (AuthlibBaseError, JoseError, ValueError) as error:
        raise OidcRefused from error
    return claims


def _member(hireledger: Hireledger, organisation: Organisation, claims: CodeIDToken) -> UUID:
    """Whom the provider's subject stands for: known from before, or by a verified address."""
    issuer, subject = str(claims["iss"]), str(claims["sub"])
    known = credentials.member_of_oidc(hireledger.database, organisation, issuer, subject)
    if known is not None:
        return known
    # Some providers say it as text.
    if claims.get("email_verified") not in (True, "true") or not claims.get("email"):
        raise OidcRefused
    member = credentials.member_of_email(hireledger.database, organisation, str(claims["email"]))
    if member is None:
        raise OidcRefused
    # A member known by another subject stays that one's: addresses are given to others in time.
    if not credentials.remember_oidc(hireledger.database, organisation, member, issuer, subject):
        raise OidcRefused
    return member


def discovered(hireledger: Hireledger) -> Provider:
    """The provider, asked anew (OpenID Connect Discovery 1.0, 4). Raises as above."""
    issuer = hireledger.settings.oidc_issuer
    if issuer is None or not is_set(hireledger):
        raise OidcNotSet
    url = issuer.rstrip("/") + "/.well-known/openid-configuration"
    try:
        said = httpx2.get(url, timeout=TIMEOUT_SECONDS).raise_for_status().json()
        provider = Provider(*(said[name] for name in Provider.__dataclass_fields__))
    except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
        raise ProviderUnusable from error
    if provider.issuer != issuer:
        raise ProviderUnusable
    return provider


def _client(hireledger: Hireledger, redirect_uri: str) -> OAuth2Client:
    settings = hireledger.settings
    secret = settings.oidc_client_secret
    return OAuth2Client(
        settings.oidc_client_id,
        secret.get_secret_value() if secret else None,
        token_endpoint_auth_method="client_secret_basic" if secret else "none",
        scope="openid email",
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
        timeout=TIMEOUT_SECONDS,
    )
