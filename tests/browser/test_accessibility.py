"""No page keeps anybody out: axe-core finds nothing, in light and in dark, on a phone too."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

import web
from domain.role import Role
from tests.browser.conftest import SignsIn
from tests.browser.preparing import applicants, get, open_requisition, post

AXE = Path(web.__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}},
}


def problems(page: Page) -> list[str]:
    """What axe-core finds, as rule and place. It is evaluated, not loaded: no policy is bent."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{one['id']}: {node['html'][:120]}" for one in found["violations"] for node in one["nodes"]
    ]


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_on_any_page(program: Any, signs_in: SignsIn, look: str) -> None:
    requisition = open_requisition(program)
    [application] = applicants(program, requisition, "Ada Lovelace")
    person = get(program, f"/applications/{application}")["application"]["candidate_id"]
    pool = post(program, "/pools", title="Finalists")["id"]
    post(program, f"/pools/{pool}/members", candidate_id=person, reason_code="finalist")
    steps = [{"subject": "Hello", "body": "How are you?"}]
    sequence = post(program, "/campaigns", kind="sequence", title="Spring", steps=steps)
    post(
        program,
        f"/applications/{application}/interviews",
        starts_at="2030-03-09T10:00:00+01:00",
        ends_at="2030-03-09T11:00:00+01:00",
    )
    reached = sequence["log_position"]
    get(program, "/campaigns", min_log_position=reached)
    page = signs_in(Role.ADMIN, **LOOKS[look])
    found = {}
    for path in (
        "/",
        "/requisitions",
        "/requisitions/new",
        f"/requisitions/{requisition}",
        f"/requisitions/{requisition}/board",
        f"/requisitions/{requisition}/board?known_before={reached}",
        f"/requisitions/{requisition}/rediscovery",
        "/candidates",
        "/candidates/new",
        f"/candidates/{person}",
        f"/applications/{application}",
        "/pools",
        f"/pools/{pool}",
        "/campaigns",
        "/campaigns/new",
        f"/campaigns/{sequence['id']}",
        "/insights",
        "/insights/time-to-hire",
        "/insights/funnel?by=department",
        "/audit",
        "/audit?about=Nobody",
        "/audit/accesses",
        "/audit/ledger",
        "/audit/read-models",
        "/audit/outbox",
        "/events/1",
        "/search?q=ada",
        "/settings/people",
        "/settings/careers",
        "/settings/words",
        "/settings/vocabulary",
        "/settings/rules",
        "/sign-in",
    ):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        if trouble := problems(page):
            found[path] = trouble
    assert found == {}
