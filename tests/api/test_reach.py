"""Limited roles reach what is theirs; whatever else there is does not exist for them."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from domain.role import Role
from tests.api.conftest import ClientFor
from tests.api.test_feedback import HOUR
from tests.api.test_whole_way import get, post


@dataclass(frozen=True)
class Hiring:
    """One hiring manager's requisition, and one interviewer's interview for it."""

    manager: str
    interviewer: str
    requisition: str
    candidate: str
    application: str
    interview: str


def hiring(admin: TestClient, candidate: str | None = None) -> Hiring:
    manager, interviewer = str(uuid4()), str(uuid4())
    requisition = post(
        admin, "/requisitions", number="R-1", title="Engineer", hiring_manager_id=manager
    )["id"]
    for step in ("approval-request", "approval", "launch"):
        post(admin, f"/requisitions/{requisition}/{step}")
    candidate = candidate or post(admin, "/candidates", full_name="Ada Lovelace")["id"]
    application = post(admin, f"/candidates/{candidate}/applications", requisition_id=requisition)[
        "id"
    ]
    arranged = post(
        admin, f"/applications/{application}/interviews", interviewer_ids=[interviewer], **HOUR
    )
    seen = {"min_log_position": arranged["log_position"]}
    get(admin, "/interviews", **seen)
    get(admin, f"/candidates/{candidate}", **seen)
    get(admin, f"/candidates/{candidate}/timeline", **seen)
    return Hiring(manager, interviewer, requisition, candidate, application, arranged["id"])


@pytest.fixture
def ours(admin: TestClient) -> Hiring:
    return hiring(admin)


@pytest.fixture
def others(admin: TestClient) -> Hiring:
    return hiring(admin)


def same_as_nothing(client: TestClient, method: str, path: str, id: str, **body: Any) -> None:
    """What is out of reach is answered exactly as what never was."""
    never = str(uuid4())
    answers = [
        client.request(method, f"/api{path.replace(id, tried)}", json=body or None)
        for tried in (id, never)
    ]
    assert [answer.status_code for answer in answers] == [404, 404], answers[0].text
    assert answers[0].text.replace(id, never) == answers[1].text


def ids(answer: dict[str, Any], name: str) -> list[str]:
    return [row[name] for row in answer["items"]]


def test_a_hiring_manager_sees_their_own_requisitions_only(
    client_for: ClientFor, ours: Hiring, others: Hiring
) -> None:
    manager = client_for(Role.HIRING_MANAGER, ours.manager)
    assert ids(get(manager, "/requisitions"), "requisition_id") == [ours.requisition]
    assert ids(get(manager, "/candidates"), "candidate_id") == [ours.candidate]
    assert ids(get(manager, "/interviews"), "interview_id") == [ours.interview]
    for path in ("", "/board", "/timeline"):
        get(manager, f"/requisitions/{ours.requisition}{path}")
        same_as_nothing(
            manager, "GET", f"/requisitions/{others.requisition}{path}", others.requisition
        )
    for path in ("", "/timeline"):
        get(manager, f"/applications/{ours.application}{path}")
        get(manager, f"/candidates/{ours.candidate}{path}")
        same_as_nothing(
            manager, "GET", f"/applications/{others.application}{path}", others.application
        )
        same_as_nothing(manager, "GET", f"/candidates/{others.candidate}{path}", others.candidate)


def test_a_hiring_manager_acts_on_their_own_requisitions_only(
    client_for: ClientFor, ours: Hiring, others: Hiring
) -> None:
    manager = client_for(Role.HIRING_MANAGER, ours.manager)
    post(manager, f"/applications/{ours.application}/screenings", outcome="passed")
    refused = f"/applications/{others.application}/screenings"
    same_as_nothing(manager, "POST", refused, others.application, outcome="passed")
    note = {"text": "Call her", "application_id": others.application}
    answer = manager.post(f"/api/candidates/{ours.candidate}/notes", json=note)
    assert answer.status_code == 404
    held = f"/api/applications/{ours.application}/interviews/{others.interview}/completion"
    assert manager.post(held).status_code == 404


def test_a_hiring_manager_drafts_for_themselves_only(client_for: ClientFor, ours: Hiring) -> None:
    manager = client_for(Role.HIRING_MANAGER, ours.manager)
    drafted = post(manager, "/requisitions", number="R-2", title="Clerk")["id"]
    post(manager, f"/requisitions/{drafted}/approval-request")
    body = {"number": "R-3", "title": "Clerk", "hiring_manager_id": str(uuid4())}
    assert manager.post("/api/requisitions", json=body).status_code == 403


def test_whoever_takes_over_a_requisition_sees_it_and_who_gave_it_up_does_not(
    admin: TestClient, client_for: ClientFor, ours: Hiring, others: Hiring
) -> None:
    done = post(
        admin, f"/requisitions/{ours.requisition}/details", hiring_manager_id=others.manager
    )
    after = {"min_log_position": done["log_position"]}
    before, now = (client_for(Role.HIRING_MANAGER, hiring.manager) for hiring in (ours, others))
    assert ids(get(before, "/requisitions", **after), "requisition_id") == []
    assert ids(get(before, "/candidates", **after), "candidate_id") == []
    same_as_nothing(before, "GET", f"/candidates/{ours.candidate}", ours.candidate)
    assert len(get(now, "/requisitions", **after)["items"]) == 2
    get(now, f"/candidates/{ours.candidate}")


def test_of_a_shared_candidate_each_sees_their_own_application(
    admin: TestClient, client_for: ClientFor, ours: Hiring
) -> None:
    second = hiring(admin, ours.candidate)
    rejected = post(admin, f"/applications/{second.application}/rejection", reason_code="salary")
    after = {"min_log_position": rejected["log_position"]}
    for role, one in ((Role.HIRING_MANAGER, "manager"), (Role.INTERVIEWER, "interviewer")):
        seen = client_for(role, getattr(ours, one))
        candidate = get(seen, f"/candidates/{ours.candidate}", **after)
        assert [row["application_id"] for row in candidate["applications"]] == [ours.application]
        told = get(seen, f"/candidates/{ours.candidate}/timeline", **after)["items"]
        assert not [row for row in told if row["type"] == "application.rejected"]
        assert [row for row in told if row["type"] == "candidate.registered"]


def test_an_interviewer_sees_their_own_interviews_only(
    client_for: ClientFor, ours: Hiring, others: Hiring
) -> None:
    interviewer = client_for(Role.INTERVIEWER, ours.interviewer)
    listed = get(interviewer, "/interviews", interviewer_id=others.interviewer)
    assert ids(listed, "interview_id") == [ours.interview]
    candidate = get(interviewer, f"/candidates/{ours.candidate}")["candidate"]
    assert candidate["full_name"] == "Ada Lovelace"
    get(interviewer, f"/applications/{ours.application}/timeline")
    same_as_nothing(interviewer, "GET", f"/candidates/{others.candidate}", others.candidate)
    same_as_nothing(interviewer, "GET", f"/applications/{others.application}", others.application)
    assert interviewer.get(f"/api/requisitions/{ours.requisition}").status_code == 403


def test_an_interviewer_assesses_their_own_interview_in_their_own_name(
    admin: TestClient, client_for: ClientFor, ours: Hiring, others: Hiring
) -> None:
    interviewer = client_for(Role.INTERVIEWER, ours.interviewer)
    about = f"/applications/{ours.application}/interviews"
    path = f"{about}/{ours.interview}/scorecards"
    body = {"interviewer_id": others.interviewer, "overall": "yes"}
    assert interviewer.post(f"/api{path}", json=body).status_code == 403
    done = post(interviewer, path, interviewer_id=ours.interviewer, overall="yes")
    [row] = get(interviewer, "/interviews", min_log_position=done["log_position"])["items"]
    assert (row["assessed_by"], row["held_at"]) == ([ours.interviewer], None)
    second = post(
        admin, about, interviewer_ids=[others.interviewer], despite_conflicts=True, **HOUR
    )["id"]
    same_as_nothing(
        interviewer,
        "POST",
        f"{about}/{second}/scorecards",
        second,
        interviewer_id=ours.interviewer,
        overall="yes",
    )


def test_an_approver_sees_what_waits_for_them_and_what_they_decided(
    admin: TestClient, client_for: ClientFor, ours: Hiring
) -> None:
    waiting = post(admin, "/requisitions", number="R-9", title="Clerk")["id"]
    drafted = post(admin, "/requisitions", number="R-8", title="Clerk")["id"]
    asked = post(admin, f"/requisitions/{waiting}/approval-request")
    approver, other = client_for(Role.APPROVER), client_for(Role.APPROVER)
    after = {"min_log_position": asked["log_position"]}
    assert ids(get(approver, "/requisitions", **after), "requisition_id") == [waiting]
    same_as_nothing(approver, "GET", f"/requisitions/{drafted}", drafted)
    same_as_nothing(approver, "GET", f"/requisitions/{ours.requisition}", ours.requisition)
    done = post(approver, f"/requisitions/{waiting}/approval")
    after = {"min_log_position": done["log_position"]}
    assert ids(get(approver, "/requisitions", **after), "requisition_id") == [waiting]
    get(approver, f"/requisitions/{waiting}")
    assert ids(get(other, "/requisitions", **after), "requisition_id") == []
    same_as_nothing(other, "GET", f"/requisitions/{waiting}", waiting)


def test_a_candidate_reads_about_themselves(
    client_for: ClientFor, ours: Hiring, others: Hiring
) -> None:
    ada = client_for(Role.CANDIDATE, ours.candidate)
    assert get(ada, f"/candidates/{ours.candidate}")["candidate"]["full_name"] == "Ada Lovelace"
    # It tells what others thought of them, too.
    assert ada.get(f"/api/candidates/{ours.candidate}/timeline").status_code == 403
    same_as_nothing(ada, "GET", f"/candidates/{others.candidate}", others.candidate)
    assert ada.get("/api/candidates").status_code == 403


@pytest.mark.parametrize("role", [Role.HIRING_MANAGER, Role.INTERVIEWER, Role.APPROVER])
def test_organisation_wide_figures_are_not_for_limited_roles(
    client_for: ClientFor, role: Role
) -> None:
    client = client_for(role)
    for path in ("/pipeline", "/metrics", "/metrics/time-to-hire", "/events", "/pools"):
        assert client.get(f"/api{path}").status_code == 403, path
