"""Members come in by an invitation, a password and a session, and are shown out again."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from domain.role import Role
from store.log import Log
from tests.api.test_whole_way import get, post

PASSWORD = "correct horse battery"
Browser = Callable[[], TestClient]


@pytest.fixture
def browser(http: TestClient) -> Browser:
    """A browser that knows nothing yet."""
    return lambda: TestClient(http.app, raise_server_exceptions=False)


def invite(admin: TestClient, role: Role, email: str = "grace@example.org") -> tuple[str, str]:
    """The member, and the token of their invitation."""
    made = post(admin, "/members", role=role, full_name="Grace", email=email)
    return made["id"], token_in(made["invitation_url"])


def token_in(url: str) -> str:
    return parse_qs(urlsplit(url).query)["token"][0]


def join(browser: TestClient, token: str, password: str = PASSWORD) -> dict[str, Any]:
    """Takes an invitation; the browser is signed in."""
    answer = browser.post(
        "/api/session/invitation",
        json={"token": token, "full_name": "Grace Hopper", "password": password},
    )
    assert answer.status_code == 201, answer.text
    session: dict[str, Any] = answer.json()
    browser.headers["X-CSRF-Token"] = session["csrf_token"]
    return session


def sign_in(browser: TestClient, log: Log, **said: str) -> Any:
    about = {
        "email": "grace@example.org",
        "password": PASSWORD,
        "organisation": log.organisation.name,
    }
    return browser.post("/api/session", json=about | said)


def member(admin: TestClient, browser: Browser, role: Role, email: str) -> tuple[str, TestClient]:
    """A member with a browser that is signed in."""
    id, token = invite(admin, role, email)
    grace = browser()
    join(grace, token)
    return id, grace


def test_a_member_is_invited_chooses_a_password_and_asks(
    admin: TestClient, browser: Browser, log: Log
) -> None:
    id, token = invite(admin, Role.RECRUITER)
    grace = browser()
    join(grace, token)
    who = get(grace, "/session")
    assert (who["actor_id"], who["role"], who["full_name"]) == (id, "recruiter", "Grace Hopper")
    again = browser()
    assert sign_in(again, log, email=" Grace@Example.org").status_code == 201
    requisition = open_requisition_by(admin, again)
    assert get(again, "/requisitions")["items"][0]["requisition_id"] == requisition


def open_requisition_by(admin: TestClient, browser: TestClient) -> str:
    """Drafted in a browser, attributed to the person."""
    browser.headers["X-CSRF-Token"] = get(browser, "/session")["csrf_token"]
    done = post(browser, "/requisitions", number="R-1", title="Clerk")
    event = get(admin, "/events", types="requisition.drafted")["items"][0]
    assert (event["actor_type"], event["authority"]) == ("person", "recruiter")
    assert event["actor_id"] == get(browser, "/session")["actor_id"]
    get(browser, "/requisitions", min_log_position=done["log_position"])
    return str(done["id"])
