"""An auditor finds who did what about whom, and has the machinery prove itself."""

from typing import Any

from playwright.sync_api import expect

from domain.role import Role
from tests.browser.conftest import SignsIn
from tests.browser.preparing import applicants, get, open_requisition, post


def test_entries_are_searched_by_person_and_by_who_did_it(program: Any, signs_in: SignsIn) -> None:
    requisition = open_requisition(program)
    [ada, _] = applicants(program, requisition, "Ada Lovelace", "Alan Turing")
    page = signs_in(Role.RECRUITER, name="Grace Hopper")
    page.goto(f"/applications/{ada}")
    page.get_by_text("Screen…").click()
    page.get_by_role("button", name="Record screening").click()
    expect(page.locator("main")).to_contain_text("Screened: passed")
    page.goto("/audit")
    page.get_by_label("About").fill("Lovelace")
    page.get_by_role("button", name="Search", exact=True).click()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("Screened: passed")
    expect(rows.first).to_contain_text("Grace Hopper")
    page.get_by_role("link", name="Grace Hopper").click()
    expect(rows).to_have_count(1)
    rows.first.get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text("By right of")


def test_whoever_is_meant_is_asked_where_several_are_called_so(
    program: Any, signs_in: SignsIn
) -> None:
    requisition = open_requisition(program)
    applicants(program, requisition, "Ada Lovelace", "Ada Byron")
    page = signs_in(Role.RECRUITER)
    page.goto("/audit?about=Ada")
    expect(page.get_by_role("heading", name="Whom do you mean?")).to_be_visible()
    page.get_by_role("link", name="Ada Byron").click()
    expect(page.locator("tbody tr")).to_have_count(2)


def test_the_ledger_is_verified_and_read_models_built_anew(signs_in: SignsIn) -> None:
    page = signs_in(Role.ADMIN)
    page.goto("/audit/ledger")
    page.get_by_role("button", name="Verify now").click()
    expect(page.locator("#verifications .state.whole")).to_be_visible()
    page.get_by_role("link", name="Read models").click()
    row = page.get_by_role("row", name="Timeline")
    row.get_by_role("button", name="Build anew").click()
    expect(page.locator("#rebuilds .state.rebuilt")).to_be_visible()
    expect(page.locator("#rebuilds tbody tr").first).to_contain_text("Timeline")


def test_who_looked_at_whom_and_what_will_be_done_is_told(program: Any, signs_in: SignsIn) -> None:
    requisition = open_requisition(program)
    [ada] = applicants(program, requisition, "Ada Lovelace")
    body = {"subject": "Hello", "body": "How are you?"}
    done = post(program, f"/applications/{ada}/messages", **body)["log_position"]
    get(program, "/read-models", min_log_position=done)
    looked = signs_in(Role.RECRUITER, name="Grace Hopper")
    looked.goto(f"/applications/{ada}")
    page = signs_in(Role.ADMIN)
    page.goto("/audit/accesses")
    page.get_by_label("Who", exact=True).select_option("Grace Hopper")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator("tbody tr").first).to_contain_text("view candidate")
    page.get_by_role("link", name="What acts by itself").click()
    expect(page.get_by_role("row", name="Send messages: send")).to_be_visible()
    page.get_by_role("button", name="Pause send-messages").click()
    expect(page.locator("tr", has_text="Send messages").locator(".state.paused")).to_be_visible()
    page.get_by_role("button", name="Go on with send-messages").click()
    expect(page.locator("tr", has_text="Send messages").locator(".state.paused")).to_have_count(0)


def test_an_auditor_knows_people_by_id_only(program: Any, signs_in: SignsIn) -> None:
    requisition = open_requisition(program)
    applicants(program, requisition, "Ada Lovelace")
    page = signs_in(Role.AUDITOR)
    for path in ("/audit", "/audit/accesses", "/audit/ledger", "/audit/read-models"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator("main")).not_to_contain_text("Lovelace")
