"""Somebody applies in a browser, and finds their own page."""

from typing import Any

from playwright.sync_api import Browser, expect

from tests.api.applying import careers_page, posted
from tests.browser.test_accessibility import problems
from web import application_form


def test_somebody_applies_and_sees_how_it_stands(
    chromium: Browser, site: str, program: Any
) -> None:
    slug, requisition = careers_page(program), posted(program)
    context = chromium.new_context(base_url=site, locale="en-GB")
    page = context.new_page()
    page.goto(f"/careers/{slug}")
    page.get_by_role("link", name="Data engineer").click()
    assert problems(page) == []
    page.goto(f"/careers/{slug}/jobs/{requisition}/application")
    page.get_by_label("Name").first.fill("Ada Lovelace")
    page.get_by_label("E-mail").first.fill("ada@example.org")
    assert problems(page) == []
    page.wait_for_timeout(1000 * (application_form.FEWEST_SECONDS + 1))
    page.locator("form button").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your application has arrived")
    page.get_by_role("link", name="Your page").click()
    expect(page.locator("main")).to_contain_text("We are looking at it")
    expect(page.locator("main")).to_contain_text("Ada Lovelace")
    assert problems(page) == []
    context.close()
