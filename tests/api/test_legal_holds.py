"""Legal holds over HTTP: placed, honoured by erasures, and released by two people."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from commands import erasure, legal_holds
from domain.errors import Conflict
from domain.role import Role
from store import api_keys
from store.envelope import Attribution
from store.ids import new_id
from store.log import Log
from store.system import Hireledger
from tests.api.conftest import ClientFor
from tests.api.test_erasure import erased, refusal, registered
from tests.api.test_whole_way import applied, get, open_requisition, post


def officer() -> Attribution:
    return Attribution("person", new_id(), "compliance_officer", "api")


def held(admin: TestClient, on: str) -> str:
    return str(post(admin, f"/{on}/legal-holds", matter="case-1", note="A charge")["hold_id"])


def test_what_a_hold_needs_is_restricted_and_opened_for_claims_only(
    admin: TestClient, log: Log
) -> None:
    candidate = registered(admin)
    post(admin, f"/candidates/{candidate}/notes", text="Likes engines")
    hold_id = held(admin, f"candidates/{candidate}")
    done = erased(admin, candidate)
    assert done["retained"] == ["evaluation", "identity"]
    assert done["retained_on"] == [hold_id]
    position = done["log_position"]
    seen = get(admin, f"/candidates/{candidate}", min_log_position=position)
    assert seen["candidate"]["full_name"] == "Restricted"
    opened = get(admin, f"/candidates/{candidate}/restricted-data")["items"]
    assert opened[0]["fields"]["full_name"] == "Ada Lovelace"
    assert {"text": "Likes engines"} in [item["fields"] for item in opened]
    with log.database.transaction(log.organisation) as connection:
        purposes = connection.execute("SELECT purpose FROM access_log").fetchall()
    assert ("legal claims",) in purposes
    certificate = get(admin, f"/candidates/{candidate}/erasure")
    assert certificate["erasures"][0]["retained_on"] == [{"hold_id": hold_id, "matter": "case-1"}]


def test_only_compliance_opens_what_is_restricted(admin: TestClient, client_for: ClientFor) -> None:
    path = f"/api/candidates/{registered(admin)}/restricted-data"
    for role in Role:
        may = role in (Role.ADMIN, Role.COMPLIANCE_OFFICER)
        assert client_for(role).get(path).status_code == (200 if may else 403)


def test_two_people_release_a_hold_and_the_erasure_is_carried_out(
    admin: TestClient, client_for: ClientFor
) -> None:
    candidate = registered(admin)
    hold_id = held(admin, f"candidates/{candidate}")
    erased(admin, candidate)
    path = f"/legal-holds/{hold_id}/release"
    post(admin, path)
    assert refusal(admin, path) == (409, "Needs a second person")
    assert get(admin, f"/candidates/{candidate}/restricted-data")["items"]
    released = post(client_for(Role.COMPLIANCE_OFFICER), path)
    assert released["hold_id"] == hold_id
    first, second = get(admin, f"/candidates/{candidate}/erasure")["erasures"]
    assert second["destroyed"] == first["retained"] == ["evaluation", "identity"]
    assert second["retained"] == []
    assert get(admin, f"/candidates/{candidate}/restricted-data")["items"] == []


def test_a_hold_on_a_requisition_covers_every_competitor_and_later_ones(
    admin: TestClient, client_for: ClientFor, log: Log
) -> None:
    requisition = open_requisition(admin)
    first, _ = applied(admin, requisition)
    hold_id = held(admin, f"requisitions/{requisition}")
    later, _ = applied(admin, requisition)
    for candidate in (first, later):
        assert "identity" in erased(admin, candidate)["retained"]
    path = f"/legal-holds/{hold_id}/release"
    post(admin, path)
    post(client_for(Role.COMPLIANCE_OFFICER), path)
    for candidate in (first, later):
        assert get(admin, f"/candidates/{candidate}/erasure")["erasures"][-1]["retained"] == []
    with log.database.transaction(log.organisation) as connection:
        left = connection.execute("SELECT DISTINCT subject_id::text FROM vault_keys").fetchall()
    assert left == [(requisition,)]


def test_what_is_due_is_carried_out_later_if_the_release_was_broken_off(
    admin: TestClient, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = registered(admin)
    hold_id = held(admin, f"candidates/{candidate}")
    erased(admin, candidate)
    with monkeypatch.context() as broken:
        broken.setattr(legal_holds, "erase_all_due", lambda *_: iter(()))
        for by in (officer(), officer()):
            legal_holds.release(log, by, UUID(hold_id))
    assert len(list(erasure.erase_all_due(log, officer()))) == 1
    assert list(erasure.erase_all_due(log, officer())) == []


def test_holds_are_listed(admin: TestClient, client_for: ClientFor) -> None:
    candidate = registered(admin)
    hold_id = held(admin, f"candidates/{candidate}")
    path = f"/legal-holds/{hold_id}/release"
    position = post(admin, path)["log_position"]
    [row] = get(admin, "/legal-holds", min_log_position=position)["items"]
    assert (row["hold_id"], row["on_id"], row["matter"]) == (hold_id, candidate, "case-1")
    assert row["release_proposed_at"]
    position = post(client_for(Role.COMPLIANCE_OFFICER), path)["log_position"]
    assert get(admin, "/legal-holds", min_log_position=position)["items"] == []
    [row] = get(admin, "/legal-holds", released=True)["items"]
    assert row["released_at"]
    assert get(admin, "/legal-holds", known_before=position)["items"]


def test_a_hold_and_an_erasure_at_once_end_in_one_order(log: Log, admin: TestClient) -> None:
    """An erasure that did not see the hold is refused, and sees it when repeated."""
    requisition = open_requisition(admin)
    candidate, _ = applied(admin, requisition)
    record: Any = log.record

    def late(*changed: Any, **about: Any) -> Any:
        log.record = record  # type: ignore[method-assign]
        held(admin, f"requisitions/{requisition}")
        return record(*changed, **about)

    log.record = late  # type: ignore[method-assign]
    id = UUID(candidate)
    with pytest.raises(Conflict):
        erasure.erase(log, officer(), id, "request")
    done = erasure.erase(log, officer(), id, "request")
    assert "identity" in done.facts[-1].data["retained"]


def test_two_keys_of_one_person_are_one_person(
    admin: TestClient, log: Log, hireledger: Hireledger
) -> None:
    hold_id = held(admin, f"candidates/{registered(admin)}")
    path = f"/api/legal-holds/{hold_id}/release"
    officer = uuid4()
    for expected in (201, 409):
        key = api_keys.create(
            hireledger.database,
            log.organisation,
            Role.COMPLIANCE_OFFICER,
            "one of two",
            created_by=officer,
        )
        answer = admin.post(path, headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == expected, answer.text
