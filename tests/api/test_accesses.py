"""Every look at a person is on the record once, with what was opened; and nothing without it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psycopg import sql

from api.opening import MAY_OPEN
from domain.event import Category
from domain.role import Role
from store.log import Log
from tests.api.conftest import ClientFor
from tests.api.test_whole_way import applied, get, open_requisition, post

CANARY = "Canary Lovelace"
RECORDED = """
SELECT purpose, categories, cardinality(subjects)
FROM access_log
WHERE purpose <> 'index'
ORDER BY accessed_at
"""


def accesses(log: Log) -> list[tuple[str, list[str], int]]:
    """What was opened for people: purpose, categories, how many subjects."""
    with log.database.transaction(log.organisation) as connection:
        return [(row[0], row[1], row[2]) for row in connection.execute(RECORDED)]


def someone(admin: TestClient) -> tuple[str, int]:
    """A candidate with a name and a note, and how far the log has come."""
    made = post(admin, "/candidates", full_name=CANARY, email="canary@example.org")
    path = f"/candidates/{made['id']}"
    post(admin, f"{path}/profile", phone="030 1234567")
    return made["id"], post(admin, f"{path}/notes", text="Canary sings")["log_position"]


def test_one_view_of_one_candidate_is_one_access(admin: TestClient, log: Log) -> None:
    id, at = someone(admin)
    get(admin, f"/candidates/{id}", min_log_position=at)
    assert accesses(log) == [("view candidate", ["identity"], 1)]


def test_a_list_of_fifty_is_one_access_to_fifty(admin: TestClient, log: Log) -> None:
    for number in range(51):
        made = post(admin, "/candidates", full_name=f"Canary {number}")
    get(admin, "/read-models", min_log_position=made["log_position"])
    get(admin, "/candidates", limit=50)
    get(admin, "/candidates", limit=50, search="canary")
    admin.post("/api/candidates/search", json={"search": "canary", "limit": 7})
    assert accesses(log) == [
        ("list candidates", ["identity"], 50),
        ("search candidates", ["identity"], 50),
        ("search candidates", ["identity"], 7),
    ]


def test_a_board_with_names_and_a_pool_with_names_are_one_access_each(
    admin: TestClient, log: Log
) -> None:
    requisition = open_requisition(admin, openings=1)
    pool = post(admin, "/pools", title="Finalists")["id"]
    for _ in range(3):
        candidate, _ = applied(admin, requisition)
        at = post(admin, f"/pools/{pool}/members", candidate_id=candidate, reason_code="finalist")[
            "log_position"
        ]
    get(admin, f"/requisitions/{requisition}/board", names=True, min_log_position=at)
    get(admin, f"/pools/{pool}/members", names=True)
    get(admin, f"/pools/{pool}/members")
    assert accesses(log) == [("view board", ["identity"], 3), ("view pool", ["identity"], 3)]


def test_where_nothing_personal_is_shown_nothing_is_opened(
    admin: TestClient, client_for: ClientFor, log: Log
) -> None:
    id, at = someone(admin)
    analyst = client_for(Role.ANALYST)
    get(analyst, f"/candidates/{id}", min_log_position=at)
    get(analyst, "/candidates")
    get(analyst, f"/candidates/{id}/timeline", personal=True)
    get(analyst, f"/events/{at}")
    get(admin, f"/candidates/{id}/timeline")
    get(admin, "/candidates", search="nobody")
    assert accesses(log) == []


def test_an_opened_timeline_is_one_access_with_what_was_opened(
    admin: TestClient, client_for: ClientFor, log: Log
) -> None:
    id, at = someone(admin)
    path = f"/candidates/{id}/timeline"
    items = get(admin, path, personal=True, min_log_position=at)["items"]
    assert [item["personal"] for item in items] == [
        {"full_name": CANARY, "email": "canary@example.org"},
        {"phone": "030 1234567"},
        {"text": "Canary sings"},
    ]
    items = get(client_for(Role.COORDINATOR), path, personal=True)["items"]
    assert [item["personal"] for item in items][-1] is None
    assert accesses(log) == [
        ("view timeline", ["evaluation", "identity"], 1),
        ("view timeline", ["identity"], 1),
    ]


def test_an_event_is_opened_for_those_who_may(
    admin: TestClient, client_for: ClientFor, log: Log
) -> None:
    id, at = someone(admin)
    event = get(admin, f"/events/{at}")
    assert (event["type"], event["subject_id"]) == ("candidate.note_added", id)
    assert event["sentence"] == "Note added: note"
    assert event["personal"] == {"text": "Canary sings"}
    for role in (Role.COORDINATOR, Role.ANALYST, Role.AUDITOR):
        assert get(client_for(role), f"/events/{at}")["personal"] is None
    with log.database.transaction(log.organisation) as connection:
        connection.execute("DELETE FROM vault_keys")
    assert get(admin, f"/events/{at}")["personal"] == {"text": "Redacted"}
    assert accesses(log) == [("view event", ["evaluation"], 1)] * 2
    assert admin.get(f"/api/events/{at + 1}").status_code == 404
    assert client_for(Role.INTERVIEWER).get(f"/api/events/{at}").status_code == 403


def test_what_people_say_of_themselves_is_walled_off() -> None:
    recruiting = set(Role) - {Role.COMPLIANCE_OFFICER}
    knowing_pay = {Role.ADMIN, Role.RECRUITER, Role.APPROVER}
    for role, categories in MAY_OPEN.items():
        assert Category.EEO not in categories
        if role in recruiting:
            assert Category.SURVEY not in categories
        assert (Category.COMPENSATION in categories) == (role in knowing_pay)
    assert Role.ANALYST not in MAY_OPEN
    assert Role.AUDITOR not in MAY_OPEN


@contextmanager
def administering(log: Log, doing: str, undoing: str) -> Iterator[None]:
    """While this lasts, the access log is not what it should be."""
    names = {
        "log": sql.Identifier(log.organisation.schema, "access_log"),
        "role": sql.Identifier(log.organisation.role),
        "refuse": sql.Identifier(log.organisation.schema, "refuse"),
    }
    with log.database.administer() as connection:
        connection.execute(sql.SQL(doing).format(**names))
    try:
        yield
    finally:
        with log.database.administer() as connection:
            connection.execute(sql.SQL(undoing).format(**names))


UNWRITABLE = (
    "REVOKE INSERT ON {log} FROM {role}",
    "GRANT INSERT ON {log} TO {role}",
)
NOT_COMMITTING = (
    "CREATE FUNCTION {refuse}() RETURNS trigger LANGUAGE plpgsql"
    " AS $$ BEGIN RAISE 'no'; END $$;"
    " CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON {log}"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {refuse}()",
    "DROP TRIGGER refuse ON {log}; DROP FUNCTION {refuse}",
)


@pytest.mark.parametrize(
    ("trouble", "problem"),
    [(UNWRITABLE, "urn:hireledger:problem:access-not-recorded"), (NOT_COMMITTING, None)],
    ids=["unwritable", "not committing"],
)
def test_an_access_that_cannot_be_recorded_shows_nothing(
    admin: TestClient, log: Log, trouble: tuple[str, str], problem: str | None
) -> None:
    id, at = someone(admin)
    get(admin, "/candidates", search="canary", min_log_position=at)
    ways: list[dict[str, Any]] = [
        {"url": f"/api/candidates/{id}"},
        {"url": "/api/candidates"},
        {"url": "/api/candidates", "params": {"search": "canary"}},
        {"url": f"/api/candidates/{id}/timeline", "params": {"personal": True}},
        {"url": f"/api/events/{at}"},
    ]
    before = accesses(log)
    with administering(log, *trouble):
        for way in ways:
            answer = admin.get(**way)
            assert answer.status_code == (503 if problem else 500), way
            assert "anary" not in answer.text
            if problem:
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.headers["Retry-After"] == "1"
                assert answer.json()["type"] == problem
    assert accesses(log) == before
    assert CANARY in admin.get(f"/api/candidates/{id}").text


def test_who_looked_at_whom_is_told_newest_first(
    admin: TestClient, client_for: ClientFor, log: Log
) -> None:
    id, at = someone(admin)
    other, _ = someone(admin)
    recruiter = client_for(Role.RECRUITER)
    get(admin, f"/candidates/{id}", min_log_position=at)
    get(recruiter, f"/candidates/{id}")
    get(recruiter, f"/candidates/{other}")
    get(recruiter, "/candidates")
    auditor = client_for(Role.AUDITOR)
    history = get(auditor, f"/candidates/{id}/accesses", except_purpose="index")["items"]
    assert [(item["purpose"], item["subject_count"]) for item in history] == [
        ("list candidates", 2),
        ("view candidate", 1),
        ("view candidate", 1),
    ]
    assert all("subjects" not in item for item in history)
    actor = history[0]["actor_id"]
    everything = get(auditor, "/accesses", actor=actor)["items"]
    assert [item["subjects"] for item in everything] == [sorted([id, other]), [other], [id]]
    since = everything[1]["accessed_at"]
    assert len(get(auditor, "/accesses", actor=actor, since=since)["items"]) == 2
    assert len(get(auditor, "/accesses", purpose="list candidates")["items"]) == 1
    assert len(accesses(log)) == 4


def test_the_access_history_comes_page_by_page(admin: TestClient) -> None:
    id, at = someone(admin)
    for _ in range(5):
        get(admin, f"/candidates/{id}", min_log_position=at)
    for start in (f"/api/candidates/{id}/accesses", "/api/accesses"):
        path, seen = f"{start}?limit=2&purpose=view%20candidate", []
        while path:
            answer = admin.get(path)
            seen += [item["access_id"] for item in answer.json()["items"]]
            path = answer.links.get("next", {}).get("url", "")
        assert len(seen) == len(set(seen)) == 5


def test_the_index_is_an_access_of_the_organisation(admin: TestClient, log: Log) -> None:
    id, at = someone(admin)
    get(admin, "/candidates", search="canary", min_log_position=at)
    rows = get(admin, f"/candidates/{id}/accesses", purpose="index")["items"]
    assert rows
    assert {row["actor_id"] for row in rows} == {str(log.organisation.id)}
    assert {tuple(row["categories"]) for row in rows} == {("identity",)}


def test_access_history_is_for_auditing(client_for: ClientFor) -> None:
    recruiter = client_for(Role.RECRUITER)
    assert recruiter.get("/api/accesses").status_code == 403
    nobody = "01a2054a-9a89-7767-84e9-0521fe200861"
    assert recruiter.get(f"/api/candidates/{nobody}/accesses").status_code == 403
