"""Interviews by HTTP: moved, changed, cancelled, missed, answered; and who reaches them by then."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from domain.role import Role
from tests.api.conftest import ClientFor
from tests.api.test_feedback import HOUR
from tests.api.test_reach import Hiring, hiring, same_as_nothing
from tests.api.test_whole_way import applied, get, open_requisition, post

LATER = {"starts_at": "2030-03-12T10:00:00+01:00", "ends_at": "2030-03-12T11:00:00+01:00"}


@pytest.fixture
def ours(admin: TestClient) -> Hiring:
    return hiring(admin)


def about(ours: Hiring) -> str:
    return f"/applications/{ours.application}/interviews/{ours.interview}"


def listed(client: TestClient, done: dict[str, Any], **said: Any) -> list[dict[str, Any]]:
    seen = {"min_log_position": done["log_position"], **said}
    items: list[dict[str, Any]] = get(client, "/interviews", **seen)["items"]
    return items


def test_an_interview_moves_and_ends_in_one_way_only(admin: TestClient, ours: Hiring) -> None:
    done = post(admin, f"{about(ours)}/rescheduling", time_zone="Europe/Berlin", **LATER)
    [row] = listed(admin, done)
    assert (row["status"], row["sequence"], row["starts_there"]) == (
        "scheduled",
        1,
        "2030-03-12T10:00:00+01:00",
    )
    same = admin.post(f"/api{about(ours)}/rescheduling", json=LATER)
    assert (same.status_code, same.json()["title"]) == (422, "Nothing rearranged")
    done = post(admin, f"{about(ours)}/no-show", absent="candidate")
    [row] = listed(admin, done, status="no_show")
    assert (row["party"], row["absent_interviewer_id"]) == ("candidate", None)
    for path, body in (
        ("rescheduling", HOUR),
        ("details", {"location": "Room 1"}),
        ("cancellation", {"reason_code": "ill"}),
        ("completion", {}),
        ("no-show", {"absent": "us"}),
    ):
        refused = admin.post(f"/api{about(ours)}/{path}", json=body)
        assert (refused.status_code, refused.json()["title"]) == (409, "Interview was missed")


def test_the_calendar_shows_what_is_between_two_dates(admin: TestClient, ours: Hiring) -> None:
    done = post(admin, f"{about(ours)}/rescheduling", **LATER)
    assert listed(admin, done, **{"from": "2030-03-12", "to": "2030-03-12"})
    assert listed(admin, done, **{"from": "2030-03-13"}) == []
    assert listed(admin, done, **{"to": "2030-03-11"}) == []
    # As it was known before.
    before = {"known_before": done["log_position"]}
    assert get(admin, "/interviews", **{"from": "2030-03-09", "to": "2030-03-09", **before})[
        "items"
    ]


def test_who_is_released_reaches_no_more_and_who_is_asked_instead_does(
    admin: TestClient, client_for: ClientFor, ours: Hiring
) -> None:
    other = str(uuid4())
    post(admin, f"{about(ours)}/details", interviewer_ids=[other])
    before, now = (
        client_for(Role.INTERVIEWER, ours.interviewer),
        client_for(Role.INTERVIEWER, other),
    )
    same_as_nothing(before, "GET", f"/candidates/{ours.candidate}", ours.candidate)
    same_as_nothing(before, "GET", f"/interviews/{ours.interview}/kit", ours.interview)
    get(now, f"/candidates/{ours.candidate}")
    post(admin, f"{about(ours)}/completion")
    # Who held it goes on reaching: the scorecard is still to be written.
    get(now, f"/candidates/{ours.candidate}")
    post(now, f"{about(ours)}/scorecards", interviewer_id=other, overall="yes")


@pytest.mark.parametrize(
    ("path", "body"),
    [("cancellation", {"reason_code": "ill"}), ("no-show", {"absent": "candidate"})],
)
def test_of_an_interview_that_is_off_its_interviewer_knows_nobody(
    admin: TestClient, client_for: ClientFor, ours: Hiring, path: str, body: dict[str, str]
) -> None:
    done = post(admin, f"{about(ours)}/{path}", **body)
    interviewer = client_for(Role.INTERVIEWER, ours.interviewer)
    assert [row["status"] for row in listed(interviewer, done)] != ["scheduled"]
    same_as_nothing(interviewer, "GET", f"/candidates/{ours.candidate}", ours.candidate)


def test_an_interviewer_answers_and_misses_for_themselves_only(
    client_for: ClientFor, ours: Hiring
) -> None:
    interviewer = client_for(Role.INTERVIEWER, ours.interviewer)
    path = f"/interviews/{ours.interview}/answers"
    done = post(interviewer, path, participation="declined", interviewer_id=ours.interviewer)
    [row] = listed(interviewer, done, waiting=True)
    assert (row["needs"], row["interviewer_answers"]) == (
        ["declined"],
        {ours.interviewer: "declined"},
    )
    for_another = {"participation": "accepted", "interviewer_id": str(uuid4())}
    assert interviewer.post(f"/api{path}", json=for_another).status_code == 403
    same_as_nothing(
        client_for(Role.INTERVIEWER, uuid4()),
        "POST",
        path,
        ours.interview,
        participation="accepted",
    )


def test_an_answer_stands_until_the_time_is_another(admin: TestClient, ours: Hiring) -> None:
    post(admin, f"/interviews/{ours.interview}/answers", participation="accepted")
    done = post(admin, f"{about(ours)}/details", location="Room 1")
    assert [row["candidate_answer"] for row in listed(admin, done)] == ["accepted"]
    done = post(admin, f"{about(ours)}/rescheduling", **LATER)
    assert [row["candidate_answer"] for row in listed(admin, done)] == [None]


def test_a_busy_interviewer_is_booked_only_knowingly(admin: TestClient, ours: Hiring) -> None:
    path = f"/applications/{applied(admin, open_requisition(admin))[1]}/interviews"
    body = {**HOUR, "interviewer_ids": [ours.interviewer]}
    refused = admin.post(f"/api{path}", json=body)
    assert (refused.status_code, refused.json()["title"]) == (409, "Interviewers busy")
    assert ours.interviewer in refused.json()["detail"]
    assert "2030-03-09T09:00:00" in refused.json()["detail"]
    done = post(admin, path, **body, despite_conflicts=True)
    event = get(admin, f"/events/{done['log_position']}")
    assert event["data"]["despite_conflicts"] is True
    # What is moved away from the conflict is free to go there.
    post(admin, f"{path}/{done['id']}/rescheduling", **LATER)
    post(
        admin,
        f"{path}/{done['id']}/rescheduling",
        **{**LATER, "ends_at": "2030-03-12T11:30:00+01:00"},
    )


def test_busy_times_show_when_and_never_with_what(admin: TestClient, client_for: ClientFor) -> None:
    member = post(
        admin, "/members", role="interviewer", full_name="Grace", email="grace@example.org"
    )["member_id"]
    path = f"/applications/{applied(admin, open_requisition(admin))[1]}/interviews"
    post(admin, path, interviewer_ids=[member], location="Room 4", **HOUR)
    window = {"from": "2030-03-09T00:00:00Z", "to": "2030-03-10T00:00:00Z"}
    hour = {"starts_at": "2030-03-09T09:00:00Z", "ends_at": "2030-03-09T10:00:00Z"}
    said = {
        "member_id": member,
        "calendar": "none",
        "problem": None,
        "busy": [hour],
        "interviews": [hour],
    }
    assert get(admin, f"/members/{member}/busy-times", **window) == said
    own = client_for(Role.INTERVIEWER, member)
    assert get(own, f"/members/{member}/busy-times", **window) == said
    assert (
        client_for(Role.INTERVIEWER, uuid4()).get(f"/api/members/{member}/busy-times").status_code
        == 404
    )
    free = get(
        admin,
        "/interviews/free-slots",
        interviewer_id=[member],
        weekday=[6],
        time_zone=["Europe/Berlin", "Europe/London"],
        day_begins="09:00",
        day_ends="13:00",
        **window,
    )["items"]
    # From nine in London, which is ten in Berlin, to one in Berlin; but for the interview at ten.
    assert [slot["starts_at"][11:16] for slot in free] == ["10:00", "10:30", "11:00"]


def test_a_calendar_is_connected_by_oneself_or_an_administrator(
    admin: TestClient, client_for: ClientFor
) -> None:
    member = post(
        admin, "/members", role="interviewer", full_name="Grace", email="grace@example.org"
    )["member_id"]
    path = f"/members/{member}/calendar"
    body = {"kind": "ics", "url": "webcal://calendar.example.org/private-1/basic.ics"}
    own = client_for(Role.INTERVIEWER, member)
    done = post(own, path, **body)
    assert "private-1" not in str(get(admin, f"/events/{done['log_position']}"))
    post(admin, path, **body)
    for role in (Role.RECRUITER, Role.INTERVIEWER):
        assert client_for(role, uuid4()).post(f"/api{path}", json=body).status_code == 404
    for url in ("file:///etc/passwd", "https://me:secret@a.example/x", "https:///x"):
        assert admin.post(f"/api{path}", json={**body, "url": url}).status_code == 422
    post(own, f"{path}/removal")
    assert own.post(f"/api{path}/removal").status_code == 409


def test_an_end_calls_off_what_is_to_come_and_leaves_what_was(admin: TestClient) -> None:
    application = applied(admin, open_requisition(admin))[1]
    path = f"/applications/{application}/interviews"
    yesterday = datetime.now(UTC) - timedelta(days=1)
    was = post(
        admin,
        path,
        starts_at=yesterday.isoformat(),
        ends_at=(yesterday + timedelta(hours=1)).isoformat(),
    )
    comes = post(admin, path, **HOUR)
    done = post(admin, f"/applications/{application}/withdrawal", reason_code="other_job")
    rows = {row["interview_id"]: row for row in listed(admin, done)}
    assert rows[was["id"]]["status"] == "scheduled"
    assert rows[was["id"]]["needs"] == ["outcome"]
    assert (rows[comes["id"]]["status"], rows[comes["id"]]["party"]) == ("cancelled", "candidate")
    assert rows[comes["id"]]["reason_code"] == "application_ended"


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"time_zone": "Mars/Olympus"}, "#/time_zone"),
        ({"time_zone": "../etc/passwd"}, "#/time_zone"),
        ({"starts_at": "2030-03-09T10:00:00"}, "#/starts_at"),
    ],
)
def test_a_zone_and_an_offset_are_real(
    admin: TestClient, said: dict[str, str], pointer: str
) -> None:
    path = f"/api/applications/{uuid4()}/interviews"
    answer = admin.post(path, json={**HOUR, **said})
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
