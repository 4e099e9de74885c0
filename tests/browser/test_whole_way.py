"""From a person met to a hire, in the browser alone: every step as its users take it."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from domain.role import Role
from tests.browser.conftest import SignsIn
from tests.browser.preparing import get, open_requisition, post


def gives(page: Page, button: str, done: str) -> None:
    """Presses a button, and sees that it was done."""
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator(".toast").last).to_contain_text(done)


def opens(page: Page, summary: str) -> None:
    page.locator("summary", has_text=summary).first.click()


def test_a_new_administrator_is_led_to_a_first_requisition(signs_in: SignsIn) -> None:
    page = signs_in(Role.ADMIN)
    page.goto("/")
    page.get_by_role("link", name="Describe the job").click()
    page.get_by_label("Number").fill("R-1")
    page.get_by_label("Title").fill("Data engineer")
    page.get_by_role("button", name="Begin requisition").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("R-1 Data engineer")
    gives(page, "Ask for approval", "Approval asked for")
    gives(page, "Approve", "Approved")
    gives(page, "Open for applications", "Opened")
    expect(page.locator(".state").first).to_have_text("Open")


def test_a_person_met_is_kept_in_touch_with_brought_back_and_hired(
    program: Any, signs_in: SignsIn
) -> None:
    requisition = open_requisition(program)
    page = signs_in(Role.ADMIN)
    page.goto("/pools")
    page.get_by_label("Name", exact=True).fill("Met at the fair")
    page.get_by_role("button", name="Begin pool").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Met at the fair")
    page.goto("/candidates/new")
    page.get_by_label("Name", exact=True).fill("Ada Lovelace")
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_role("button", name="Add candidate").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Lovelace")
    person = page.url.split("/candidates/")[1].split("?")[0]
    opens(page, "Add to a pool")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("main .tag", has_text="Met at the fair")).to_be_visible()
    said = {"purpose": "contact", "text_version": "2026-01", "expires_at": "2099-01-01T00:00:00Z"}
    post(program, f"/candidates/{person}/consents", **said)
    touched = post(
        program, f"/candidates/{person}/touchpoints", channel="phone", logged_by_hand=True
    )
    get(program, "/pools", min_log_position=touched["log_position"])

    page.goto(f"/requisitions/{requisition}/rediscovery")
    page.get_by_role("row", name="Ada Lovelace").get_by_role("button", name="Re-engage").click()
    expect(page.locator("main")).to_contain_text("Re-engaged")
    page.get_by_role("link", name="Data engineer").first.click()
    expect(page.locator("main")).to_contain_text("R-104 Data engineer")

    opens(page, "Screen…")
    page.get_by_role("button", name="Record screening").click()
    expect(page.locator("main")).to_contain_text("Screened: passed")
    opens(page, "Interview…")
    page.get_by_label("Begins").fill("2030-03-09T10:00")
    page.get_by_label("Ends").fill("2030-03-09T11:00")
    page.get_by_label("Send no invitations").check()
    page.get_by_role("button", name="Arrange").click()
    page.get_by_role("button", name="It took place").click()
    expect(page.locator(".state.held")).to_be_visible()
    opens(page, "Offer…")
    page.get_by_label("Terms").fill("Four days a week")
    page.get_by_role("button", name="Draft offer").click()
    for button in ("Ask for approval", "Approve", "Make the offer", "They accept"):
        page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator(".state.accepted")).to_be_visible()
    opens(page, "Hire…")
    page.get_by_role("button", name="Hire", exact=True).click()
    expect(page.locator("main > p .state")).to_have_text("Hired")

    page.goto("/insights/reengagement-yield")
    expect(page.locator("dl.facts").first).to_contain_text(re.compile("Hires from pools\\s*1"))


def test_a_refused_command_says_why_where_it_was_given(program: Any, signs_in: SignsIn) -> None:
    open_requisition(program)
    page = signs_in(Role.ADMIN)
    page.goto("/requisitions/new")
    page.get_by_label("Number").fill("R-2")
    page.get_by_label("Title").fill("Title")
    page.evaluate("document.getElementById('openings').type = 'text'")
    page.get_by_label("Openings").fill("many")
    page.get_by_role("button", name="Begin requisition").click()
    expect(page.get_by_role("alert")).to_contain_text("openings")
    expect(page.get_by_label("Title")).to_have_value("Title")


def test_an_erasure_leaves_nothing_to_see_and_says_so(program: Any, signs_in: SignsIn) -> None:
    person = post(program, "/candidates", full_name="Ada Lovelace", email="ada@example.org")["id"]
    page = signs_in(Role.ADMIN)
    page.goto(f"/candidates/{person}")
    opens(page, "Erase…")
    page.get_by_label("Ground").select_option("request")
    page.get_by_label("I understand").check()
    page.get_by_role("button", name="Erase personal data").click()
    expect(page.locator("main")).to_contain_text("Erased")
    expect(page.locator("main")).not_to_contain_text("ada@example.org")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("Ada")


def test_the_whole_way_in_is_open_without_scripts(program: Any, signs_in: SignsIn) -> None:
    requisition = open_requisition(program)
    person = post(program, "/candidates", full_name="Ada Lovelace")
    application = post(
        program, f"/candidates/{person['id']}/applications", requisition_id=requisition
    )
    get(program, "/applications", requisition_id=requisition)
    page = signs_in(Role.RECRUITER, java_script_enabled=False)
    page.goto(f"/applications/{application['id']}?min_log_position={application['log_position']}")
    page.get_by_label("Stage").select_option("screen")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator("main > p").first).to_contain_text("Screen")
    opens(page, "Reject with reason")
    page.locator("#rejected").select_option("experience")
    page.get_by_role("button", name="Reject", exact=True).click()
    expect(page.locator("main > p .state")).to_have_text("Rejected")


def test_search_is_at_hand_by_keyboard(program: Any, signs_in: SignsIn) -> None:
    requisition = open_requisition(program)
    page = signs_in(Role.RECRUITER)
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("data eng")
    page.keyboard.press("Enter")
    found = page.get_by_role("link", name="R-104 Data engineer")
    expect(found).to_have_attribute("href", f"/requisitions/{requisition}")
