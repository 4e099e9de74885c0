"""Surveys, scorecards, outcomes of hires, and offers whose time ran out, by HTTP."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from domain.role import Role
from store.log import Log
from tests.api.conftest import ClientFor
from tests.api.test_whole_way import applied, get, open_requisition, post

HOUR = {"starts_at": "2030-03-09T10:00:00+01:00", "ends_at": "2030-03-09T11:00:00+01:00"}


def last_event(log: Log, answer: dict[str, Any]) -> dict[str, Any]:
    [fact] = log.facts.at_positions([answer["log_position"]])
    return {"type": fact.topic, **fact.data, "sealed": sorted(fact.sealed)}


def test_a_candidate_answers_a_survey(admin: TestClient, log: Log) -> None:
    candidate, application = applied(admin, open_requisition(admin))
    answer = post(
        admin,
        f"/candidates/{candidate}/surveys",
        moment="interview",
        score=9,
        application_id=application,
        comment="Everyone was on time",
    )
    assert last_event(log, answer) == {
        "type": "survey.answered",
        "moment": "interview",
        "score": 9,
        "application_id": application,
        "sealed": ["survey"],
    }
    sentences = get(
        admin,
        f"/candidates/{candidate}/timeline",
        min_log_position=answer["log_position"],
    )["items"]
    assert sentences[-1]["sentence"] == "Answered the survey about the interview: 9 of 10"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"moment": "interview", "score": 11}, "#/score"),
        ({"moment": "lunch", "score": 10}, "#/moment"),
        ({"moment": "interview"}, "#/score"),
    ],
)
def test_a_survey_names_the_field_at_fault(
    admin: TestClient, body: dict[str, Any], pointer: str
) -> None:
    answer = admin.post(f"/api/candidates/{uuid4()}/surveys", json=body)
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_an_interviewer_submits_a_scorecard_after_the_decision(
    admin: TestClient, client_for: ClientFor, log: Log
) -> None:
    _, application = applied(admin, open_requisition(admin))
    about = f"/applications/{application}"
    interviewer = str(uuid4())
    interview = post(admin, f"{about}/interviews", interviewer_ids=[interviewer], **HOUR)["id"]
    post(admin, f"{about}/interviews/{interview}/completion")
    post(admin, f"{about}/rejection", reason_code="experience")
    path = f"{about}/interviews/{interview}/scorecards"
    answer = post(
        client_for(Role.INTERVIEWER, interviewer),
        path,
        interviewer_id=interviewer,
        overall="strong_no",
        notes="Too junior",
    )
    assert answer["id"] == answer["interview_id"] == interview
    assert last_event(log, answer) == {
        "type": "interview.scorecard_submitted",
        "application_id": application,
        "interview_id": interview,
        "interviewer_id": interviewer,
        "overall": "strong_no",
        "sealed": ["evaluation"],
    }
    assert client_for(Role.SOURCER).post(f"/api{path}", json={}).status_code == 403


def test_a_scorecard_belongs_to_the_application_named(admin: TestClient) -> None:
    candidate, application = applied(admin, open_requisition(admin))
    interview = post(admin, f"/applications/{application}/interviews", **HOUR)["id"]
    other = post(admin, f"/candidates/{candidate}/applications")["id"]
    answer = admin.post(
        f"/api/applications/{other}/interviews/{interview}/scorecards",
        json={"interviewer_id": str(uuid4()), "overall": "strong_yes"},
    )
    assert (answer.status_code, answer.json()["title"]) == (404, "Not found")


def test_a_hire_has_an_outcome_and_nothing_else_has(admin: TestClient, log: Log) -> None:
    _, application = applied(admin, open_requisition(admin))
    path = f"/applications/{application}/outcomes"
    refused = admin.post(f"/api{path}", json={"day": 90, "performance": 80})
    assert (refused.status_code, refused.json()["title"]) == (409, "Not hired")
    post(admin, f"/applications/{application}/hire")
    answer = post(admin, path, day=90, performance=80, retained=True)
    assert last_event(log, answer) == {
        "type": "hire.outcome_recorded",
        "application_id": application,
        "day": 90,
        "performance": 80,
        "retained": True,
        "sealed": [],
    }


def test_an_offer_names_its_pay_under_seal_and_expires(admin: TestClient, log: Log) -> None:
    _, application = applied(admin, open_requisition(admin))
    path = f"/applications/{application}/offers"
    refused = admin.post(f"/api{path}", json={"first_year_pay": "60000.00"})
    assert (refused.status_code, refused.json()["title"]) == (422, "Pay needs currency")
    extended = post(admin, path, first_year_pay="60000.00", currency="EUR")
    event = last_event(log, extended)
    assert (event["currency"], event["sealed"]) == ("EUR", ["compensation"])
    assert "first_year_pay" not in event
    expired = post(admin, f"{path}/{extended['id']}/expiry")
    assert last_event(log, expired)["type"] == "offer.expired"
    again = admin.post(f"/api{path}/{extended['id']}/expiry")
    assert (again.status_code, again.json()["title"]) == (409, "Offer not pending")
