"""What somebody writes is shown as they wrote it, and never done."""

from typing import Any

from playwright.sync_api import expect

from domain.role import Role
from tests.browser.conftest import SignsIn
from tests.browser.preparing import applicants, get, open_requisition, post

ATTEMPT = (
    "\"'><script>window.done=1</script><img src=x onerror=window.done=1>"
    "<svg onload=window.done=1></textarea><a href=javascript:window.done=1>x</a>"
)


def test_markup_in_every_field_is_inert(program: Any, signs_in: SignsIn) -> None:
    requisition = open_requisition(program)
    made = {"number": ATTEMPT[:90], "title": ATTEMPT, "department": ATTEMPT, "location": ATTEMPT}
    other = post(program, "/requisitions", **made, level=ATTEMPT, description=ATTEMPT)["id"]
    [application] = applicants(program, requisition, ATTEMPT)
    person = get(program, f"/applications/{application}")["application"]["candidate_id"]
    said = {"phone": ATTEMPT[:40], "location": ATTEMPT, "links": ATTEMPT, "summary": ATTEMPT}
    post(program, f"/candidates/{person}/profile", **said)
    post(program, f"/candidates/{person}/notes", text=ATTEMPT)
    post(program, f"/applications/{application}/screenings", outcome="passed", notes=ATTEMPT)
    pool = post(program, "/pools", title=ATTEMPT)["id"]
    post(program, f"/pools/{pool}/members", candidate_id=person, reason_code="finalist")
    steps = [{"subject": ATTEMPT, "body": ATTEMPT}]
    campaign = post(program, "/campaigns", kind="sequence", title=ATTEMPT, steps=steps)
    get(program, "/campaigns", min_log_position=campaign["log_position"])
    page = signs_in(Role.ADMIN, name=ATTEMPT)
    for path in (
        "/",
        "/requisitions?state=draft",
        f"/requisitions?state=draft&q={ATTEMPT[:20]}",
        f"/requisitions/{other}",
        f"/requisitions/{requisition}/board",
        f"/requisitions/{requisition}/rediscovery",
        "/candidates",
        f"/candidates/{person}",
        f"/applications/{application}",
        "/pools",
        f"/pools/{pool}",
        "/campaigns",
        f"/campaigns/{campaign['id']}",
        "/settings/people",
        "/search?q=script",
        f"/search?q={ATTEMPT[:30]}",
    ):
        page.goto(path)
        page.wait_for_load_state("networkidle") if "board" not in path else None
        assert page.evaluate("window.done") is None, path
        assert page.locator("main script, main img, main svg, a[href^=javascript]").count() == 0
    page.goto(f"/candidates/{person}")
    expect(page.get_by_role("heading", level=1)).to_have_text(ATTEMPT)


def test_no_page_asks_anybody_else_for_anything(program: Any, signs_in: SignsIn, site: str) -> None:
    requisition = open_requisition(program)
    page = signs_in(Role.ADMIN)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", f"/requisitions/{requisition}/board", "/insights/funnel", "/audit"):
        page.goto(path)
        page.wait_for_timeout(300)
    assert asked
    assert all(url.startswith((site, "data:", "blob:")) for url in asked), asked


def test_a_form_of_another_page_changes_nothing(program: Any, signs_in: SignsIn, site: str) -> None:
    page = signs_in(Role.ADMIN)
    page.goto("/pools")
    answer = page.context.request.post(f"{site}/do/pools", form={"title": "Theirs"})
    assert answer.status == 403
    assert get(program, "/pools")["items"] == []


def test_signing_in_leads_to_the_page_asked_for_and_to_no_other_site(signs_in: SignsIn) -> None:
    page = signs_in(Role.ADMIN)
    page.goto("/")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/pools?q=x")
    expect(page.locator("input[name=next]")).to_have_value("/pools?q=x")
    for stray in ("//evil.example", "https://evil.example/", "/\\evil.example"):
        page.goto(f"/sign-in?next={stray}")
        expect(page.locator("input[name=next]")).to_have_value("/")
