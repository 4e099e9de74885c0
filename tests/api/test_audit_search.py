"""The audit's search: who did what, about whom, of which kind, and when it was recorded."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from domain.role import Role
from store.feed import feed
from store.log import Log
from tests.api.conftest import ClientFor
from tests.api.test_whole_way import applied, get, open_requisition, post


@pytest.fixture
def auditor(client_for: ClientFor) -> TestClient:
    return client_for(Role.AUDITOR)


def found(client: TestClient, **asked: Any) -> list[dict[str, Any]]:
    """Every entry that is as asked for, over as many pages as it takes."""
    answer = client.get("/api/audit/entries", params=asked)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["items"]
    while following := answer.links.get("next"):
        answer = client.get(following["url"])
        rows += answer.json()["items"]
    return rows


def test_entries_are_found_by_whom_about_what_of_which_kind(
    admin: TestClient, auditor: TestClient, client_for: ClientFor, log: Log
) -> None:
    requisition = open_requisition(admin)
    ada, application = applied(admin, requisition)
    recruiter_id = uuid4()
    recruiter = client_for(Role.RECRUITER, recruiter_id)
    post(recruiter, f"/applications/{application}/screenings", outcome="passed")
    last = post(recruiter, f"/candidates/{ada}/notes", text="Thinks aloud")["log_position"]
    get(admin, "/read-models", min_log_position=last)

    with log.database.transaction(log.organisation) as connection:
        whole = feed(connection, 0, 1000, None).items
    everything = found(auditor, limit=3)
    assert [row["position"] for row in everything] == [e.position for e in reversed(whole)]

    theirs = found(auditor, actor_id=recruiter_id)
    assert [row["type"] for row in theirs] == ["candidate.note_added", "application.screened"]
    assert {row["authority"] for row in theirs} == {"recruiter"}
    about = found(auditor, about=application)
    assert [row["type"] for row in about] == ["application.screened", "application.applied"]
    assert {row["stream_id"] for row in found(auditor, about=ada)} == {ada}
    of_kind = found(auditor, types="application.screened,requisition.approved")
    assert {row["type"] for row in of_kind} == {"application.screened", "requisition.approved"}
    [screened] = found(auditor, types="application.screened", actor_id=recruiter_id, about=ada)
    assert screened["sentence"] == "Screened: passed"
    assert found(auditor, types="application.screened", actor_id=uuid4()) == []


def test_entries_are_found_by_when_they_were_recorded(
    admin: TestClient, auditor: TestClient
) -> None:
    post(admin, "/pools", title="Silver medalists")
    reached = post(admin, "/pools", title="Finalists")["log_position"]
    get(admin, "/read-models", min_log_position=reached)
    newest, older = found(auditor, types="pool.created")
    at = newest["recorded_at"]
    assert found(auditor, types="pool.created", recorded_from=at) == [newest]
    assert found(auditor, types="pool.created", recorded_to=at) == [older]
    assert found(auditor, types="pool.created", recorded_from=at[:10], recorded_to=at[:10]) == [
        newest,
        older,
    ]
    assert found(auditor, recorded_from="2999-01-01") == found(auditor, recorded_to="1999-01-01")
    assert found(auditor, types="pool.created", known_before=newest["position"]) == [older]
    assert auditor.get("/api/audit/entries", params={"recorded_from": "soon"}).status_code == 422


def test_what_was_done_for_somebody_is_found_as_theirs(
    admin: TestClient, auditor: TestClient
) -> None:
    """A key acts, and answers for nobody; its maker does."""
    made = post(admin, "/keys", label="Feed", role="recruiter", scopes=["read", "write"])
    program = TestClient(admin.app, raise_server_exceptions=False)
    program.headers["Authorization"] = f"Bearer {made['key']}"
    reached = post(program, "/pools", title="Silver medalists")["log_position"]
    get(admin, "/read-models", min_log_position=reached)
    [row] = found(auditor, types="pool.created")
    assert row["on_behalf_of"] is not None
    assert row in found(auditor, actor_id=row["on_behalf_of"])
