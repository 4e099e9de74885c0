"""What every endpoint promises: who may call it, how it refuses, and that repeating is safe."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from domain.errors import Conflict
from domain.role import Role
from store import organisations
from store.ids import new_id
from store.log import Log
from store.system import Hireledger
from tests.api.conftest import ClientFor
from tests.api.test_whole_way import applied, get, open_requisition, post

PROBLEM = "application/problem+json"


def test_without_a_key_nothing_is_shown(http: TestClient) -> None:
    for key in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eDp5"}):
        answer = http.get("/api/candidates", headers=key)
        assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_role_that_may_not_is_refused_by_name(client_for: ClientFor) -> None:
    answer = client_for(Role.ANALYST).post("/api/candidates", json={"full_name": "Ada"})
    assert answer.status_code == 403
    assert answer.json()["detail"] == "The role analyst may not do this."


def test_an_analyst_sees_no_names_and_leaves_no_trace_of_access(
    admin: TestClient, client_for: ClientFor, log: Log
) -> None:
    made = post(admin, "/candidates", full_name="Ada Lovelace")
    seen = get(
        client_for(Role.ANALYST),
        f"/candidates/{made['id']}",
        min_log_position=made["log_position"],
    )
    assert seen["candidate"]["full_name"] is None
    assert accesses(log) == 0
    get(admin, f"/candidates/{made['id']}")
    assert accesses(log) == 1


def accesses(log: Log) -> int:
    with log.database.transaction(log.organisation) as connection:
        row = connection.execute(
            "SELECT count(*) FROM access_log WHERE purpose <> 'index'"
        ).fetchone()
        assert row
        return int(row[0])


def test_one_organisation_knows_nothing_of_anothers_people(
    admin: TestClient, hireledger: Hireledger, http: TestClient
) -> None:
    mine = post(admin, "/candidates", full_name="Ada Lovelace")
    other = organisations.create(hireledger.database, f"other {new_id()}")
    from store import api_keys  # noqa: PLC0415

    key = api_keys.create(hireledger.database, other, Role.ADMIN, "other")
    signed_in = {"Authorization": f"Bearer {key}"}
    for path in (f"/api/candidates/{mine['id']}", f"/api/candidates/{mine['id']}/timeline"):
        assert http.get(path, headers=signed_in).status_code == 404
    note = http.post(
        f"/api/candidates/{mine['id']}/notes", headers=signed_in, json={"text": "mine now"}
    )
    assert note.status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"title": "Engineer"}, "#/number"),
        ({"number": "R-1", "title": "Engineer", "openings": 0}, "#/openings"),
        ({"number": "R-1", "title": "Engineer", "surprise": 1}, "#/surprise"),
        ({"number": "R-1", "title": "a\x00b"}, "#/title"),
        ({"number": "R-1", "title": "Engineer", "occurred_at": "2026-03-02"}, "#/occurred_at"),
        ({"number": "R-1", "title": "E", "plan": {"stages": []}}, "#/plan/stages"),
    ],
)
def test_a_field_at_fault_is_named(
    admin: TestClient, body: dict[str, object], pointer: str
) -> None:
    answer = admin.post("/api/requisitions", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_what_is_not_json_is_malformed(admin: TestClient) -> None:
    answer = admin.post("/api/pools", content="{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["title"]) == (400, "Malformed body")


def test_a_conflict_is_named(admin: TestClient) -> None:
    requisition = open_requisition(admin)
    candidate, application = applied(admin, requisition)
    again = admin.post(
        f"/api/candidates/{candidate}/applications", json={"requisition_id": requisition}
    )
    assert again.status_code == 409
    assert again.json()["type"] == "urn:hireledger:problem:already-applied"
    assert application in again.json()["detail"]


def test_what_is_not_there_is_not_found(admin: TestClient) -> None:
    for path in ("candidates", "requisitions", "pools", "applications"):
        assert admin.get(f"/api/{path}/{uuid4()}").status_code == 404
    assert admin.post(f"/api/pools/{uuid4()}/name", json={"title": "x"}).status_code == 404
    assert admin.get("/api/nowhere").headers["content-type"] == PROBLEM


def test_the_future_cannot_be_recorded(admin: TestClient) -> None:
    answer = admin.post(
        "/api/pools", json={"title": "Later", "occurred_at": "2100-01-01T00:00:00Z"}
    )
    assert answer.status_code == 422
    assert "future" in answer.json()["detail"]


def test_the_same_key_and_body_get_the_same_answer_once(admin: TestClient, log: Log) -> None:
    signed = {"Idempotency-Key": "register-ada"}
    body = {"full_name": "Ada Lovelace"}
    first = admin.post("/api/candidates", json=body, headers=signed)
    before = log.facts.max_notification_id()
    again = admin.post("/api/candidates", json=body, headers=signed)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["ETag"] == first.headers["ETag"]
    assert log.facts.max_notification_id() == before


def test_the_same_key_for_another_body_is_refused(admin: TestClient) -> None:
    signed = {"Idempotency-Key": "one"}
    admin.post("/api/candidates", json={"full_name": "Ada"}, headers=signed)
    answer = admin.post("/api/candidates", json={"full_name": "Grace"}, headers=signed)
    assert (answer.status_code, answer.json()["title"]) == (422, "Key reused")


def test_a_change_meant_for_another_version_is_refused(admin: TestClient) -> None:
    candidate = post(admin, "/candidates", full_name="Ada")["id"]
    path, body = f"/api/candidates/{candidate}/notes", {"text": "Called"}
    assert admin.post(path, json=body, headers={"If-Match": '"7"'}).status_code == 412
    assert admin.post(path, json=body, headers={"If-Match": '"1"'}).status_code == 201


def test_a_body_too_large_is_refused(admin: TestClient) -> None:
    answer = admin.post("/api/pools", json={"title": "x" * 1_100_000})
    assert (answer.status_code, answer.headers["content-type"]) == (413, PROBLEM)


def test_a_time_that_is_not_one_names_its_parameter(admin: TestClient) -> None:
    for text in ("yesterday", "2026-03-02T09:00:00", "2026-13-01"):
        answer = admin.get("/api/pipeline", params={"as_of": text})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "as_of"


def test_what_was_known_before_a_decision_can_be_asked(admin: TestClient) -> None:
    requisition = open_requisition(admin)
    _, application = applied(admin, requisition)
    rejected = post(admin, f"/applications/{application}/rejection", reason_code="experience")
    position = rejected["log_position"]
    now = get(admin, f"/applications/{application}", min_log_position=position)
    assert now["application"]["status"] == "rejected"
    then = get(admin, f"/applications/{application}", known_before=position)
    assert then["application"]["status"] == "open"
    assert then["log_position"] == position - 1


def test_closing_a_requisition_names_or_dispositions_who_still_applies(admin: TestClient) -> None:
    requisition = open_requisition(admin)
    _, application = applied(admin, requisition)
    path = f"/api/requisitions/{requisition}/closure"
    refused = admin.post(path, json={"reason_code": "budget"})
    assert refused.status_code == 409
    assert application in refused.json()["detail"]
    body = {"reason_code": "budget", "disposition": "position_closed"}
    assert admin.post(path, json=body).status_code == 201
    position = get(admin, "/events", after=0)["next_after"]
    seen = get(admin, f"/applications/{application}", min_log_position=position)
    assert seen["application"]["reason_code"] == "position_closed"


def test_a_closed_requisition_takes_nobody_back(admin: TestClient) -> None:
    requisition = open_requisition(admin)
    _, application = applied(admin, requisition)
    post(admin, f"/applications/{application}/rejection", reason_code="experience")
    post(admin, f"/requisitions/{requisition}/closure", reason_code="budget")
    answer = admin.post(
        f"/api/applications/{application}/rejection/reversal", json={"reason_code": "mistake"}
    )
    assert (answer.status_code, answer.json()["title"]) == (409, "Requisition not open")


def test_the_feed_gives_every_event_and_where_to_go_on(admin: TestClient) -> None:
    open_requisition(admin)
    page = get(admin, "/events", after=1, limit=2)
    assert [event["type"] for event in page["items"]] == [
        "requisition.drafted",
        "requisition.approval_requested",
    ]
    assert page["next_after"] == 3
    nothing = get(admin, "/events", types="application.hired")
    assert (nothing["items"], nothing["next_after"]) == ([], 5)


def test_the_feed_speaks_cloudevents(admin: TestClient) -> None:
    post(admin, "/pools", title="Silver medalists")
    answer = admin.get("/api/events", headers={"Accept": "application/cloudevents-batch+json"})
    assert answer.headers["content-type"] == "application/cloudevents-batch+json"
    assert [event["specversion"] for event in answer.json()] == ["1.0", "1.0"]


def test_lists_go_on_where_the_link_says(admin: TestClient) -> None:
    for name in ("Ada", "Grace", "Mary"):
        last = post(admin, "/candidates", full_name=name)
    names: list[str] = []
    path = f"/api/candidates?limit=2&min_log_position={last['log_position']}"
    while path:
        answer = admin.get(path)
        names += [item["full_name"] for item in answer.json()["items"]]
        path = answer.links.get("next", {}).get("url", "")
    assert names == ["Ada", "Grace", "Mary"]


def test_a_person_is_found_by_another_systems_id(admin: TestClient) -> None:
    made = post(admin, "/candidates", full_name="Ada", external_id="greenhouse:4512")
    found = get(
        admin,
        "/candidates",
        external_id="greenhouse:4512",
        min_log_position=made["log_position"],
    )
    assert [item["candidate_id"] for item in found["items"]] == [made["id"]]


def test_health_is_told_to_anyone(http: TestClient) -> None:
    assert http.get("/healthz").json() == {"status": "ok"}
    readiness = http.get("/readyz")
    # Other tests may have left a read model stopped; then it says so.
    ready = readiness.json()["stopped"] == 0
    assert (readiness.status_code, readiness.json()["status"]) == (
        (200, "ready") if ready else (503, "stopped")
    )


def test_a_fingerprint_is_forgotten_when_its_week_is_over(admin: TestClient, log: Log) -> None:
    post_with_key = {"Idempotency-Key": "a", "Content-Type": "application/json"}
    admin.post("/api/pools", json={"title": "First"}, headers=post_with_key)
    with log.database.administer() as connection:
        connection.execute(
            f'UPDATE "{log.organisation.schema}".request_fingerprints'  # noqa: S608
            " SET expires_at = now() - interval '1 second'".encode()
        )
    admin.post("/api/pools", json={"title": "Second"}, headers={"Idempotency-Key": "b"})
    with log.database.transaction(log.organisation) as connection:
        row = connection.execute("SELECT count(*) FROM request_fingerprints").fetchone()
    assert row == (1,)


@pytest.mark.parametrize(("conflicts", "status"), [(3, 201), (4, 409)])
def test_a_command_decides_anew_where_something_else_was_recorded_meanwhile(
    admin: TestClient, monkeypatch: pytest.MonkeyPatch, conflicts: int, status: int
) -> None:
    candidate = post(admin, "/candidates", full_name="Ada Lovelace")["id"]
    record, left = Log.record, iter(range(conflicts))

    def recording(log: Log, *things: Any, **said: Any) -> Any:
        if next(left, None) is not None:
            raise Conflict
        return record(log, *things, **said)

    monkeypatch.setattr(Log, "record", recording)
    noted = admin.post(f"/api/candidates/{candidate}/notes", json={"text": "Knows her engines"})
    assert noted.status_code == status
    events = get(admin, "/events")["items"]
    assert sum(event["type"] == "candidate.note_added" for event in events) == (status == 201)
