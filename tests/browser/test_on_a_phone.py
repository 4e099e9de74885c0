"""Whoever is asked by mail does what is asked on a phone: a scorecard, a review, an approval."""

from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from domain.role import Role
from store.database import Organisation
from tests.api.test_sign_in import PASSWORD
from tests.browser.conftest import SignsIn
from tests.browser.preparing import applicants, get, open_requisition, post

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
KIT = {"attributes": [{"id": "sql", "name": "SQL", "highest": 4}], "questions": ["Which joins?"]}
PLAN = {
    "stages": [
        {"id": "applied", "name": "Applied", "kind": "applied"},
        {"id": "interview", "name": "Interview", "kind": "interview", "kit": KIT},
        {"id": "offer", "name": "Offer", "kind": "offer"},
        {"id": "hired", "name": "Hired", "kind": "hired"},
    ]
}


def fits(page: Page) -> None:
    """Nothing but tables is wider than the phone."""
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, page.url


def test_an_interviewer_follows_the_link_signs_in_and_hands_in_a_scorecard(
    program: Any, signs_in: SignsIn, organisation: Organisation
) -> None:
    page = signs_in(Role.INTERVIEWER, **PHONE)
    interviewer = page.context.request.get("/api/session").json()["actor_id"]
    requisition = open_requisition(program)
    post(program, f"/requisitions/{requisition}/plan", plan=PLAN)
    [application] = applicants(program, requisition, "Ada Lovelace")
    begins = datetime.now(UTC) - timedelta(hours=2)
    interview = post(
        program,
        f"/applications/{application}/interviews",
        starts_at=begins.isoformat(),
        ends_at=(begins + timedelta(hours=1)).isoformat(),
        interviewer_ids=[interviewer],
    )
    get(program, "/interviews", min_log_position=interview["log_position"])
    page.goto("/")
    page.get_by_role("button", name="Sign out").click()

    page.goto(f"/applications/{application}?todo=scorecard&about={interview['interview_id']}")
    if page.get_by_label("Organisation").count():
        page.get_by_label("Organisation").fill(organisation.name)
    page.get_by_label("E-mail").fill("interviewer0@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    fits(page)
    expect(page.get_by_text("Which joins?")).to_be_visible()
    page.get_by_role("group", name="SQL").get_by_label("4").check()
    page.get_by_role("group", name="Recommendation").get_by_label("Strong yes").check()
    page.get_by_label("Notes").fill("Knows her engines")
    page.get_by_role("button", name="Hand in scorecard").click()
    expect(page.locator(".toast")).to_contain_text("Scorecard handed in")
    expect(page.locator("main h3", has_text="Strong yes")).to_be_visible()
    [card] = get(program, f"/applications/{application}/scorecards")["items"]
    assert (card["interviewer_id"], card["overall"]) == (interviewer, "strong_yes")
    assert card["ratings"] == [{"attribute": "sql", "rating": 4}]


def test_a_hiring_manager_reviews_from_today(program: Any, signs_in: SignsIn) -> None:
    page = signs_in(Role.HIRING_MANAGER, **PHONE)
    manager = page.context.request.get("/api/session").json()["actor_id"]
    requisition = open_requisition(program)
    post(program, f"/requisitions/{requisition}/details", hiring_manager_id=manager)
    applicants(program, requisition, "Ada Lovelace")
    page.goto("/")
    fits(page)
    page.get_by_role("link", name="Review", exact=True).click()
    page.locator("summary", has_text="Screen…").click()
    page.get_by_role("button", name="Record screening").click()
    expect(page.locator(".timeline")).to_contain_text("Screened: passed")
    page.goto("/")
    expect(page.locator("main")).not_to_contain_text("Ada Lovelace")


def test_an_approver_approves(program: Any, signs_in: SignsIn) -> None:
    page = signs_in(Role.APPROVER, **PHONE)
    approver = page.context.request.get("/api/session").json()["actor_id"]
    steps = [{"id": "head", "name": "Head of department", "approver_ids": [approver]}]
    post(program, "/approval-chains/requisition", steps=steps)
    made = post(program, "/requisitions", number="R-7", title="Data engineer")["id"]
    asked = post(program, f"/requisitions/{made}/approval-request")
    get(program, "/approvals", min_log_position=asked["log_position"])
    page.goto("/")
    page.get_by_role("link", name="Decide").click()
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator("main .state").first).to_have_text("Approved")
    assert get(program, f"/requisitions/{made}")["requisition"]["state"] == "approved"
