"""A real browser in front of a running server. Without one these tests are skipped, and say so."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

import app
from domain.role import Role
from store import api_keys
from store.database import Organisation
from store.system import Hireledger
from tests.api.test_sign_in import PASSWORD, token_in
from tests.served import served

PATIENCE_MS = 30_000
SignsIn = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("no browser here: install chromium to run what people do in one")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def site(hireledger: Hireledger) -> Iterator[str]:
    """The address of a running server, with its projector."""
    with served(app.serving(hireledger)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def program(site: str, hireledger: Hireledger, organisation: Organisation) -> Iterator[Any]:
    """A program with an administrator's key, to prepare what the browser then sees."""
    key = api_keys.create(hireledger.database, organisation, Role.ADMIN, "prepares")
    headers = {"Authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=site, headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
def signs_in(chromium: Browser, site: str, program: Any) -> Iterator[SignsIn]:
    """Somebody in a role opens a browser of their own and is signed in.

    Whatever the browser complains of fails the test: a script's error, a file that is missing,
    something the policy does not allow.
    """
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def somebody(role: Role = Role.RECRUITER, name: str = "Grace Hopper", **looks: Any) -> Page:
        email = f"{role}{len(opened)}@example.org"
        body = {"role": role, "full_name": name, "email": email}
        invited = program.post("/api/members", json=body).json()
        context = chromium.new_context(base_url=site, locale="en-GB", **looks)
        context.set_default_timeout(PATIENCE_MS)
        token = token_in(invited["invitation_url"])
        joins = {"token": token, "full_name": name, "password": PASSWORD}
        assert context.request.post("/api/session/invitation", data=joins).status == 201
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: _note(complaints, said))
        return page

    yield somebody
    for context in opened:
        context.close()
    assert complaints == []


def _note(complaints: list[str], said: Any) -> None:
    # A refusal is an answer, not trouble; pages say themselves what was refused.
    if said.type == "error" and "status of 4" not in said.text:
        complaints.append(said.text)
