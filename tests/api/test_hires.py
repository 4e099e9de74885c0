"""The feed of hires, as an HR system reads it."""

from typing import Any

from fastapi.testclient import TestClient

from domain.role import Role
from tests.api.test_approvals import refused
from tests.api.test_whole_way import applied, get, open_requisition, post


def hired(client: TestClient, requisition: str) -> str:
    _, application = applied(client, requisition)
    about = f"/applications/{application}"
    pay = {"terms": "Full time", "first_year_pay": "60000.00", "currency": "EUR"}
    offer = post(client, f"{about}/offers", **pay)["id"]
    post(client, f"{about}/offers/{offer}/acceptance")
    post(client, f"{about}/hire", start_date="2030-05-01")
    return about


def test_a_hire_comes_with_all_it_takes_to_act_on_it(admin: TestClient, client_for: Any) -> None:
    about = hired(admin, open_requisition(admin))
    done = post(admin, f"{about}/start", start_date="2030-05-02")["log_position"]
    page = get(admin, "/hires", min_log_position=done)
    hire, start = page["items"]
    assert (hire["kind"], hire["requisition_number"], hire["start_date"]) == (
        "hired",
        "R-104",
        "2030-05-01",
    )
    assert hire["person"]["email"] == "ada@example.org"
    assert (hire["terms"], hire["first_year_pay"], hire["currency"]) == (
        "Full time",
        "60000.00",
        "EUR",
    )
    assert hire["opening_id"]
    assert (start["kind"], start["start_date"], start["opening_id"]) == (
        "started",
        "2030-05-02",
        hire["opening_id"],
    )
    assert page["next_after"] == page["log_position"]
    analyst = get(client_for(Role.ANALYST), "/hires")["items"][0]
    assert analyst["person"]["full_name"] is analyst["first_year_pay"] is None
    assert analyst["requisition_number"] == "R-104"
    sentences = [row["sentence"] for row in get(admin, f"{about}/timeline")["items"]]
    assert sentences[-1] == "Started on 2030-05-02"


def test_reversals_of_both_kinds_and_no_shows_are_further_entries(admin: TestClient) -> None:
    about = hired(admin, open_requisition(admin))
    post(admin, f"{about}/start/no-show", reason_code="other_job")
    post(admin, f"{about}/hire/reversal", reason_code="no_show")
    refused(admin, f"{about}/start", 409, "only-hired-start", start_date="2030-05-01")
    post(admin, f"{about}/hire")
    done = post(admin, f"{about}/hire/reversal", reason_code="error", entered_in_error=True)
    page = get(admin, "/hires", min_log_position=done["log_position"])
    kinds = [(entry["kind"], entry["entered_in_error"]) for entry in page["items"]]
    assert kinds == [
        ("hired", False),
        ("no_show", False),
        ("hire_reversed", False),
        ("hired", False),
        ("hire_reversed", True),
    ]
    again = page["items"][3]
    assert page["items"][4]["corrects"] == again["position"]
    assert page["items"][4]["requisition_number"] == "R-104"


def test_a_corrected_hire_is_said_anew(admin: TestClient) -> None:
    hired(admin, open_requisition(admin))
    head = get(admin, "/events", limit=1000)["items"]
    position = next(e["position"] for e in head if e["type"] == "application.hired")
    said = {"field": "start_date", "value": "2030-06-01", "reason_code": "entered_wrong"}
    done = post(admin, f"/events/{position}/correction", **said)["log_position"]
    page = get(admin, "/hires", after=position, min_log_position=done)
    [anew] = page["items"]
    assert (anew["kind"], anew["start_date"], anew["corrects"]) == (
        "hired",
        "2030-06-01",
        position,
    )


def test_a_page_says_where_to_go_on_even_if_nothing_matched(admin: TestClient) -> None:
    requisition = open_requisition(admin, openings=2)
    done = post(admin, f"/requisitions/{requisition}/posting")["log_position"]
    assert get(admin, "/hires", min_log_position=done)["next_after"] >= done
    hired(admin, requisition)
    hired(admin, requisition)
    last = get(admin, "/events", limit=1000)["next_after"]
    page = get(admin, "/hires", after=done, limit=1, min_log_position=last)
    assert [entry["kind"] for entry in page["items"]] == ["hired"]
    assert page["next_after"] == page["items"][0]["position"]
    rest = get(admin, "/hires", after=page["next_after"])
    assert len(rest["items"]) == 1
    assert rest["next_after"] == rest["log_position"]
