"""Sequences and campaigns by the API alone: put together, looked at before, started, followed."""

from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from domain.role import Role
from tests.api.conftest import ClientFor
from tests.api.test_whole_way import get, open_requisition, post

HELLO = {"subject": "Hello {{ candidate_name }}", "body": "Dear {{ candidate_name }}", "days": 1}
AGAIN = {"subject": "Again", "body": "From {{ organisation }}", "days": 3}
GLAD = {"subject": "Glad", "body": "When?", "hours": 1, "after_reply": True}


@pytest.fixture(autouse=True)
def _known_to_browsers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIRELEDGER_PUBLIC_URL", "https://jobs.acme.example")


def found(admin: TestClient, pool: str | None = None, name: str = "Grace Hopper") -> str:
    id = post(admin, "/candidates", full_name=name, email="g@example.org", origin="sourced")["id"]
    post(admin, f"/candidates/{id}/consents", text_version="v1")
    if pool:
        post(admin, f"/pools/{pool}/members", candidate_id=id, reason_code="silver_medalist")
    return str(id)


def sequence(admin: TestClient, *steps: object) -> str:
    made = post(admin, "/campaigns", kind="sequence", title="Spring", steps=steps or [HELLO, AGAIN])
    return str(made["campaign_id"])


def test_a_sequence_is_previewed_started_and_stopped(admin: TestClient) -> None:
    grace, spring = found(admin), sequence(admin, HELLO, AGAIN, GLAD)
    seen = get(admin, f"/campaigns/{spring}/previews/{grace}")
    assert [step["subject"] for step in seen["words"]] == ["Hello Grace Hopper", "Again", "Glad"]
    assert [step["step"] for step in seen["outlook"]["steps"]] == [1, 2]
    post(admin, f"/campaigns/{spring}/start")
    begun = post(admin, f"/campaigns/{spring}/enrolments", candidate_id=grace)
    position = begun["log_position"]
    [row] = get(admin, f"/campaigns/{spring}/enrolments", min_log_position=position)["items"]
    assert (row["candidate_id"], row["step"], row["ended"]) == (grace, 1, None)
    [coming] = get(admin, f"/campaigns/{spring}/forecast")["items"]
    assert coming["enrolment_id"] == begun["id"]
    assert [step["step"] for step in coming["outlook"]["steps"]] == [1, 2]
    stopped = post(admin, f"/enrolments/{begun['id']}/stop", reason_code="spoke_in_person")
    told = get(admin, f"/campaigns/{spring}", min_log_position=stopped["log_position"])
    assert told["numbers"]["ended"] == {"spoke_in_person": 1}
    assert told["campaign"]["state"] == "running"
    before = get(admin, f"/campaigns/{spring}", known_before=begun["events"][0]["position"])
    assert before["numbers"]["enrolled"] == 0


def test_a_campaign_tells_before_its_start_who_will_get_what_and_who_nothing(
    admin: TestClient,
) -> None:
    pool = post(admin, "/pools", title="Finalists")["id"]
    grace, left = (found(admin, pool) for _ in range(2))
    position = post(admin, f"/candidates/{left}/opt-outs", channel="all")["log_position"]
    made = post(admin, "/campaigns", kind="campaign", title="S", steps=[HELLO], pool_id=pool)
    path = f"/campaigns/{made['id']}/forecast"
    items = get(admin, path, min_log_position=position)["items"]
    outlooks = {item["candidate_id"]: item["outlook"] for item in items}
    assert len(outlooks[grace]["steps"]) == 1
    assert outlooks[left] == {"steps": [], "refused_by": "has-opted-out"}
    [first] = get(admin, path, limit=1)["items"]
    [second] = get(admin, path, limit=1, cursor=first["candidate_id"])["items"]
    assert {first["candidate_id"], second["candidate_id"]} == {grace, left}


def test_applying_ends_a_sequence(admin: TestClient) -> None:
    grace, spring = found(admin), sequence(admin)
    post(admin, f"/campaigns/{spring}/start")
    post(admin, f"/campaigns/{spring}/enrolments", candidate_id=grace)
    requisition = open_requisition(admin)
    applied = post(admin, f"/candidates/{grace}/applications", requisition_id=requisition)
    types = [event["type"] for event in applied["events"]]
    assert types == ["application.applied", "enrolment.ended"]


def test_what_is_wrong_is_named_and_changes_nothing(
    admin: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: str, **body: object) -> tuple[int, str]:
        answer = admin.post(f"/api{path}", json=body)
        return answer.status_code, answer.text

    def said(**body: object) -> str:
        status, words = refused("/campaigns", **{"title": "S", "steps": [HELLO], **body})
        assert status == 422
        return words

    bad = {"subject": "Hi", "body": "{{ candidate_name.__class__ }}"}
    assert "candidate_name.__class__" in said(kind="sequence", steps=[bad])
    assert "pool_id" in said(kind="campaign")
    assert "pool_id" in said(kind="sequence", pool_id=post(admin, "/pools", title="P")["id"])
    spring = sequence(admin, GLAD)
    assert refused(f"/campaigns/{spring}/start")[0] == 422
    post(admin, f"/campaigns/{spring}/steps", steps=[HELLO])
    grace = found(admin)
    status, words = refused(f"/campaigns/{spring}/enrolments", candidate_id=grace)
    assert (status, "draft" in words) == (409, True)
    monkeypatch.delenv("HIRELEDGER_PUBLIC_URL")
    status, words = refused(f"/campaigns/{spring}/start")
    assert (status, "PUBLIC_URL" in words) == (409, True)
    assert refused(f"/campaigns/{uuid4()}/start")[0] == 404
    assert refused(f"/enrolments/{uuid4()}/stop", reason_code="x")[0] == 404


def test_only_who_sources_sets_campaigns_going(client_for: ClientFor, admin: TestClient) -> None:
    spring = sequence(admin)
    for role in (Role.HIRING_MANAGER, Role.INTERVIEWER, Role.AUDITOR):
        answer = client_for(role, uuid4()).post(f"/api/campaigns/{spring}/start", json={})
        assert answer.status_code in (403, 404), role


def test_who_goes_through_it_is_named_on_the_record(admin: TestClient) -> None:
    pool = post(admin, "/pools", title="Met")["id"]
    ada = post(admin, "/candidates", full_name="Ada Lovelace", email="ada@example.org")["id"]
    post(admin, f"/pools/{pool}/members", candidate_id=ada, reason_code="finalist")
    steps = [{"subject": "Hello", "body": "How are you?"}]
    made = post(admin, "/campaigns", kind="campaign", title="Spring", pool_id=pool, steps=steps)
    path, at = f"/campaigns/{made['id']}/forecast", made["log_position"]
    [coming] = get(admin, path, names=True, min_log_position=at)["items"]
    assert (coming["candidate_id"], coming["full_name"]) == (ada, "Ada Lovelace")
    assert get(admin, path)["items"][0]["full_name"] is None
    seen = get(admin, f"/candidates/{ada}/accesses", purpose="view campaign")["items"]
    assert len(seen) == 1
