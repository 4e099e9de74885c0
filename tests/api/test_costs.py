"""Costs, and what a requisition is about and where it is posted, by HTTP."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from domain.requisition import OpeningReopened
from domain.role import Role
from store.log import Log
from tests.api.conftest import ClientFor
from tests.api.test_whole_way import applied, get, open_requisition, post

SPENT = {"category": "advertising", "internal": False, "amount": "480.50", "currency": "EUR"}


def test_a_cost_of_a_requisition_is_recorded(admin: TestClient, log: Log) -> None:
    requisition = open_requisition(admin)
    answer = post(admin, "/costs", scope="requisition", requisition_id=requisition, **SPENT)
    assert answer["id"] == answer["cost_id"]
    assert answer["requisition_id"] == requisition
    [fact] = log.facts.at_positions([answer["log_position"]])
    assert (fact.stream_type, fact.topic, fact.subject_id) == ("cost", "cost.recorded", None)
    assert fact.data == {
        "scope": "requisition",
        "requisition_id": requisition,
        "comparable": True,
        **SPENT,
    }
    assert log.cost(UUID(answer["cost_id"])).version == 1


def test_what_every_scope_cost_counts_in_cost_per_hire(admin: TestClient) -> None:
    requisition = open_requisition(admin)
    _, application = applied(admin, requisition)
    post(admin, f"/applications/{application}/hire")
    for about in (
        {"scope": "requisition", "requisition_id": requisition},
        {"scope": "source", "source_code": "linkedin"},
        {"scope": "campaign", "campaign_id": str(uuid4())},
        {"scope": "period", "starts_on": "2025-01-01", "ends_on": "2025-01-31"},
    ):
        done = post(admin, "/costs", **about, **SPENT)
    seen = {"min_log_position": done["log_position"]}
    said = get(admin, "/metrics/cost-per-hire", **seen)
    assert (said["hires"], said["costs"]) == (1, 4 * 480.5)


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        ({"scope": "source"}, 422, "A cost of scope source needs source_code."),
        (
            {"scope": "source", "source_code": "linkedin", "campaign_id": str(uuid4())},
            422,
            "A cost of scope source has no campaign_id.",
        ),
        (
            {"scope": "period", "starts_on": "2025-03-01", "ends_on": "2025-02-28"},
            422,
            "ends_on 2025-02-28 is before starts_on 2025-03-01.",
        ),
        (
            {"scope": "requisition", "requisition_id": str(UUID(int=7))},
            404,
            f"There is no requisition {UUID(int=7)}.",
        ),
    ],
)
def test_a_cost_refused_says_which_field(
    admin: TestClient, body: dict[str, Any], status: int, detail: str
) -> None:
    answer = admin.post("/api/costs", json={**SPENT, **body})
    assert (answer.status_code, answer.json()["detail"]) == (status, detail)


@pytest.mark.parametrize(
    ("field", "value"), [("amount", "1.234"), ("amount", 480.5), ("currency", "euro")]
)
def test_money_is_decimal_text_in_a_currency(admin: TestClient, field: str, value: Any) -> None:
    body = {"scope": "source", "source_code": "linkedin", **SPENT, field: value}
    answer = admin.post("/api/costs", json=body)
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"#/{field}"]


def test_costs_and_details_are_for_recruiters(client_for: ClientFor) -> None:
    manager = client_for(Role.HIRING_MANAGER)
    for path in ("costs", f"requisitions/{uuid4()}/details", f"requisitions/{uuid4()}/posting"):
        assert manager.post(f"/api/{path}", json={}).status_code == 403


def test_a_requisition_is_posted_changed_and_taken_off(admin: TestClient, log: Log) -> None:
    requisition = open_requisition(admin)
    about = f"/requisitions/{requisition}"
    post(admin, f"{about}/posting")
    post(admin, f"{about}/posting", channel="linkedin")
    post(admin, f"{about}/details", title="Analyst", level="Senior")
    post(admin, f"{about}/posting/withdrawal", channel="linkedin")
    known = log.requisition(UUID(requisition))
    assert known.posted_on == {"careers_page"}
    assert known.details_at(known.modified_on)["title"] == "Analyst"
    again = admin.post(f"/api{about}/details", json={"title": "Analyst"})
    assert (again.status_code, again.json()["title"]) == (422, "Nothing to change")
    off = admin.post(f"/api{about}/posting/withdrawal", json={"channel": "linkedin"})
    assert (off.status_code, off.json()["title"]) == (409, "Not posted")


def test_a_hire_entered_in_error_was_never_filled(admin: TestClient, log: Log) -> None:
    requisition = open_requisition(admin)
    _, application = applied(admin, requisition)
    hired = post(admin, f"/applications/{application}/hire")["events"]
    post(
        admin,
        f"/applications/{application}/hire/reversal",
        reason_code="wrong_person",
        entered_in_error=True,
    )
    event = log.requisition(UUID(requisition)).history[-1]
    assert isinstance(event, OpeningReopened)
    assert event.entered_in_error
    assert event.reverses == hired[1]["version"]
