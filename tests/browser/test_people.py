"""Administrators let people and programs in; what is shown once is shown."""

import re

from playwright.sync_api import expect

from domain.role import Role
from tests.browser.conftest import SignsIn


def test_an_invitations_link_is_shown_once_and_works(signs_in: SignsIn) -> None:
    page = signs_in(Role.ADMIN)
    page.goto("/settings/people")
    page.get_by_label("Name", exact=True).fill("Joan Clarke")
    page.get_by_label("E-mail").fill("joan@example.org")
    page.locator("#role").select_option("interviewer")
    page.get_by_role("button", name="Invite").click()
    link = page.get_by_label("To hand on").input_value()
    guest = page.context.browser.new_context().new_page()  # type: ignore[union-attr]
    guest.goto(link)
    guest.get_by_label("Name").fill("Joan Clarke")
    guest.get_by_label("Password").fill("correct horse battery")
    guest.get_by_role("button").click()
    expect(guest.get_by_role("heading", level=1)).to_have_text("Today")
    guest.context.close()


def test_a_key_is_shown_once_and_revoked(signs_in: SignsIn, site: str) -> None:
    page = signs_in(Role.ADMIN)
    page.goto("/settings/people")
    page.get_by_label("What it is for").fill("Reports")
    page.get_by_role("button", name="Make key").click()
    key = page.get_by_label("To hand on").input_value()
    headers = {"Authorization": f"Bearer {key}"}
    asked = page.context.request
    assert asked.get(f"{site}/api/pools", headers=headers).status == 200
    page.reload()
    page.get_by_role("button", name=re.compile("Revoke Reports")).click()
    expect(page.get_by_role("row", name="Reports")).to_contain_text("Revoked")


def test_a_webhook_is_made_stopped_and_removed(signs_in: SignsIn) -> None:
    page = signs_in(Role.ADMIN)
    page.goto("/settings/people")
    form = page.locator("section", has_text="New webhook")
    form.get_by_label("Who is told").fill("Payroll")
    form.get_by_label("Address").fill("https://hr.example.org/hooks")
    form.get_by_label("Events, with commas between; none named, all").fill("application.hired")
    form.get_by_role("button", name="Make webhook").click()
    expect(page.get_by_label("To hand on")).to_have_value(re.compile("^whsec_"))
    page.reload()
    row = page.get_by_role("row", name="Payroll")
    expect(row).to_contain_text("application.hired")
    row.get_by_role("button", name="Stop Payroll").click()
    expect(row.locator(".state.stopped")).to_be_visible()
    row.get_by_role("button", name="Remove Payroll").click()
    expect(row).to_have_count(0)
