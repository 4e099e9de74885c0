"""An entry is corrected by its place in the log, whoever's history it is part of."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from commands import organisation
from domain.event import Category
from domain.role import Role
from store.access_log import Access
from store.envelope import Attribution
from store.log import Log
from tests.api.conftest import ClientFor
from tests.api.test_costs import SPENT
from tests.api.test_whole_way import applied, get, open_requisition, post


def correct(client: TestClient, position: int, field: str, value: Any) -> dict[str, Any]:
    body = {"field": field, "value": value, "reason_code": "entered_wrong"}
    return post(client, f"/events/{position}/correction", **body)


def rejected(client: TestClient) -> tuple[str, int]:
    """An application and where its rejection stands in the log."""
    _, application = applied(client, open_requisition(client))
    answer = post(
        client,
        f"/applications/{application}/rejection",
        reason_code="experience",
        notes="Too junior",
    )
    return application, answer["log_position"]


def test_a_rejection_gets_its_true_reason(admin: TestClient, log: Log) -> None:
    application, position = rejected(admin)
    answer = correct(admin, position, "reason_code", "location")
    assert answer["id"] == answer["application_id"] == application
    [entry, correction] = log.facts.at_positions([position, answer["log_position"]])
    assert entry.reason_code == "experience"
    assert correction.topic == "candidate.entry_corrected"
    assert correction.reason_code == "entered_wrong"
    assert correction.data == {
        "corrects": entry.originator_version,
        "field": "reason_code",
        "value": "location",
        "application_id": application,
    }
    candidate = log.candidate_of(UUID(application))
    assert candidate.history[entry.originator_version - 1].plain()["reason_code"] == "location"


def test_a_corrected_time_decides_from_then_on(admin: TestClient, log: Log) -> None:
    candidate = post(admin, "/candidates", full_name="Ada", occurred_at="2025-01-01T00:00:00Z")
    path = f"/candidates/{candidate['id']}/applications"
    started = post(admin, path, occurred_at="2025-03-01T00:00:00Z")
    screening = f"/api/applications/{started['id']}/screenings"
    early = {"outcome": "passed", "occurred_at": "2025-02-15T00:00:00Z"}
    assert admin.post(screening, json=early).json()["title"] == "Before application"
    correct(admin, started["log_position"], "occurred_at", "2025-02-01T00:00:00+01:00")
    assert admin.post(screening, json=early).status_code == 201
    began = log.candidate_of(UUID(started["id"])).application(UUID(started["id"])).began
    assert began.isoformat() == "2025-01-31T23:00:00+00:00"


def test_what_was_sealed_is_corrected_under_seal_by_the_same_key(
    admin: TestClient, log: Log
) -> None:
    _, position = rejected(admin)
    answer = correct(admin, position, "notes", "Lives too far away")
    facts = log.facts.at_positions([position, answer["log_position"]])
    boxes = [fact.sealed["evaluation"] for fact in facts]
    assert boxes[0]["key"] == boxes[1]["key"]
    assert "value" not in facts[1].data
    access = Access(uuid4(), "test", uuid4())
    with log.database.transaction(log.organisation) as connection:
        opened = log.vault.open(connection, facts, [Category.EVALUATION], access)
    assert opened == [{"notes": "Too junior"}, {"evaluation_value": "Lives too far away"}]


def test_a_corrected_name_says_one_field_of_the_profile(admin: TestClient) -> None:
    made = post(admin, "/candidates", full_name="Ada Lovelace", email="ada@example.org")
    answers = [
        correct(admin, made["log_position"], "full_name", "Ada King"),
        correct(admin, made["log_position"], "email", None),
        correct(admin, made["log_position"], "source", "linkedin"),
    ]
    last = answers[-1]["log_position"]
    seen = get(admin, f"/candidates/{made['id']}", min_log_position=last)["candidate"]
    assert (seen["full_name"], seen["email"], seen["source"]) == ("Ada King", None, "linkedin")


def test_a_correction_counts_where_its_entry_stands_by_now(admin: TestClient) -> None:
    old, new = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
    made = post(admin, "/candidates", full_name="Ada Byron", occurred_at=old)
    path = f"/candidates/{made['id']}"
    post(admin, f"{path}/profile", full_name="Ada King", occurred_at=new)
    correct(admin, made["log_position"], "occurred_at", "2026-03-01T00:00:00Z")
    last = correct(admin, made["log_position"], "full_name", "Ada Lovelace")["log_position"]
    assert get(admin, path, min_log_position=last)["candidate"]["full_name"] == "Ada Lovelace"
    then = get(admin, path, as_of="2026-02-15T00:00:00Z")["candidate"]
    assert then["full_name"] == "Ada King"
    before = get(admin, path, known_before=last)["candidate"]
    assert before["full_name"] == "Ada Byron"


def test_requisitions_and_costs_are_corrected_too(admin: TestClient, log: Log) -> None:
    drafted = post(admin, "/requisitions", number="R-1", title="Data enginer")
    answer = correct(admin, drafted["log_position"], "title", "Data engineer")
    assert answer["requisition_id"] == drafted["id"]
    requisition = log.requisition(UUID(drafted["id"]))
    assert requisition.details_at(requisition.modified_on)["title"] == "Data engineer"
    spent = post(admin, "/costs", scope="source", source_code="linkedin", **SPENT)
    answer = correct(admin, spent["log_position"], "internal", True)
    assert answer["cost_id"] == spent["id"]
    assert log.cost(UUID(spent["id"])).history[0].plain()["internal"] is True


@pytest.mark.parametrize(
    ("field", "value", "title"),
    [
        ("stage", "offer", "Field not correctable"),
        ("reason_code", "Too Junior", "Correction invalid"),
        ("reason_code", None, "Correction invalid"),
        ("occurred_at", "2100-01-01T00:00:00Z", "Happens in the future"),
        ("occurred_at", "2020-01-01T00:00:00Z", "Before application"),
    ],
)
def test_a_correction_that_cannot_be_is_refused_by_name(
    admin: TestClient, field: str, value: Any, title: str
) -> None:
    _, position = rejected(admin)
    body = {"field": field, "value": value, "reason_code": "entered_wrong"}
    answer = admin.post(f"/api/events/{position}/correction", json=body)
    assert (answer.status_code, answer.json()["title"]) == (422, title)
    assert field in answer.json()["detail"] or title == "Before application"
    assert get(admin, "/events")["items"][-1]["position"] == position


def test_pools_and_the_organisation_correct_nothing(
    admin: TestClient, log: Log, recruiter: Attribution
) -> None:
    pool = post(admin, "/pools", title="Finalists")["log_position"]
    adopted = organisation.adopt_policy(log, recruiter, "time_to_hire", "hired").position
    body = {"field": "title", "value": "Silver medalists", "reason_code": "entered_wrong"}
    for position in (1, pool, adopted):
        answer = admin.post(f"/api/events/{position}/correction", json=body)
        assert (answer.status_code, answer.json()["title"]) == (409, "Entry not correctable")


def test_an_entry_that_is_not_there_is_not_found(admin: TestClient) -> None:
    body = {"field": "source", "value": "linkedin", "reason_code": "entered_wrong"}
    assert admin.post("/api/events/99/correction", json=body).status_code == 404
    assert admin.post("/api/events/0/correction", json=body).status_code == 422


def test_corrections_are_for_recruiters(client_for: ClientFor) -> None:
    for role in (Role.HIRING_MANAGER, Role.AUDITOR, Role.SOURCER):
        assert client_for(role).post("/api/events/1/correction", json={}).status_code == 403


def test_an_event_left_out_of_a_read_model_is_on_the_record(
    log: Log, recruiter: Attribution
) -> None:
    [fact] = organisation.skip_event(log, recruiter, "pipeline", 7, "Broken import").facts
    assert (fact.topic, fact.stream_type) == ("organisation.event_skipped", "organisation")
    assert fact.originator_version == 2
    assert fact.data == {"read_model": "pipeline", "skipped_position": 7, "reason": "Broken import"}
