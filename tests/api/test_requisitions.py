"""Requisitions by HTTP: plans and templates, postings, openings."""

from typing import Any

from fastapi.testclient import TestClient

from tests import examples
from tests.api.test_approvals import refused
from tests.api.test_whole_way import applied, get, open_requisition, post

PLAN = examples.two_interviews().model_dump(mode="json")


def stages(client: TestClient, requisition: str, **asks: Any) -> list[str]:
    seen = get(client, f"/requisitions/{requisition}", **asks)["requisition"]
    return [stage["id"] for stage in seen["stages"]]


def test_a_requisition_copies_a_template_and_keeps_its_copy(admin: TestClient) -> None:
    post(admin, "/plan-templates", template="tech", title="Tech", plan=PLAN)
    made = post(admin, "/requisitions", number="R-1", title="Analyst", plan_template="tech")["id"]
    post(admin, "/plan-templates/tech/retirement")
    refused(admin, "/requisitions", 404, "not-found", number="R-2", title="A", plan_template="tech")
    done = post(admin, f"/requisitions/{made}/details", jurisdiction="de")["log_position"]
    seen = get(admin, f"/requisitions/{made}", min_log_position=done)["requisition"]
    assert [stage["id"] for stage in seen["stages"]] == [stage["id"] for stage in PLAN["stages"]]
    assert (seen["plan_template"], seen["jurisdiction"]) == ("tech", "de")
    assert get(admin, "/plan-templates")["items"] == []


def test_a_template_is_listed_as_it_was_last_saved(admin: TestClient) -> None:
    post(admin, "/plan-templates", template="tech", title="Tech", plan=PLAN)
    done = post(admin, "/plan-templates", template="tech", title="Engineers", plan=PLAN)
    known = get(admin, "/plan-templates", min_log_position=done["log_position"])["items"]
    assert [template["title"] for template in known] == ["Engineers"]
    before = get(admin, "/plan-templates", known_before=done["log_position"])["items"]
    assert [template["title"] for template in before] == ["Tech"]


def test_a_plan_changes_around_those_who_stand_in_it(admin: TestClient) -> None:
    requisition = open_requisition(admin)
    _, application = applied(admin, requisition)
    before = post(admin, f"/applications/{application}/screenings", outcome="passed")
    refused(admin, f"/requisitions/{requisition}/plan", 409, "stages-in-use", plan=PLAN)
    post(admin, f"/applications/{application}/moves", stage="offer")
    done = post(admin, f"/requisitions/{requisition}/plan", plan=PLAN)["log_position"]
    assert stages(admin, requisition, min_log_position=done)[1:3] == ["phone", "team"]
    known = {"known_before": before["log_position"] + 1}
    assert stages(admin, requisition, **known)[1:3] == ["screen", "interview"]
    columns = get(admin, f"/requisitions/{requisition}/board")["columns"]
    assert [column["id"] for column in columns if column["cards"]] == ["offer"]


def test_who_ended_in_a_stage_of_old_is_still_on_the_board(admin: TestClient) -> None:
    requisition = open_requisition(admin)
    _, application = applied(admin, requisition)
    post(admin, f"/applications/{application}/screenings", outcome="failed")
    post(admin, f"/applications/{application}/rejection", reason_code="experience")
    done = post(admin, f"/requisitions/{requisition}/plan", plan=PLAN)["log_position"]
    board = get(
        admin, f"/requisitions/{requisition}/board", status="rejected", min_log_position=done
    )
    last = board["columns"][-1]
    assert (last["id"], last["kind"], len(last["cards"])) == ("screen", "screen", 1)


def test_what_is_posted_is_frozen(admin: TestClient) -> None:
    requisition = open_requisition(admin)
    about = f"/requisitions/{requisition}"
    words = {"description": "You will look after data.", "basic_qualifications": ["SQL"]}
    post(admin, f"{about}/details", **words)
    done = post(admin, f"{about}/posting")["log_position"]
    refused(admin, f"{about}/details", 409, "posted-as-it-is", description="Something else.")
    [posted] = get(admin, f"{about}/postings", min_log_position=done)["items"]
    assert (posted["channel"], posted["text"]) == ("careers_page", words["description"])
    assert posted["basic_qualifications"] == ["SQL"]
    post(admin, f"{about}/posting/withdrawal")
    done = post(admin, f"{about}/details", basic_qualifications=["SQL", "Python"])["log_position"]
    seen = get(admin, about, min_log_position=done)["requisition"]
    assert (seen["posted_on"], seen["basic_qualifications"]) == ([], ["SQL", "Python"])
    assert get(admin, f"{about}/postings")["items"] == []


def test_an_opening_given_up_is_reopened(admin: TestClient) -> None:
    about = f"/requisitions/{open_requisition(admin, openings=2)}"
    done = post(admin, f"{about}/openings")["log_position"]
    seats = get(admin, f"{about}/openings", min_log_position=done)["items"]
    assert [seat["state"] for seat in seats] == ["free"] * 3
    seat = f"{about}/openings/{seats[0]['opening_id']}"
    refused(admin, f"{seat}/closure/reversal", 409, "opening-not-free", reason_code="error")
    post(admin, f"{seat}/closure", reason_code="budget")
    done = post(admin, f"{seat}/closure/reversal", reason_code="new_budget")["log_position"]
    assert get(admin, about, min_log_position=done)["requisition"]["openings_free"] == 3


def test_a_board_shows_the_first_of_each_stage_and_counts_all(admin: TestClient) -> None:
    requisition = open_requisition(admin)
    times = [f"2026-03-0{day}T12:00:00Z" for day in (1, 2, 4, 8)]
    for since in times:
        person = post(admin, "/candidates", full_name="Ada", occurred_at="2026-02-01T12:00:00Z")
        said = {"requisition_id": requisition, "occurred_at": since}
        done = post(admin, f"/candidates/{person['id']}/applications", **said)["log_position"]
    path = f"/requisitions/{requisition}/board"
    [column, *others] = get(admin, path, first=2, min_log_position=done)["columns"]
    assert [card["since"] for card in column["cards"]] == times[:2]
    assert (column["count"], column["median_since"]) == (4, times[1])
    assert {(other["count"], other["median_since"]) for other in others} == {(0, None)}
    [column, *_] = get(admin, path)["columns"]
    assert len(column["cards"]) == column["count"] == 4


def test_a_board_tells_what_changed_after_a_position(admin: TestClient) -> None:
    requisition, other = open_requisition(admin), open_requisition(admin)
    people = [applied(admin, requisition)[1] for _ in range(4)]
    elsewhere = applied(admin, other)[1]
    seen = post(admin, "/pools", title="Met")["log_position"]
    stays, moves, leaves, waits = people
    post(admin, f"/applications/{moves}/moves", stage="screen")
    post(admin, f"/applications/{leaves}/rejection", reason_code="experience")
    post(admin, f"/applications/{elsewhere}/moves", stage="screen")
    times = {"starts_at": "2030-03-09T10:00:00+01:00", "ends_at": "2030-03-09T11:00:00+01:00"}
    done = post(admin, f"/applications/{waits}/interviews", **times)["log_position"]
    path = f"/requisitions/{requisition}/board"
    told = get(admin, path, changed_after=seen, min_log_position=done)
    cards = {card["application_id"] for column in told["columns"] for card in column["cards"]}
    assert (cards, told["gone"]) == ({moves, waits}, [leaves])
    assert [column["count"] for column in told["columns"]][:2] == [2, 1]
    whole = get(admin, path)
    assert sum(len(column["cards"]) for column in whole["columns"]) == 3
    assert (whole["gone"], stays in str(whole["columns"])) == ([], True)
    again = get(admin, path, changed_after=told["log_position"])
    assert [column["cards"] for column in again["columns"]] == [[]] * len(again["columns"])
