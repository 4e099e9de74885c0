"""Sourcing: who is found comes in by a list, at a door that knows who is known and who left."""

from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from domain.role import Role
from store.log import Log
from tests.api.conftest import ClientFor
from tests.api.test_erasure import refusal
from tests.api.test_whole_way import get, open_requisition, post

TEXTS = {
    "notice": "We found your profile.",
    "notice_version": "n1",
    "notice_months": 12,
    "consent_text": "May we write?",
    "consent_version": "c1",
    "consent_months": 24,
}


def source(client: TestClient, *lines: str, status: int = 201, **how: str) -> dict:  # type: ignore[type-arg]
    headers = {"Content-Type": "text/csv"}
    answer = client.post("/api/prospects", content="\n".join(lines), params=how, headers=headers)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def types_of(admin: TestClient, candidate: str, position: int) -> list[str]:
    items = get(admin, f"/candidates/{candidate}/timeline", min_log_position=position)["items"]
    return [item["type"] for item in items]


def test_a_list_of_people_joins_a_pool_with_tags_consent_and_event(admin: TestClient) -> None:
    pool = post(admin, "/pools", title="Engine people")["id"]
    done = source(
        admin,
        "full_name,email,tags,event_code,consent_version,notice_version,region",
        "Ada Lovelace,ada@example.org,engines maths,open_day,c1,,gb-lnd",
        "Grace Hopper,grace@example.org,,,,n1,us",
        source="linkedin",
        pool_id=pool,
    )
    ada, grace = (line["candidate_id"] for line in done["added"])
    assert types_of(admin, ada, done["log_position"]) == [
        "candidate.registered",
        "candidate.tagged",
        "candidate.tagged",
        "candidate.attended_event",
        "consent.granted",
        "pool.member_added",
    ]
    assert types_of(admin, grace, 0)[1] == "candidate.notice_given"
    assert get(admin, f"/pools/{pool}")["pool"]["members"] == 2


def test_who_is_known_by_their_address_only_joins_the_pool(admin: TestClient) -> None:
    pool = post(admin, "/pools", title="Engine people")["id"]
    registered = post(admin, "/candidates", full_name="Ada", email="ada@example.org")
    ada, upto = registered["id"], registered["log_position"]
    get(admin, "/candidates", search="ada@example.org", min_log_position=upto)
    done = source(
        admin,
        "full_name,email",
        "Ada L,ADA@example.org",
        "Bob,bob@example.org",
        "Robert,Bob@example.org",
        pool_id=pool,
    )
    bob = done["added"][0]["candidate_id"]
    assert [(line["line"], line["candidate_id"]) for line in done["known"]] == [(2, ada), (4, bob)]
    members = get(admin, f"/pools/{pool}/members", min_log_position=done["log_position"])["items"]
    assert {member["candidate_id"] for member in members} == {ada, bob}
    again = source(admin, "full_name,email", "Ada L,ada@example.org", pool_id=pool)
    assert again["log_position"] is None


def test_who_was_erased_is_brought_back_by_no_list(admin: TestClient) -> None:
    ada = post(admin, "/candidates", full_name="Ada", email="ada@example.org")["id"]
    post(admin, f"/candidates/{ada}/erasure", ground="request")
    done = source(admin, "full_name,email", "Ada L,ada@example.org", "Bob,bob@example.org")
    assert done["suppressed"] == [2]
    assert [line["line"] for line in done["added"]] == [3]


def test_one_line_at_fault_keeps_the_whole_list_out(admin: TestClient, log: Log) -> None:
    before = log.facts.max_notification_id()
    answer = source(admin, "full_name,email", "Ada,ada@example.org", "=1+1,x", status=422)
    assert "line 3, full_name" in answer["detail"]
    assert "line 3, email" in answer["detail"]
    assert log.facts.max_notification_id() == before


def test_only_who_sources_brings_lists(client_for: ClientFor) -> None:
    source(client_for(Role.HIRING_MANAGER), "full_name", "Ada", status=403)
    source(client_for(Role.SOURCER), "full_name", "Ada")


def test_a_rejection_keeps_in_touch_in_the_same_step(admin: TestClient, log: Log) -> None:
    requisition = open_requisition(admin)
    pool = post(admin, "/pools", title="Finalists")["id"]
    ada = post(admin, "/candidates", full_name="Ada", email="ada@example.org")["id"]
    application = post(admin, f"/candidates/{ada}/applications", requisition_id=requisition)["id"]
    wish = {"pool_id": pool, "reason_code": "silver_medalist"}
    path = f"/applications/{application}/rejection"
    missing = {"pool_id": ada, "reason_code": "silver_medalist"}
    assert refusal(admin, path, reason_code="experience", keep_in_touch=missing)[0] == 404
    assert log.candidate(UUID(ada)).application(UUID(application)).is_open
    done = post(
        admin,
        path,
        reason_code="experience",
        keep_in_touch={**wish, "consent": {"text_version": "c1"}},
    )
    assert [event["type"] for event in done["events"]] == [
        "application.rejected",
        "pool.member_added",
        "consent.granted",
    ]
    again = post(admin, f"/candidates/{ada}/applications", requisition_id=requisition)["id"]
    refused = refusal(
        admin, f"/applications/{again}/rejection", reason_code="experience", keep_in_touch=wish
    )
    assert refused == (409, "Already in pool")


def test_a_hiring_manager_rejects_but_fills_no_pool(
    admin: TestClient, client_for: ClientFor
) -> None:
    member = post(admin, "/members", role="hiring_manager", full_name="Eve", email="e@example.org")
    requisition = open_requisition(admin)
    post(admin, f"/requisitions/{requisition}/details", hiring_manager_id=member["id"])
    pool = post(admin, "/pools", title="Finalists")["id"]
    ada = post(admin, "/candidates", full_name="Ada")["id"]
    application = post(admin, f"/candidates/{ada}/applications", requisition_id=requisition)["id"]
    manager = client_for(Role.HIRING_MANAGER, member["id"])
    path, wish = f"/applications/{application}/rejection", {"pool_id": pool, "reason_code": "x"}
    refused = refusal(manager, path, reason_code="experience", keep_in_touch=wish)
    assert refused == (403, "Not allowed")
    post(manager, path, reason_code="experience")


def test_outreach_asks_the_owner_where_the_organisation_wants_that(
    admin: TestClient, client_for: ClientFor
) -> None:
    members = [
        post(admin, "/members", role="recruiter", full_name=name, email=f"{name}@example.org")["id"]
        for name in ("eve", "bob")
    ]
    eve, bob = (client_for(Role.RECRUITER, id) for id in members)
    ada = post(admin, "/candidates", full_name="Ada", origin="sourced")["id"]
    post(admin, f"/candidates/{ada}/notices", text_version="n1")
    post(admin, f"/candidates/{ada}/owner", owner_id=members[0])
    post(admin, "/outreach-rules", at_most=2, within_days=30, owner_agrees=True)
    assert get(admin, "/outreach-rules")["at_most"] == 2
    path = f"/candidates/{ada}/touchpoints"
    assert refusal(bob, path, channel="email") == (409, "Owned by another")
    assert refusal(bob, f"/candidates/{ada}/owner/agreements", member_id=members[1])[0] == 403
    post(eve, f"/candidates/{ada}/owner/agreements", member_id=members[1])
    post(bob, path, channel="email")
    post(eve, path, channel="email")
    assert refusal(eve, path, channel="email") == (422, "Too many contacts")
    post(eve, path, channel="call", logged_by_hand=True)


def test_nobody_is_asked_before_there_are_words_to_ask_with(admin: TestClient) -> None:
    ada = post(admin, "/candidates", full_name="Ada", email="a@example.org", origin="sourced")["id"]
    path = f"/candidates/{ada}/consents/question"
    assert refusal(admin, path, asking="notice") == (409, "No contact texts")
    assert get(admin, "/contact-texts") == {"texts": None}
    post(admin, "/contact-texts", **TEXTS)
    assert get(admin, "/contact-texts")["texts"] == TEXTS
    assert post(admin, path, asking="notice")["events"][0]["type"] == "consent.asked"


@pytest.mark.parametrize("months", [0, 121])
def test_how_long_a_consent_holds_is_bounded(admin: TestClient, months: int) -> None:
    said = {**TEXTS, "consent_months": months}
    assert refusal(admin, "/contact-texts", **said) == (422, "Invalid fields")
