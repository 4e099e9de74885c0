"""The board: cards dragged or moved by keyboard, seen by others at once, and at any time."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from domain.role import Role
from tests.browser.conftest import SignsIn
from tests.browser.preparing import applicants, get, open_requisition, post


def board_of(page: Page, requisition: str) -> Page:
    page.goto(f"/requisitions/{requisition}/board")
    return page


def column(page: Page, stage: str) -> Any:
    return page.locator(f'.column[data-stage="{stage}"]')


def stands_in(page: Page, name: str, stage: str) -> None:
    expect(column(page, stage).locator(".card", has_text=name)).to_be_visible()


def known_to_stand_in(program: Any, application: str, stage: str) -> bool:
    said = get(program, f"/applications/{application}")["application"]
    return bool(said["stage"] == stage)


def eventually(page: Page, done: Any) -> None:
    for _ in range(100):
        if done():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come to pass")


def test_a_card_is_dragged_to_another_stage_and_the_move_taken_back(
    program: Any, signs_in: SignsIn
) -> None:
    requisition = open_requisition(program)
    [ada] = applicants(program, requisition, "Ada Lovelace")
    page = board_of(signs_in(), requisition)
    page.locator(".card", has_text="Ada").drag_to(column(page, "screen").locator(".cards"))
    stands_in(page, "Ada", "screen")
    expect(page.locator(".toast")).to_contain_text("Ada Lovelace moved to")
    eventually(page, lambda: known_to_stand_in(program, ada, "screen"))
    page.get_by_role("button", name="Undo").click()
    stands_in(page, "Ada", "applied")
    eventually(page, lambda: known_to_stand_in(program, ada, "applied"))


def test_a_card_is_moved_by_keyboard_alone(program: Any, signs_in: SignsIn) -> None:
    requisition = open_requisition(program)
    _, grace = applicants(program, requisition, "Ada Lovelace", "Grace Hopper")
    page = board_of(signs_in(), requisition)
    page.locator("#board").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".card a:focus")).to_have_text("Grace Hopper")
    page.keyboard.press("m")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    stands_in(page, "Grace", "screen")
    eventually(page, lambda: known_to_stand_in(program, grace, "screen"))


def test_a_refused_move_goes_back_and_says_why(program: Any, signs_in: SignsIn) -> None:
    requisition = open_requisition(program)
    [ada] = applicants(program, requisition, "Ada Lovelace")
    page = board_of(signs_in(), requisition)
    page.evaluate("document.querySelector('[data-live]').removeAttribute('data-live')")
    post(program, f"/applications/{ada}/rejection", reason_code="experience")
    page.locator(".card", has_text="Ada").drag_to(column(page, "screen").locator(".cards"))
    expect(page.locator(".toast")).to_contain_text("Ada Lovelace stays in Applied")
    stands_in(page, "Ada", "applied")


def test_two_people_see_each_others_moves(program: Any, signs_in: SignsIn) -> None:
    requisition = open_requisition(program)
    applicants(program, requisition, "Ada Lovelace", "Alan Turing")
    one = board_of(signs_in(name="Grace Hopper"), requisition)
    other = board_of(signs_in(name="Joan Clarke"), requisition)
    one.locator(".card", has_text="Ada").drag_to(column(one, "screen").locator(".cards"))
    stands_in(other, "Ada", "screen")
    other.locator(".card", has_text="Alan").drag_to(column(other, "screen").locator(".cards"))
    stands_in(one, "Alan", "screen")


def test_only_cards_that_changed_come_again(program: Any, signs_in: SignsIn) -> None:
    requisition = open_requisition(program)
    ada, alan, joan = applicants(program, requisition, "Ada Lovelace", "Alan Turing", "Joan Clarke")
    page = board_of(signs_in(), requisition)
    page.locator("#c-" + joan).evaluate("card => { card.dataset.untouched = 'yes'; }")
    page.locator("#c-" + ada).get_by_role("link").focus()
    with page.expect_response("**/board/cards?since=*") as told:
        post(program, f"/applications/{ada}/moves", stage="screen")
    assert "Joan" not in told.value.text()
    stands_in(page, "Ada", "screen")
    expect(page.locator(".card a:focus")).to_have_text("Ada Lovelace")
    expect(column(page, "applied").locator(".count")).to_have_text("2")
    post(program, f"/applications/{alan}/rejection", reason_code="experience")
    expect(page.locator(".card", has_text="Alan")).to_have_count(0)
    expect(page.locator("[data-untouched]")).to_have_text(re.compile("Joan Clarke"))


def test_several_are_rejected_together_with_a_reason_and_come_back(
    program: Any, signs_in: SignsIn
) -> None:
    requisition = open_requisition(program)
    applicants(program, requisition, "Ada Lovelace", "Alan Turing", "Joan Clarke")
    page = board_of(signs_in(), requisition)
    for name in ("Ada", "Alan"):
        page.locator(".card", has_text=name).get_by_role("checkbox").check()
    expect(page.locator("#bulk")).to_contain_text("2 selected")
    page.locator("#bulk").get_by_role("button", name="Reject with reason").click()
    page.get_by_label("Reason").select_option("experience")
    page.get_by_role("dialog").get_by_role("button", name="Reject").click()
    expect(page.locator(".card")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".card")).to_have_count(3)


def test_the_slider_shows_the_board_as_the_api_tells_it(program: Any, signs_in: SignsIn) -> None:
    requisition = open_requisition(program)
    [ada] = applicants(program, requisition, "Ada Lovelace")
    moved = post(program, f"/applications/{ada}/moves", stage="screen")["log_position"]
    page = signs_in()
    page.goto(f"/requisitions/{requisition}/board?min_log_position={moved}")
    stands_in(page, "Ada", "screen")
    page.goto(f"/requisitions/{requisition}/board?known_before={moved}")
    expect(page.locator("#banner")).to_contain_text("everything is read-only")
    told = get(program, f"/requisitions/{requisition}/board", known_before=moved)
    for one in told["columns"]:
        expect(column(page, one["id"]).locator(".card")).to_have_count(len(one["cards"]))
    stands_in(page, "Ada", "applied")
    expect(page.get_by_role("checkbox", name="Select")).to_have_count(0)
    page.get_by_role("link", name="back to now").click()
    stands_in(page, "Ada", "screen")


def test_the_slider_keeps_what_was_known(program: Any, signs_in: SignsIn) -> None:
    requisition = open_requisition(program)
    [ada] = applicants(program, requisition, "Ada Lovelace")
    moved = post(program, f"/applications/{ada}/moves", stage="screen")["log_position"]
    get(program, f"/requisitions/{requisition}/board", min_log_position=moved)
    page = signs_in()
    page.goto(f"/requisitions/{requisition}/board?known_before={moved}")
    page.get_by_role("checkbox", name="as known then").check()
    expect(page).to_have_url(re.compile("known_at"))
    expect(page).to_have_url(re.compile("known_before"))
    stands_in(page, "Ada", "applied")


def test_a_hiring_manager_rejects_with_a_reason_and_moves_nobody(
    program: Any, signs_in: SignsIn
) -> None:
    page = signs_in(Role.HIRING_MANAGER)
    manager = page.context.request.get("/api/session").json()["actor_id"]
    requisition = open_requisition(program)
    post(program, f"/requisitions/{requisition}/details", hiring_manager_id=manager)
    [ada] = applicants(program, requisition, "Ada Lovelace")
    board_of(page, requisition).locator(".card a").focus()
    page.keyboard.press("m")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("r")
    page.get_by_label("Reason").select_option("experience")
    page.get_by_role("dialog").get_by_role("button", name="Reject").click()
    expect(page.locator(".card")).to_have_count(0)
    about = f"/applications/{ada}"
    eventually(page, lambda: get(program, about)["application"]["reason_code"] == "experience")


def test_an_interviewer_is_not_shown_a_board(program: Any, signs_in: SignsIn) -> None:
    requisition = open_requisition(program)
    page = board_of(signs_in(Role.INTERVIEWER), requisition)
    expect(page.get_by_role("alert")).to_contain_text("may not do this")
    page.goto("/")
    expect(page.get_by_role("link", name="Insights")).to_have_count(0)


def test_the_time_chip_slides_over_the_whole_history(program: Any, signs_in: SignsIn) -> None:
    post(program, "/pools", title="Met", occurred_at="2026-01-10T12:00:00Z")
    page = signs_in()
    page.goto("/pools")
    page.locator("#time summary").click()
    slider = page.get_by_label("Day of the history")
    expect(slider).to_be_visible()
    slider.press("Home")
    expect(page.get_by_label("As of", exact=True)).to_have_value("2026-01-10")
    page.get_by_label("as known today").check()
    page.locator("#time").get_by_role("button", name="Show").click()
    expect(page.locator("#banner")).to_contain_text("As of 2026-01-10, as known today")
    page.get_by_role("link", name="Requisitions").click()
    expect(page.locator("#banner")).to_contain_text("As of 2026-01-10, as known today")
    expect(page.get_by_role("link", name="New requisition")).to_have_count(0)
