"""One person over HTTP: duplicates are found and merged, and a merge is undone without a trace."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.role import Role
from tests.api.conftest import ClientFor
from tests.api.test_whole_way import get, open_requisition, post


@pytest.fixture
def ada(admin: TestClient) -> str:
    """Ada, as a recruiter registered her."""
    ids = {"full_name": "Ada Lovelace", "email": "ada@example.org", "phone": "+49 30 1234567"}
    return str(post(admin, "/candidates", **ids, external_id="greenhouse:1")["id"])


@pytest.fixture
def again(admin: TestClient) -> str:
    """Ada, as she registered once more, by another address."""
    ids = {"full_name": "A. Lovelace", "email": "ADA@example.org", "location": "London"}
    made = post(admin, "/candidates", **ids, external_id="lever:2", source="referral")
    get(admin, "/candidates/duplicates", min_log_position=made["log_position"])
    return str(made["id"])


def merge(admin: TestClient, loser: str, survivor: str) -> dict[str, Any]:
    path = f"/candidates/{loser}/merge"
    return post(admin, path, survivor_id=survivor, reason_code="same_email")


def told(admin: TestClient, id: str, made: dict[str, Any]) -> dict[str, Any]:
    return get(admin, f"/candidates/{id}", min_log_position=made["log_position"])


def test_either_id_answers_with_the_survivor_and_says_so(
    admin: TestClient, ada: str, again: str
) -> None:
    requisition = open_requisition(admin)
    applied = post(admin, f"/candidates/{again}/applications", requisition_id=requisition)
    post(admin, f"/candidates/{again}/opt-outs", channel="email")
    made = merge(admin, again, ada)
    assert made["survivor_id"] == ada
    for id in (ada, again):
        answer = told(admin, id, made)
        who = answer["candidate"]
        assert (answer["asked_for"], who["candidate_id"], who["merged_ids"]) == (id, ada, [again])
        assert (who["full_name"], who["location"]) == ("Ada Lovelace", "London")
        assert who["external_ids"] == ["greenhouse:1", "lever:2"]
        [application] = answer["applications"]
        assert application["application_id"] == applied["application_id"]
        assert application["candidate_id"] == ada
        assert [(p["kind"], p["about"]) for p in answer["permissions"]] == [("opted_out", "email")]
        assert [merge["merged"] for merge in answer["merges"]] == [True]
    everyone = get(admin, "/candidates")["items"]
    assert [one["candidate_id"] for one in everyone] == [ada]
    found = get(admin, "/candidates", external_id="lever:2", min_log_position=made["log_position"])
    assert [one["candidate_id"] for one in found["items"]] == [ada]
    found = get(admin, "/candidates", search="london 1234567")
    assert [one["candidate_id"] for one in found["items"]] == [ada]


def test_a_merge_undone_leaves_everything_as_it_was_and_stays_known(
    admin: TestClient, ada: str, again: str
) -> None:
    before = {id: told(admin, id, {"log_position": 0}) for id in (ada, again)}
    timelines = {id: get(admin, f"/candidates/{id}/timeline")["items"] for id in (ada, again)}
    merged = merge(admin, again, ada)
    undone = post(admin, f"/candidates/{again}/merge/reversal", reason_code="two_people")
    for id in (ada, again):
        after = told(admin, id, undone)
        assert [merge["merged"] for merge in after["merges"]] == [True, False]
        for part in ("candidate", "applications", "pool_ids", "permissions", "surveys"):
            assert after[part] == before[id][part]
        items = get(admin, f"/candidates/{id}/timeline")["items"]
        assert items[: len(timelines[id])] == timelines[id]
        assert items[-1]["sentence"] == "Merge undone: two people"
        first = merged["events"][0]["position"]
        then = get(admin, f"/candidates/{id}", known_before=first)
        assert then["candidate"] == before[id]["candidate"]
        between = get(admin, f"/candidates/{id}", known_before=undone["events"][0]["position"])
        assert between["candidate"]["candidate_id"] == ada


def test_duplicates_are_listed_until_merged_or_dismissed(
    admin: TestClient, ada: str, again: str
) -> None:
    other = post(admin, "/candidates", full_name="Annabella", phone="0049 30 1234567")
    answer = get(admin, "/candidates/duplicates", min_log_position=other["log_position"])
    pairs = [{ada, again}, {ada, other["id"]}]
    reasons = [["same_email"], ["same_phone"]]
    assert [{row["candidate_id"], row["other_id"]} for row in answer["items"]] == pairs
    assert [row["reasons"] for row in answer["items"]] == reasons
    dismissed = post(admin, f"/candidates/{other['id']}/duplicates/{ada}/dismissal")
    position = {"min_log_position": dismissed["log_position"]}
    [row] = get(admin, "/candidates/duplicates", **position)["items"]
    assert row["reasons"] == ["same_email"]
    made = merge(admin, again, ada)
    position = {"min_log_position": made["log_position"]}
    assert get(admin, "/candidates/duplicates", **position)["items"] == []
    then = get(admin, "/candidates/duplicates", known_before=dismissed["log_position"])
    assert len(then["items"]) == 2


@pytest.mark.usefixtures("ada", "again")
def test_a_page_of_duplicates_goes_on_where_the_last_one_ended(admin: TestClient) -> None:
    other = post(admin, "/candidates", full_name="Ada", email="ada@EXAMPLE.org")
    position = {"min_log_position": other["log_position"]}
    whole = get(admin, "/candidates/duplicates", **position)["items"]
    response = admin.get("/api/candidates/duplicates", params={"limit": 1})
    seen = response.json()["items"]
    while "next" in response.links:
        response = admin.get(response.links["next"]["url"])
        seen += response.json()["items"]
    assert seen == whole
    assert len(whole) == 3


def test_registering_the_same_address_again_tells_of_the_others(
    admin: TestClient, ada: str, again: str
) -> None:
    made = post(admin, "/candidates", full_name="Ada", email="Ada@example.org")
    assert sorted(made["possible_duplicates"]) == sorted([ada, again])
    made = post(admin, "/candidates", full_name="Ada", email="ada@example.com")
    assert "possible_duplicates" not in made


def test_two_open_applications_for_one_requisition_are_named(
    admin: TestClient, ada: str, again: str
) -> None:
    requisition = open_requisition(admin)
    for id in (ada, again):
        post(admin, f"/candidates/{id}/applications", requisition_id=requisition)
    assert merge(admin, again, ada)["open_twice"] == [requisition]
    path = f"/api/candidates/{ada}/applications"
    refused = admin.post(path, json={"requisition_id": requisition})
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("already-applied")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("applications", {}),
        ("profile", {"location": "Paris"}),
        ("touchpoints", {"channel": "email"}),
        ("merge", {"survivor_id": "01a2054a-9a89-7767-84e9-0521fe200861", "reason_code": "same"}),
    ],
)
def test_whoever_was_merged_begins_nothing_new(
    admin: TestClient, ada: str, again: str, path: str, body: dict[str, Any]
) -> None:
    merge(admin, again, ada)
    if "survivor_id" in body:
        body = {**body, "survivor_id": post(admin, "/candidates", full_name="Third")["id"]}
    refused = admin.post(f"/api/candidates/{again}/{path}", json=body)
    assert (refused.status_code, refused.json()["type"].split(":")[-1]) == (409, "was-merged")
    assert ada in refused.json()["detail"]


def test_what_concerns_an_application_goes_where_it_began(
    admin: TestClient, ada: str, again: str
) -> None:
    applied = post(admin, f"/candidates/{again}/applications")
    merge(admin, again, ada)
    application_id = applied["application_id"]
    note = post(admin, f"/candidates/{ada}/notes", text="Called", application_id=application_id)
    assert note["candidate_id"] == again
    assert post(admin, f"/candidates/{ada}/notes", text="Called")["candidate_id"] == ada
    rejected = post(admin, f"/applications/{application_id}/rejection", reason_code="experience")
    assert rejected["candidate_id"] == again


def test_a_repeated_merge_gets_the_same_answer(admin: TestClient, ada: str, again: str) -> None:
    body = {"survivor_id": ada, "reason_code": "same_email"}
    first, second = (
        admin.post(
            f"/api/candidates/{again}/merge", json=body, headers={"Idempotency-Key": "merge-1"}
        )
        for _ in range(2)
    )
    assert (first.status_code, first.json()) == (second.status_code, second.json())


def test_who_may_not_source_may_not_merge(client_for: ClientFor, ada: str, again: str) -> None:
    analyst = client_for(Role.ANALYST)
    body = {"survivor_id": ada, "reason_code": "same_email"}
    assert analyst.post(f"/api/candidates/{again}/merge", json=body).status_code == 403
    assert analyst.get("/api/candidates/duplicates").status_code == 403
