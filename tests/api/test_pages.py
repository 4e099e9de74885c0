"""Pages to come in by work without scripts, and lead nowhere else."""

import re

import pytest
from fastapi.testclient import TestClient

from domain.role import Role
from entrance.browser import COOKIE
from store.log import Log
from tests.api.test_sign_in import PASSWORD, Browser, browser, invite, join
from tests.api.test_whole_way import get

__all__ = ["browser"]


def test_an_invited_member_comes_in_and_goes_by_forms_alone(
    admin: TestClient, browser: Browser, log: Log
) -> None:
    _, token = invite(admin, Role.RECRUITER)
    grace = browser()
    assert "You are invited as" in grace.get(f"/sign-in/invitation?token={token}").text
    form = {"token": token, "full_name": "Grace Hopper", "password": "too short"}
    again = grace.post("/sign-in/invitation", data=form)
    assert (again.status_code, 'value="Grace Hopper"' in again.text) == (422, True)
    answer = grace.post(
        "/sign-in/invitation", data=form | {"password": PASSWORD}, follow_redirects=False
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert get(grace, "/session")["full_name"] == "Grace Hopper"
    [csrf] = re.findall(r'name="csrf" value="(\w+)"', grace.get("/sign-in").text)
    assert grace.post("/sign-out", data={"csrf": "wrong"}).status_code == 403
    assert grace.post("/sign-out", data={"csrf": csrf}, follow_redirects=False).status_code == 303
    assert grace.cookies.get(COOKIE) is None
    assert grace.get("/api/session").status_code == 401
    form = {
        "email": "grace@example.org",
        "password": PASSWORD,
        "organisation": log.organisation.name,
        "next": "https://evil.example",
    }
    wrong = grace.post("/sign-in?next=//evil.example", data=form | {"password": "wrong"})
    assert wrong.status_code == 401
    assert 'role="alert"' in wrong.text
    assert "wrong" not in wrong.text
    answer = grace.post("/sign-in?next=//evil.example", data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_what_is_typed_is_shown_as_text(browser: Browser) -> None:
    typed = '"><script>alert(1)</script>'
    for answer in (
        browser().post("/sign-in", data={"email": typed, "password": "x"}),
        browser().get("/sign-in", params={"organisation": typed}),
    ):
        assert "<script" not in answer.text


@pytest.mark.parametrize("path", ["/sign-in", "/docs", "/api/pools", "/healthz", "/nowhere"])
def test_every_answer_tells_browsers_what_it_may_do(http: TestClient, path: str) -> None:
    headers = http.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def test_the_docs_page_may_run_its_own_script(http: TestClient) -> None:
    answer = http.get("/docs")
    assert answer.text.count("<script>") == answer.headers["content-security-policy"].count(
        "'sha256-"
    )


def test_a_signed_in_browser_is_offered_the_way_out(admin: TestClient, browser: Browser) -> None:
    _, token = invite(admin, Role.RECRUITER)
    grace = browser()
    join(grace, token)
    assert "Sign out" in grace.get("/sign-in").text
