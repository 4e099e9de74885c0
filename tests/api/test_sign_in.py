"""Members come in by an invitation, a password and a session, and are shown out again."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from domain.role import Role
from entrance.browser import COOKIE
from store import tokens
from store.log import Log
from store.system import Hireledger
from tests.api.test_whole_way import get, post
from tests.store import forged

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


def test_an_invitation_works_once(admin: TestClient, browser: Browser) -> None:
    _, token = invite(admin, Role.RECRUITER)
    join(browser(), token)
    body = {"token": token, "full_name": "Eve", "password": PASSWORD}
    answer = browser().post("/api/session/invitation", json=body)
    assert (answer.status_code, answer.json()["title"]) == (404, "Invitation invalid")


def test_a_newer_invitation_ends_the_older_and_every_session(
    admin: TestClient, browser: Browser, log: Log
) -> None:
    id, grace = member(admin, browser, Role.RECRUITER, "grace@example.org")
    first, second = (
        token_in(post(admin, f"/members/{id}/invitations")["invitation_url"]) for _ in range(2)
    )
    body = {"token": first, "full_name": "Eve", "password": PASSWORD}
    assert browser().post("/api/session/invitation", json=body).status_code == 404
    join(browser(), second, "another good password")
    assert grace.get("/api/session").status_code == 401
    assert sign_in(browser(), log).status_code == 401
    assert sign_in(browser(), log, password="another good password").status_code == 201


def test_an_old_invitation_is_refused(admin: TestClient, browser: Browser, log: Log) -> None:
    _, token = invite(admin, Role.RECRUITER)
    with forged.administrator(log) as connection:
        connection.execute("UPDATE invitations SET expires_at = expires_at - interval '73 hours'")
    body = {"token": token, "full_name": "Grace", "password": PASSWORD}
    assert browser().post("/api/session/invitation", json=body).status_code == 404


def test_an_address_is_invited_once(admin: TestClient) -> None:
    invite(admin, Role.RECRUITER)
    body = {"role": "auditor", "full_name": "Grace", "email": "GRACE@example.org "}
    answer = admin.post("/api/members", json=body)
    assert answer.status_code == 409


def test_members_stand_nowhere_in_the_clear(admin: TestClient, browser: Browser, log: Log) -> None:
    member(admin, browser, Role.RECRUITER, "grace@example.org")
    [grace] = get(admin, "/members")["items"]
    assert (grace["full_name"], grace["email"]) == ("Grace Hopper", "grace@example.org")
    with forged.administrator(log) as connection:
        for table in ("events", "credentials", "invitations", "sessions", "access_log"):
            text = str(connection.execute(f"SELECT t::text FROM {table} t".encode()).fetchall())  # noqa: S608
            assert "grace" not in text.lower(), table


def test_a_session_is_never_the_one_a_browser_came_with(
    admin: TestClient, browser: Browser, log: Log
) -> None:
    member(admin, browser, Role.RECRUITER, "grace@example.org")
    victim = browser()
    planted = tokens.new_token(tokens.SESSION, log.organisation.id)
    victim.cookies.set(COOKIE, planted)
    answer = sign_in(victim, log)
    cookie = answer.headers["set-cookie"]
    assert planted not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    eve = browser()
    eve.cookies.set(COOKIE, planted)
    assert eve.get("/api/session").status_code == 401


def test_over_https_the_cookie_is_for_this_host_only(
    admin: TestClient, browser: Browser, log: Log, hireledger: Hireledger, monkeypatch: Any
) -> None:
    member(admin, browser, Role.RECRUITER, "grace@example.org")
    monkeypatch.setattr(hireledger.settings, "public_url", "https://hiring.example.org")
    cookie = sign_in(browser(), log).headers["set-cookie"]
    assert cookie.startswith("__Host-hireledger=hls_")
    assert "; Secure" in cookie
    assert "; Path=/" in cookie
    assert "Domain" not in cookie


def test_a_browser_changes_nothing_without_its_token(
    admin: TestClient, browser: Browser, log: Log
) -> None:
    _, grace = member(admin, browser, Role.RECRUITER, "grace@example.org")
    _, eve = member(admin, browser, Role.RECRUITER, "eve@example.org")
    right, body = grace.headers.pop("X-CSRF-Token"), {"number": "R-1", "title": "Clerk"}
    for wrong in (None, "", right[:-1], eve.headers["X-CSRF-Token"]):
        headers = {} if wrong is None else {"X-CSRF-Token": wrong}
        answer = grace.post("/api/requisitions", json=body, headers=headers)
        assert (answer.status_code, answer.json()["title"]) == (403, "Forged")
    headers = {"X-CSRF-Token": right}
    for origin in ("https://evil.example", "null", "http://testserver.evil.example"):
        answer = grace.post("/api/requisitions", json=body, headers={**headers, "Origin": origin})
        assert answer.status_code == 403, origin
    own = {**headers, "Origin": "http://testserver"}
    assert grace.post("/api/requisitions", json=body, headers=own).status_code == 201
    assert sign_in(browser(), log).status_code == 201
    foreign = browser()
    foreign.headers["Origin"] = "https://evil.example"
    assert sign_in(foreign, log).status_code == 403


def test_signing_out_ends_the_session_and_no_other(
    admin: TestClient, browser: Browser, log: Log
) -> None:
    _, grace = member(admin, browser, Role.RECRUITER, "grace@example.org")
    elsewhere = browser()
    sign_in(elsewhere, log)
    kept = grace.cookies.get(COOKIE)
    assert grace.delete("/api/session").status_code == 204
    assert grace.cookies.get(COOKIE) is None
    grace.cookies.set(COOKIE, str(kept))
    assert grace.get("/api/session").status_code == 401
    get(elsewhere, "/session")


@pytest.mark.parametrize(
    "old", ["last_seen_at = now() - interval '13 hours'", "expires_at = now()"]
)
def test_a_session_ends_by_itself(
    admin: TestClient, browser: Browser, log: Log, hireledger: Hireledger, old: str
) -> None:
    id, grace = member(admin, browser, Role.RECRUITER, "grace@example.org")
    with forged.administrator(log) as connection:
        connection.execute(f"UPDATE sessions SET {old}".encode())  # noqa: S608
    hireledger.forget_actor(UUID(id))
    assert grace.get("/api/session").status_code == 401


def test_another_password_ends_every_session(admin: TestClient, browser: Browser, log: Log) -> None:
    _, grace = member(admin, browser, Role.RECRUITER, "grace@example.org")
    elsewhere = browser()
    sign_in(elsewhere, log)
    wrong = {"current_password": "not my password", "new_password": "a longer password"}
    assert grace.post("/api/session/password", json=wrong).status_code == 401
    right = {"current_password": PASSWORD, "new_password": "a longer password"}
    assert grace.post("/api/session/password", json=right).status_code == 201
    get(grace, "/session")
    assert elsewhere.get("/api/session").status_code == 401
    assert sign_in(browser(), log).status_code == 401
    assert sign_in(browser(), log, password="a longer password").status_code == 201


def test_a_suspended_member_is_out_with_all_they_had(
    admin: TestClient, browser: Browser, log: Log
) -> None:
    id, grace = member(admin, browser, Role.INTERVIEWER, "grace@example.org")
    key = post(admin, "/keys", role="interviewer", label="phone", holder_id=id)
    renewed = token_in(post(admin, f"/members/{id}/invitations")["invitation_url"])
    post(admin, f"/members/{id}/suspension", reason_code="left")
    assert grace.get("/api/session").status_code == 401
    assert sign_in(browser(), log).status_code == 401
    phone = browser()
    phone.headers["Authorization"] = f"Bearer {key['key']}"
    assert phone.get("/api/interviews").status_code == 401
    body = {"token": renewed, "full_name": "Grace", "password": PASSWORD}
    assert browser().post("/api/session/invitation", json=body).status_code == 404
    post(admin, f"/members/{id}/suspension/reversal")
    assert sign_in(browser(), log).status_code == 201


def test_a_changed_role_counts_from_five_seconds_on(
    admin: TestClient, browser: Browser, hireledger: Hireledger
) -> None:
    id, grace = member(admin, browser, Role.RECRUITER, "grace@example.org")
    post(admin, f"/members/{id}/role", role="analyst")
    hireledger.forget_actor(UUID(id))
    assert get(grace, "/session")["role"] == "analyst"
    assert grace.post("/api/candidates", json={"full_name": "Ada"}).status_code == 403


def test_the_last_administrator_stays(admin: TestClient, browser: Browser) -> None:
    first, _ = member(admin, browser, Role.ADMIN, "grace@example.org")
    for path, body in (("role", {"role": "auditor"}), ("suspension", {"reason_code": "left"})):
        answer = admin.post(f"/api/members/{first}/{path}", json=body)
        assert (answer.status_code, answer.json()["title"]) == (409, "Last administrator")
    invite(admin, Role.ADMIN, "invited@example.org")
    assert admin.post(f"/api/members/{first}/role", json={"role": "auditor"}).status_code == 409
    member(admin, browser, Role.ADMIN, "ada@example.org")
    post(admin, f"/members/{first}/role", role="auditor")


def test_a_role_of_candidate_is_no_members(admin: TestClient) -> None:
    body = {"role": "candidate", "full_name": "Ada", "email": "ada@example.org"}
    assert admin.post("/api/members", json=body).status_code == 422
