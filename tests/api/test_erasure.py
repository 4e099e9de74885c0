"""Erasure over HTTP: what is destroyed reads Redacted everywhere, and nothing stops."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.role import Role
from hireledger_verify import Refused, VerifierKey, open_note
from projections.engine import Projector
from projections.health import differences
from projections.rebuild import Rebuild
from store.envelope import Attribution
from store.log import Log
from tests.api.conftest import ClientFor
from tests.api.test_whole_way import applied, get, open_requisition, post


def registered(admin: TestClient, **said: Any) -> str:
    about = {"full_name": "Ada Lovelace", "email": "Ada@Example.org", "phone": "+44 20 7946 0958"}
    return str(post(admin, "/candidates", **{**about, **said})["id"])


def erased(admin: TestClient, candidate: str, **said: Any) -> dict[str, Any]:
    return post(admin, f"/candidates/{candidate}/erasure", **{"ground": "request", **said})


def refusal(admin: TestClient, path: str, **body: Any) -> tuple[int, str]:
    answer = admin.post(f"/api{path}", json=body)
    return answer.status_code, answer.json()["title"]


def test_an_erased_person_is_redacted_on_every_page(admin: TestClient, log: Log) -> None:
    requisition = open_requisition(admin)
    candidate, application = applied(admin, requisition)
    pool = post(admin, "/pools", title="Silver medalists")["id"]
    post(admin, f"/pools/{pool}/members", candidate_id=candidate, reason_code="finalist")
    post(admin, f"/candidates/{candidate}/notes", text="Likes engines")
    done = erased(admin, candidate)
    assert done["id"] == candidate
    assert (done["retained"], done["retained_on"]) == ([], [])
    assert "identity" in done["destroyed"]
    seen = get(admin, f"/candidates/{candidate}", min_log_position=done["log_position"])
    assert seen["candidate"]["full_name"] == "Redacted"
    assert [row["status"] for row in seen["applications"]] == ["withdrawn"]
    assert seen["pool_ids"] == []
    told = get(admin, f"/candidates/{candidate}/timeline")["items"]
    assert told[-1]["sentence"] == "Personal data erased: request"
    assert get(admin, f"/applications/{application}")
    with log.database.transaction(log.organisation) as connection:
        assert connection.execute("SELECT count(*) FROM vault_keys").fetchone() == (0,)
    Projector(log.database, log.organisation).step()
    Rebuild(log.database, log.organisation).run()
    assert differences(log.database, log.organisation) == []


def test_nothing_is_added_to_an_erased_person(admin: TestClient) -> None:
    candidate = registered(admin)
    pool = post(admin, "/pools", title="Silver medalists")["id"]
    erased(admin, candidate)
    over = (409, "Person erased")
    assert refusal(admin, f"/candidates/{candidate}/notes", text="Known again") == over
    assert refusal(admin, f"/candidates/{candidate}/profile", full_name="Ada") == over
    assert refusal(admin, f"/candidates/{candidate}/applications") == over
    member = {"candidate_id": candidate, "reason_code": "finalist"}
    assert refusal(admin, f"/pools/{pool}/members", **member) == over
    assert refusal(admin, f"/candidates/{candidate}/erasure", ground="request") == over


def test_some_categories_are_erased_and_the_person_goes_on(admin: TestClient) -> None:
    candidate = registered(admin)
    post(admin, f"/candidates/{candidate}/notes", text="Likes engines")
    done = erased(admin, candidate, categories=["evaluation"])
    assert done["destroyed"] == ["evaluation"]
    seen = get(admin, f"/candidates/{candidate}", min_log_position=done["log_position"])
    assert seen["candidate"]["full_name"] == "Ada Lovelace"
    post(admin, f"/candidates/{candidate}/notes", text="Known again")


@pytest.mark.parametrize("said", [{"email": " ada@EXAMPLE.org"}, {"phone": "0044 20 79460958"}])
def test_whoever_was_erased_is_not_sourced_again_but_may_apply(
    admin: TestClient, said: dict[str, str]
) -> None:
    erased(admin, registered(admin))
    about = {"full_name": "A. L.", **said}
    refused = (409, "Suppressed")
    assert refusal(admin, "/candidates", origin="sourced", **about) == refused
    other = registered(admin, email="other@example.org", phone="1", origin="sourced")
    assert refusal(admin, f"/candidates/{other}/profile", **said) == refused
    assert post(admin, "/candidates", **about)["id"]


def test_every_address_there_ever_was_is_suppressed(admin: TestClient) -> None:
    made = post(admin, "/candidates", full_name="Ada", email="typo@example.org")
    position = made["events"][0]["position"]
    right = {"field": "email", "value": "right@example.org", "reason_code": "typo"}
    post(admin, f"/events/{position}/correction", **right)
    post(admin, f"/candidates/{made['id']}/profile", email="new@example.org")
    erased(admin, made["id"])
    for name in ("typo", "right", "new"):
        about = {"full_name": "Ada", "email": f"{name}@example.org", "origin": "sourced"}
        assert refusal(admin, "/candidates", **about) == (409, "Suppressed")


def test_only_compliance_erases(client_for: ClientFor, admin: TestClient) -> None:
    candidate = registered(admin)
    path = f"/candidates/{candidate}/erasure"
    assert refusal(client_for(Role.RECRUITER), path, ground="request") == (403, "Not allowed")
    assert post(client_for(Role.COMPLIANCE_OFFICER), path, ground="request")


def test_the_certificate_is_signed_and_says_since_when_backups_are_unreadable(
    admin: TestClient, log: Log
) -> None:
    candidate = registered(admin)
    assert admin.get(f"/api/candidates/{candidate}/erasure").status_code == 404
    erased(admin, candidate)
    certificate = get(admin, f"/candidates/{candidate}/erasure")
    [row] = certificate["erasures"]
    assert (row["destroyed"], row["keys_destroyed"]) == (["identity"], 1)
    assert row["backups_unreadable_from"] is None
    key = VerifierKey.parsed(certificate["verifier_key"])
    said = open_note(certificate["note"], key)
    assert candidate in said
    changed = certificate["note"].replace('"keys_destroyed":1', '"keys_destroyed":2')
    with pytest.raises(Refused):
        open_note(changed, key)
    rotated = log.organisation_itself()
    rotated.rotate_keys(2)

    log.record(rotated, by=Attribution("system", log.organisation.id, "admin", "cli"))
    [row] = get(admin, f"/candidates/{candidate}/erasure")["erasures"]
    assert row["backups_unreadable_from"] > row["erased_at"]
