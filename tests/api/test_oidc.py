"""Members sign in with an OpenID provider: a real one, Canaille, in a process of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from pydantic import SecretStr

from domain.role import Role
from entrance import oidc
from entrance.oidc import OidcRefused, Provider, verified
from store.log import Log
from store.system import Hireledger
from tests.api.test_sign_in import Browser, browser, invite, join
from tests.api.test_whole_way import get, post

__all__ = ["browser"]

CALLBACK = "http://testserver/sign-in/oidc/callback"
ISSUER = "https://issuer.example"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """Where the provider answers."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.oidc_provider", str(port), CALLBACK],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"},
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield f"http://localhost:{port}"
        process.kill()


@pytest.fixture
def provider(issuer: str, hireledger: Hireledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our settings name it."""
    said = httpx.get(f"{issuer}/.well-known/openid-configuration").json()
    settings = hireledger.settings
    monkeypatch.setattr(settings, "oidc_issuer", said["issuer"])
    monkeypatch.setattr(settings, "oidc_client_id", "hireledger")
    monkeypatch.setattr(settings, "oidc_client_secret", SecretStr("a secret"))
    # A provider without TLS is for tests only.
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


def sent_back(who: str, browser: TestClient, log: Log, wanted: str = "") -> str:
    """Where the provider sends whoever is signed in there, having been sent there by us."""
    about = {"organisation": log.organisation.name, "next": wanted}
    sent = browser.get("/sign-in/oidc", params=about, follow_redirects=False)
    assert sent.status_code == 303, sent.text
    asked = dict(parse_qsl(urlsplit(sent.headers["location"]).query))
    assert asked["code_challenge_method"] == "S256"
    assert asked["nonce"]
    answer = httpx.get(sent.headers["location"], cookies={"who": who})
    assert answer.status_code == 302, answer.text
    assert answer.headers["location"].startswith(CALLBACK)
    return str(answer.headers["location"])


@pytest.mark.usefixtures("provider")
def test_a_member_signs_in_with_the_provider(admin: TestClient, browser: Browser, log: Log) -> None:
    id, token = invite(admin, Role.RECRUITER)
    join(browser(), token)
    assert "Sign in with single sign-on" in browser().get("/sign-in").text
    for _ in range(2):
        grace = browser()
        answer = grace.get(sent_back("grace", grace, log), follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert get(grace, "/session")["actor_id"] == id


@pytest.mark.usefixtures("provider")
def test_whoever_asked_for_a_page_of_ours_comes_to_it(
    admin: TestClient, browser: Browser, log: Log
) -> None:
    _, token = invite(admin, Role.RECRUITER)
    join(browser(), token)
    for wanted, comes_to in (
        ("/applications/1?todo=review", "/applications/1?todo=review"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
    ):
        grace = browser()
        answer = grace.get(sent_back("grace", grace, log, wanted), follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, comes_to)


@pytest.mark.usefixtures("provider")
def test_only_members_with_a_verified_address_come_in(
    admin: TestClient, browser: Browser, log: Log
) -> None:
    _, token = invite(admin, Role.RECRUITER, "eve@example.org")
    join(browser(), token)
    for who in ("eve", "mallory"):
        someone = browser()
        answer = someone.get(sent_back(who, someone, log))
        assert answer.status_code == 401, who
        assert someone.get("/api/session").status_code == 401


@pytest.mark.usefixtures("provider")
def test_a_state_comes_back_once_and_by_the_same_browser(
    admin: TestClient, browser: Browser, log: Log
) -> None:
    _, token = invite(admin, Role.RECRUITER)
    join(browser(), token)
    grace, eve = browser(), browser()
    back = sent_back("grace", grace, log)
    assert eve.get(back).status_code == 401
    kept = dict(grace.cookies)
    assert grace.get(back, follow_redirects=False).status_code == 303
    for name, value in kept.items():
        eve.cookies.set(name, value, domain="testserver.local", path=oidc.PATH)
    assert eve.get(back).status_code == 401
    made_up = grace.get("/sign-in/oidc/callback", params={"code": "x", "state": "y"})
    assert made_up.status_code == 401


@pytest.mark.usefixtures("provider")
def test_a_suspended_member_stays_out(admin: TestClient, browser: Browser, log: Log) -> None:
    id, token = invite(admin, Role.RECRUITER)
    join(browser(), token)
    post(admin, f"/members/{id}/suspension", reason_code="left")
    grace = browser()
    assert grace.get(sent_back("grace", grace, log)).status_code == 401


def test_without_a_provider_there_is_nothing_to_sign_in_with(browser: Browser) -> None:
    assert "single sign-on" not in browser().get("/sign-in").text
    assert browser().get("/sign-in/oidc").status_code == 404


KEY = RSAKey.generate_key(2048, {"kid": "1"})


def said(**claims: Any) -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": ISSUER,
        "aud": "hireledger",
        "sub": "1",
        "exp": now + 60,
        "iat": now,
        "nonce": "n",
        **claims,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody else"},
        {"aud": ["hireledger", "another"], "azp": "another"},
        {"iss": "https://evil.example"},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"sub": None},
    ],
)
def test_a_token_that_is_not_for_us_now_is_refused(
    hireledger: Hireledger, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]
) -> None:
    check = checked(hireledger, monkeypatch)
    assert check(jwt.encode({"alg": "RS256", "kid": "1"}, said(), KEY))["sub"] == "1"
    claims = {name: value for name, value in said(**wrong).items() if value is not None}
    with pytest.raises(OidcRefused):
        check(jwt.encode({"alg": "RS256", "kid": "1"}, claims, KEY))


def test_a_token_nobody_signed_is_refused(
    hireledger: Hireledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = checked(hireledger, monkeypatch)
    other = RSAKey.generate_key(2048, {"kid": "1"})
    right = jwt.encode({"alg": "RS256", "kid": "1"}, said(), KEY)
    unsigned = right.replace(right.split(".")[0], "eyJhbGciOiJub25lIn0").rsplit(".", 1)[0] + "."
    for wrong in (
        jwt.encode({"alg": "RS256", "kid": "1"}, said(), other),
        unsigned,
        right[:-4],
        "",
        None,
    ):
        with pytest.raises(OidcRefused):
            check(wrong)


def checked(hireledger: Hireledger, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(hireledger.settings, "oidc_client_id", "hireledger")
    keys = KeySet([KEY]).as_dict(private=False)
    provider = Provider(ISSUER, f"{ISSUER}/authorize", f"{ISSUER}/token", f"{ISSUER}/jwks")
    return lambda token: verified(hireledger, provider, keys, token, "n")
