"""Today by HTTP: what needs whom, from the first review to the first day."""

from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient

from domain.role import Role
from tests.api.conftest import ClientFor
from tests.api.test_whole_way import get, post

RECRUITER, MANAGER, OWNER = (str(uuid4()) for _ in range(3))


def requisition(admin: TestClient) -> str:
    drafted = post(
        admin,
        "/requisitions",
        number="R-1",
        title="Engineer",
        recruiter_ids=[RECRUITER],
        hiring_manager_id=MANAGER,
    )
    for step in ("approval-request", "approval", "launch"):
        post(admin, f"/requisitions/{drafted['id']}/{step}")
    return str(drafted["id"])


def applicant(admin: TestClient, requisition: str) -> tuple[str, int]:
    candidate = post(admin, "/candidates", full_name="Ada Lovelace")["id"]
    done = post(admin, f"/candidates/{candidate}/applications", requisition_id=requisition)
    return f"/applications/{done['id']}", done["log_position"]


def kinds(client: TestClient, done: int, **asked: Any) -> list[str]:
    return [row["kind"] for row in get(client, "/today", min_log_position=done, **asked)["items"]]


def test_a_new_application_waits_for_its_recruiter_and_hiring_manager(
    admin: TestClient, client_for: ClientFor
) -> None:
    about, done = applicant(admin, requisition(admin))
    answer = get(admin, "/today", min_log_position=done, names=True)
    [item] = answer["items"]
    assert (item["kind"], item["full_name"], answer["counts"]) == (
        "review",
        "Ada Lovelace",
        {"review": 1},
    )
    assert item["for_ids"] == [RECRUITER, MANAGER]
    assert kinds(client_for(Role.HIRING_MANAGER, MANAGER), done) == ["review"]
    assert kinds(client_for(Role.HIRING_MANAGER, uuid4()), done) == []
    assert kinds(client_for(Role.INTERVIEWER, uuid4()), done) == []
    assert kinds(admin, done, member_id=RECRUITER) == ["review"]
    assert kinds(admin, done, kind="reply") == []

    candidate = item["candidate_id"]
    done = post(
        admin,
        f"/candidates/{candidate}/owner",
        owner_id=OWNER,
        application_id=item["application_id"],
    )["log_position"]
    assert kinds(admin, done, member_id=OWNER) == ["review"]
    assert kinds(admin, done, member_id=RECRUITER) == []
    done = post(admin, f"{about}/screenings", outcome="passed")["log_position"]
    assert kinds(admin, done) == []


def test_an_offer_waits_for_whoever_is_next(admin: TestClient, client_for: ClientFor) -> None:
    about, _ = applicant(admin, requisition(admin))
    offer = post(
        admin,
        f"{about}/offers/drafts",
        terms="Full time",
        first_year_pay="60000",
        currency="EUR",
        expires_at="2031-03-20T12:00:00Z",
    )["id"]
    done = post(admin, f"{about}/offers/{offer}/approval-request")["log_position"]
    assert kinds(admin, done, kind="approval") == ["approval"]
    assert kinds(client_for(Role.APPROVER, uuid4()), done) == ["approval"]
    done = post(admin, f"{about}/offers/{offer}/approval")["log_position"]
    assert "offer_to_extend" in kinds(admin, done)
    done = post(admin, f"{about}/offers/{offer}/extension")["log_position"]
    assert "offer_expiring" not in kinds(admin, done, as_of="2031-03-13T11:59:00Z")
    assert "offer_expiring" in kinds(admin, done, as_of="2031-03-13T12:00:00Z")
    done = post(admin, f"{about}/offers/{offer}/acceptance")["log_position"]
    assert kinds(admin, done) == ["hire"]


def test_a_first_day_that_has_come_waits_until_somebody_says_what_became_of_it(
    admin: TestClient,
) -> None:
    about, _ = applicant(admin, requisition(admin))
    done = post(admin, f"{about}/hire", start_date="2031-05-01")["log_position"]
    assert kinds(admin, done, as_of="2031-04-30") == []
    [item] = get(admin, "/today", as_of="2031-05-01")["items"]
    assert (item["kind"], item["due_at"]) == ("start", "2031-05-01T00:00:00Z")
    done = post(admin, f"{about}/start", start_date="2031-05-01")["log_position"]
    assert kinds(admin, done, as_of="2031-05-02") == []


def test_so_many_of_each_kind_are_listed_and_all_are_counted(admin: TestClient) -> None:
    opened = requisition(admin)
    done = [applicant(admin, opened) for _ in range(3)][-1][1]
    answer = get(admin, "/today", min_log_position=done, limit=2)
    assert len(answer["items"]) == 2
    assert answer["counts"] == {"review": 3}
    assert kinds(admin, done, requisition_id=uuid4()) == []
