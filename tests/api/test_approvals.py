"""Chains of approval by HTTP: requisitions and offers wait for those named, in order."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from domain.role import Role
from store import api_keys
from store.database import Organisation
from store.system import Hireledger
from tests.api.test_whole_way import applied, get, open_requisition, post

Approver = tuple[TestClient, str]


@pytest.fixture
def approver(http: TestClient, hireledger: Hireledger, organisation: Organisation) -> Any:
    """Someone who may approve, and their id."""

    def signed_in() -> Approver:
        key = api_keys.create(hireledger.database, organisation, Role.APPROVER, "test")
        client = TestClient(http.app, raise_server_exceptions=False)
        client.headers["Authorization"] = f"Bearer {key}"
        holder = hireledger.holder(key)
        assert holder is not None
        return client, str(holder.actor_id)

    return signed_in


def define(admin: TestClient, subject: str, *approvers: Approver, **last: str) -> None:
    """A chain of these, the last one asked only from an amount on."""
    steps: list[dict[str, Any]] = [
        {"id": f"step-{number}", "name": f"Step {number}", "approver_ids": [id]}
        for number, (_, id) in enumerate(approvers, 1)
    ]
    steps[-1].update(last)
    post(admin, f"/approval-chains/{subject}", steps=steps)


def refused(client: TestClient, path: str, status: int, name: str, **body: Any) -> None:
    answer = client.post(f"/api{path}", json=body)
    assert (answer.status_code, answer.json()["type"]) == (
        status,
        f"urn:hireledger:problem:{name}",
    )


def waiting(client: TestClient, approver: Approver, done: int) -> list[str]:
    """What waits for someone: the steps."""
    items = get(client, "/approvals", approver_id=approver[1], min_log_position=done)["items"]
    return [f"{item['subject']} {item['step']}" for item in items]


def test_a_requisition_is_approved_step_by_step_and_asked_about_again(
    admin: TestClient, approver: Callable[[], Approver]
) -> None:
    first, second = approver(), approver()
    define(admin, "requisition", first, second, from_amount="80000", currency="EUR")
    about = {"number": "R-1", "title": "Analyst", "budget_amount": "70000", "currency": "EUR"}
    requisition = f"/requisitions/{post(admin, '/requisitions', **about)['id']}"
    done = post(admin, f"{requisition}/approval-request")["log_position"]
    assert waiting(admin, first, done) == ["requisition step-1"]
    assert waiting(admin, second, done) == []
    refused(second[0], f"{requisition}/approval", 403, "not-an-approver")
    refused(admin, f"{requisition}/approval", 403, "not-an-approver")
    done = post(first[0], f"{requisition}/approval")["log_position"]
    assert waiting(admin, first, done) == []
    post(admin, f"{requisition}/launch")

    changed = post(admin, f"{requisition}/details", budget_amount="90000")
    assert [event["type"] for event in changed["events"]] == [
        "requisition.details_changed",
        "requisition.approval_requested",
    ]
    post(first[0], f"{requisition}/approval")
    approved = post(second[0], f"{requisition}/approval")
    assert [event["type"] for event in approved["events"]] == [
        "requisition.approval_given",
        "requisition.approved",
        "requisition.opened",
    ]
    seen = get(admin, requisition, min_log_position=approved["log_position"])["requisition"]
    assert (seen["state"], seen["budget_amount"]) == ("open", "90000")
    as_of_request = get(admin, "/approvals", known_before=changed["log_position"] + 1)
    assert [item["step"] for item in as_of_request["items"]] == ["step-1"]


def test_an_offer_needs_the_approval_of_its_very_version(
    admin: TestClient, approver: Callable[[], Approver]
) -> None:
    first, second = approver(), approver()
    define(admin, "offer", first, second, from_amount="80000", currency="EUR")
    _, application = applied(admin, open_requisition(admin))
    offers = f"/applications/{application}/offers"
    pay = {"terms": "Full time", "currency": "EUR"}
    refused(admin, offers, 409, "offer-needs-approval", first_year_pay="60000", **pay)
    offer = post(admin, f"{offers}/drafts", first_year_pay="60000", **pay)["id"]
    refused(admin, f"{offers}/{offer}/extension", 409, "offer-needs-approval")
    post(admin, f"{offers}/{offer}/approval-request")
    post(first[0], f"{offers}/{offer}/approval", offer_version=1)

    done = post(admin, f"{offers}/{offer}/drafts", first_year_pay="85000", **pay)["log_position"]
    assert waiting(admin, first, done) == []
    refused(admin, f"{offers}/{offer}/extension", 409, "offer-needs-approval")
    done = post(admin, f"{offers}/{offer}/approval-request")["log_position"]
    assert waiting(admin, first, done) == ["offer step-1"]
    refused(first[0], f"{offers}/{offer}/approval", 409, "not-this-version", offer_version=1)
    post(first[0], f"{offers}/{offer}/approval")
    refused(first[0], f"{offers}/{offer}/approval", 403, "not-an-approver")
    post(second[0], f"{offers}/{offer}/approval", offer_version=2)
    done = post(admin, f"{offers}/{offer}/extension")["log_position"]

    versions = get(admin, offers, min_log_position=done)["items"]
    said = [(v["offer_version"], v["state"], v["first_year_pay"], v["terms"]) for v in versions]
    assert said == [
        (1, "replaced", "60000", "Full time"),
        (2, "extended", "85000", "Full time"),
    ]
    stored = admin.get("/api/events", params={"types": "offer.approval_requested"}).text
    assert "85000" not in stored
    assert "80000" not in stored


def test_opening_a_draft_to_extend_it_is_on_the_record(
    admin: TestClient, hireledger: Hireledger, organisation: Organisation
) -> None:
    _, application = applied(admin, open_requisition(admin))
    offers = f"/applications/{application}/offers"
    offer = post(admin, f"{offers}/drafts", first_year_pay="60000", currency="EUR")["id"]
    post(admin, f"{offers}/{offer}/extension")
    opened = hireledger.database.read(
        organisation, "SELECT purpose, categories FROM access_log WHERE purpose <> 'index'", {}
    )
    assert opened == [{"purpose": "extend offer", "categories": ["compensation"]}]


def test_pay_is_not_shown_to_who_may_not_know(admin: TestClient, client_for: Any) -> None:
    _, application = applied(admin, open_requisition(admin))
    done = post(
        admin, f"/applications/{application}/offers", first_year_pay="60000", currency="EUR"
    )["log_position"]
    analyst = client_for(Role.ANALYST)
    [seen] = get(analyst, f"/applications/{application}/offers", min_log_position=done)["items"]
    assert (seen["state"], seen["first_year_pay"]) == ("extended", None)


def test_a_chain_is_answered_as_it_was(admin: TestClient, approver: Any) -> None:
    before = post(admin, "/approval-chains/offer", steps=[])["log_position"]
    someone = approver()
    define(admin, "offer", someone)
    now = get(admin, "/approval-chains", min_log_position=before + 1)["items"]
    assert [UUID(id) for step in now[0]["steps"] for id in step["approver_ids"]] == [
        UUID(someone[1])
    ]
    assert get(admin, "/approval-chains", known_before=before + 1)["items"][0]["steps"] == []
    refused(someone[0], "/approval-chains/offer", 403, "not-allowed", steps=[])
