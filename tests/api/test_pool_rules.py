"""Pools by rule and rediscovery, by the API alone."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from policies.keeping_pools import KeepPools
from policies.reactor import Reactor
from policies.settings import MailSettings
from store.log import Log
from tests.api.test_whole_way import get, post
from tests.mail.conftest import run_out
from tests.mail.test_policies import time_passes

Person = Callable[..., str]


def opened(admin: TestClient, number: str, department: str) -> str:
    id = post(admin, "/requisitions", number=number, title="Engineer", department=department)["id"]
    for step in ("approval-request", "approval", "launch"):
        post(admin, f"/requisitions/{id}/{step}")
    return str(id)


@pytest.fixture
def person(admin: TestClient) -> Person:
    def registered(name: str, *tags: str, **about: Any) -> str:
        id = post(admin, "/candidates", full_name=name, **about)["id"]
        post(admin, f"/candidates/{id}/consents", text_version="v1")
        for tag in tags:
            post(admin, f"/candidates/{id}/tags", tag=tag)
        return str(id)

    return registered


def rejected(admin: TestClient, candidate: str, requisition: str, *stages: str) -> None:
    """Somebody applied, came through these stages, and was rejected."""
    made = post(admin, f"/candidates/{candidate}/applications", requisition_id=requisition)
    about = f"/applications/{made['application_id']}"
    for stage in stages:
        post(admin, f"{about}/moves", stage=stage)
    post(admin, f"{about}/rejection", reason_code="experience")


def looks(log: Log) -> None:
    """The policy looks as often as there is anything to do."""
    keeping = Reactor(log, KeepPools(MailSettings()))
    for _ in range(3):
        run_out(keeping)
        time_passes(log)


def members(admin: TestClient, pool: str, **when: Any) -> set[str]:
    return {row["candidate_id"] for row in get(admin, f"/pools/{pool}/members", **when)["items"]}


def reached(admin: TestClient) -> int:
    """How far the log has come."""
    return int(admin.get("/api/events", params={"limit": 1000}).json()["next_after"])


def test_members_come_and_go_as_the_rule_says_and_hands_come_first(
    admin: TestClient, log: Log, person: Person
) -> None:
    ada, grace, bob = person("Ada", "python"), person("Grace"), person("Bob", "python")
    pool = post(admin, "/pools", title="Pythonists")["id"]
    seen = post_plain(admin, "/pools/rule-preview", rule={"tags_all": ["python"]})
    assert (seen["count"], set(seen["first"])) == (2, {ada, bob})
    post(admin, f"/pools/{pool}/members", candidate_id=grace, reason_code="spoke")
    post(admin, f"/pools/{pool}/rule", rule={"tags_all": ["python"]})
    wait_for_read_side(admin)
    looks(log)
    assert members(admin, pool, min_log_position=reached(admin)) == {ada, grace, bob}
    before = reached(admin)
    post(admin, f"/candidates/{ada}/tags/removal", tag="python")
    post(admin, f"/pools/{pool}/members/{bob}/removal", reason_code="asked_to")
    wait_for_read_side(admin)
    looks(log)
    assert members(admin, pool, min_log_position=reached(admin)) == {grace}
    assert members(admin, pool, known_before=before + 1) == {ada, grace, bob}
    matching = get(admin, f"/pools/{pool}/rule-matches")["items"]
    assert set(matching) == {bob}
    reasons = get(admin, f"/candidates/{ada}/timeline")["items"]
    assert [item["type"] for item in reasons][-1] == "pool.member_removed"
    assert get(admin, f"/pools/{pool}")["rule"]["tags_all"] == ["python"]
    post(admin, f"/pools/{pool}/rule", rule=None)
    position = reached(admin)
    assert get(admin, f"/pools/{pool}", min_log_position=position)["rule"] is None


def post_plain(admin: TestClient, path: str, **body: Any) -> dict[str, Any]:
    """A question asked by POST, of all that was recorded so far."""
    answer = admin.post(f"/api{path}", json=body, params={"min_log_position": reached(admin)})
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


def wait_for_read_side(admin: TestClient) -> None:
    get(admin, "/pools", min_log_position=reached(admin))


def test_a_rule_without_a_condition_is_refused(admin: TestClient) -> None:
    pool = post(admin, "/pools", title="All")["id"]
    answer = admin.post(f"/api/pools/{pool}/rule", json={"rule": {}})
    assert answer.status_code == 422
    assert "everyone" in answer.text
    answer = admin.post(f"/api/pools/{pool}/rule", json={"rule": {"tags_all": ["no; DROP"]}})
    assert answer.status_code == 422


def test_past_finalists_of_the_department_come_first_each_with_reasons(
    admin: TestClient, person: Person
) -> None:
    before, elsewhere = opened(admin, "R-1", "Engines"), opened(admin, "R-2", "Sales")
    job = opened(admin, "R-3", "Engines")
    medalist, applicant = person("Medalist"), person("Applicant")
    interviewed, other, pooled = person("Interviewed"), person("Other"), person("Pooled")
    left, hired = person("Left"), person("Waiting")
    rejected(admin, applicant, before)
    rejected(admin, medalist, before, "interview")
    rejected(admin, other, elsewhere)
    rejected(admin, interviewed, elsewhere, "interview")
    rejected(admin, left, before, "interview")
    post(admin, f"/candidates/{left}/opt-outs", channel="all")
    post(admin, f"/candidates/{hired}/applications", requisition_id=before)
    pool = post(admin, "/pools", title="Finalists")["id"]
    for one in (pooled, medalist):
        post(admin, f"/pools/{pool}/members", candidate_id=one, reason_code="met")
    wait_for_read_side(admin)
    path = f"/api/requisitions/{job}/rediscovery"
    answer = admin.post(path, json={"names": True})
    assert answer.status_code == 201, answer.text
    items = answer.json()["items"]
    assert [item["full_name"] for item in items] == [
        "Medalist", "Applicant", "Interviewed", "Other", "Pooled",
    ]  # fmt: skip
    first = items[0]
    assert first["tier"] == "silver_medalist"
    assert [reason["code"] for reason in first["reasons"]][:2] == [
        "silver_medalist", "reached_interview",
    ]  # fmt: skip
    assert (first["may_be_contacted"], first["pool_id"]) == (True, pool)
    matches = get(admin, f"/requisitions/{job}/pool-matches")["items"]
    assert matches == [{"pool_id": pool, "members": 1}]
    back = post(
        admin,
        f"/candidates/{medalist}/reengagements",
        requisition_id=job,
        pool_id=first["pool_id"],
        previous_application_id=first["previous_application_id"],
    )
    wait_for_read_side(admin)
    earlier = get(admin, f"/applications/{back['application_id']}/earlier")
    [before_that] = earlier["applications"]
    assert before_that["application_id"] == first["previous_application_id"]
    assert (before_that["furthest"], before_that["status"]) == ("interview", "rejected")
    assert [stay["pool_id"] for stay in earlier["pools"]] == [pool]
    only = {"criteria": {"finalists_only": True}}
    again = admin.post(path, json=only).json()
    assert [item["candidate_id"] for item in again["items"]] == []
    kept = get(admin, f"/requisitions/{job}/rediscovery", min_log_position=again["log_position"])[
        "items"
    ]
    assert [(row["found"], row["criteria"]["finalists_only"]) for row in kept] == [
        (0, True),
        (5, False),
    ]
    assert get(admin, f"/requisitions/{job}/pool-matches")["items"] == []


def test_nobody_is_sought_for_a_requisition_that_is_not_open(admin: TestClient) -> None:
    job = post(admin, "/requisitions", number="R-9", title="Dancer")["id"]
    answer = admin.post(f"/api/requisitions/{job}/rediscovery", json={})
    assert answer.status_code in (409, 422)


def test_contacts_are_listed_with_what_came_of_them(admin: TestClient, person: Person) -> None:
    ada = person("Ada")
    about = f"/candidates/{ada}/touchpoints"
    mail = post(admin, about, channel="email", subject="News", body="How are you?")["touchpoint_id"]
    post(admin, about, channel="call", logged_by_hand=True, body="Spoke about engines")
    post(admin, f"{about}/{mail}/delivery")
    post(admin, f"{about}/{mail}/reply", sentiment="positive", text="Gladly")
    listed = get(admin, about, min_log_position=reached(admin))["items"]
    told = {item["channel"]: item for item in listed}
    assert (told["email"]["subject"], told["email"]["reply"]) == ("News", "Gladly")
    assert told["email"]["delivered_at"]
    assert (told["call"]["logged_by_hand"], told["call"]["reply"]) == (True, None)
    assert len(get(admin, about, limit=1)["items"]) == 1


def test_who_may_be_somebody_in_a_pool_is_shown_with_the_pool(
    admin: TestClient, person: Person
) -> None:
    ada, again = person("Ada", email="ada@example.org"), person("A.", email="ada@example.org")
    pool = post(admin, "/pools", title="Finalists")["id"]
    post(admin, f"/pools/{pool}/members", candidate_id=ada, reason_code="met")
    position = reached(admin)
    [pair] = get(admin, "/candidates/duplicates", min_log_position=position)["items"]
    pools = {pair["candidate_id"]: pair["pools"], pair["other_id"]: pair["other_pools"]}
    assert pools == {ada: [pool], again: []}
