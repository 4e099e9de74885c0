"""What a house is like is said on pages: its words, its vocabulary, its rules."""

import re
from typing import Any

from playwright.sync_api import expect

from domain.role import Role
from tests.browser.conftest import SignsIn
from tests.browser.preparing import applicants, get, open_requisition, post


def test_a_template_is_written_and_used(program: Any, signs_in: SignsIn) -> None:
    requisition = open_requisition(program)
    [ada] = applicants(program, requisition, "Ada Lovelace")
    page = signs_in(Role.RECRUITER)
    page.goto("/settings")
    expect(page).to_have_url("/settings/words")
    expect(page.get_by_role("link", name="People and access")).to_have_count(0)
    page.get_by_label("Name").fill("Invitation")
    page.get_by_label("Subject").fill("Your application as {{ job_title }}")
    page.get_by_label("Message", exact=True).fill("Dear {{ candidate_name }}, come and see us.")
    page.get_by_role("button", name="Keep template").click()
    expect(page.locator("main summary", has_text="Invitation")).to_be_visible()
    page.goto(f"/applications/{ada}")
    page.get_by_text("Write to Ada Lovelace…").click()
    page.get_by_label("Template, for what is left empty below").select_option("Invitation")
    page.get_by_role("button", name="Send in a minute").click()
    expect(page.locator("main")).to_contain_text("Your application as Data engineer")


def test_a_careers_page_is_published_and_taken_down(signs_in: SignsIn) -> None:
    page = signs_in(Role.ADMIN)
    page.goto("/settings/careers")
    page.get_by_label("Address: /careers/…").fill("anvils-by-acme")
    page.get_by_label("Name", exact=True).fill("Acme")
    page.get_by_label("Introduction, in Markdown").fill("We make **anvils**.")
    page.get_by_role("button", name="Make it public").click()
    page.get_by_role("link", name="See it").click()
    expect(page.locator("strong")).to_have_text("anvils")
    page.goto("/settings/careers")
    page.get_by_role("button", name="Take it down").click()
    expect(page.get_by_role("link", name="See it")).to_have_count(0)
    page.goto("/careers/anvils-by-acme")
    page.reload()  # Visitors may see for a minute what was public.
    expect(page.locator("strong")).to_have_count(0)


def test_reasons_and_tags_are_the_houses_own(program: Any, signs_in: SignsIn) -> None:
    page = signs_in(Role.RECRUITER)
    page.goto("/settings/vocabulary")
    page.get_by_role("button", name="Retire Applied twice").click()
    expect(page.get_by_role("button", name="Use again Applied twice")).to_be_visible()
    page.locator("#t-title").fill("Finalist")
    page.locator("#t-code").fill("finalist")
    page.get_by_role("button", name="Keep tag").click()
    expect(page.get_by_role("button", name="Retire Finalist")).to_be_visible()
    assert [row["code"] for row in get(program, "/tags")["items"]] == ["finalist"]


def test_rules_are_adopted_and_a_chain_of_approval(program: Any, signs_in: SignsIn) -> None:
    page = signs_in(Role.ADMIN, name="Grace Hopper")
    page.goto("/settings/rules")
    page.get_by_label("An interview").check()
    page.locator("section", has_text="Candidates are asked").get_by_role("button").click()
    expect(page).to_have_url(re.compile("min_log_position"))
    assert get(program, "/survey-rules")["moments"] == ["interview"]
    page.get_by_text("Another chain…").first.click()
    page.locator("#requisition-n0").fill("Finance")
    page.locator("#requisition-c0").fill("finance")
    page.locator("#requisition-w0").select_option("Grace Hopper")
    page.get_by_role("button", name="Use this chain").first.click()
    expect(page.locator("main li", has_text="Finance: Grace Hopper")).to_be_visible()
    page.locator("#p-title").fill("Short")
    page.locator("#p-code").fill("short")
    page.get_by_role("button", name="Keep plan").click()
    expect(page.get_by_role("row", name="Short")).to_contain_text("Screen → First interview")


def test_a_pools_rule_and_a_search_say_all_they_can(program: Any, signs_in: SignsIn) -> None:
    requisition = open_requisition(program)
    pool = post(program, "/pools", title="Data people")["id"]
    page = signs_in(Role.RECRUITER)
    page.goto(f"/pools/{pool}")
    page.get_by_text("Rule…").click()
    page.get_by_label("Has one of these tags").fill("python, sql")
    page.get_by_label("Has an open application").select_option("No")
    page.get_by_role("button", name="Use this rule").click()
    expect(page.locator("main dl")).to_contain_text("python, sql")
    rule = get(program, f"/pools/{pool}")["rule"]
    assert (rule["tags_any"], rule["in_process"]) == (["python", "sql"], False)
    page.goto(f"/requisitions/{requisition}/rediscovery")
    page.get_by_text("Conditions…").click()
    page.get_by_label("Came by").fill("referral")
    page.get_by_label("In one of these pools").select_option("Data people")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_label("Came by")).to_have_value("referral")
    [search] = get(program, f"/requisitions/{requisition}/rediscovery")["items"][:1]
    assert search["criteria"]["sources"] == ["referral"]
    assert search["criteria"]["pools"] == [pool]
