"""Documents over HTTP: kept encrypted, opened on the record, gone with their key."""

from dataclasses import replace
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from domain.role import Role, Scope
from store.documents import DocumentChanged, decrypt, encrypt
from store.ids import new_id
from store.log import Log
from tests.api.conftest import ClientFor
from tests.api.test_erasure import erased, refusal, registered
from tests.api.test_legal_holds import held
from tests.api.test_reach import hiring
from tests.api.test_whole_way import get, post
from tests.store import forged

CONTENT = "Résumé of Ada Lovelace".encode() * 1000


def attach(
    client: TestClient, candidate: str, content: bytes = CONTENT, name: str = "Ada.pdf", **said: str
) -> Response:
    disposition = f'attachment; filename="{name}"'.encode()
    return client.post(
        f"/api/candidates/{candidate}/documents",
        content=content,
        params={"media_type": "application/pdf", **said},
        headers={b"Content-Disposition": disposition, b"Content-Type": b"application/pdf"},
    )


def attached(client: TestClient, candidate: str, name: str = "Ada.pdf", **said: str) -> str:
    answer = attach(client, candidate, CONTENT, name, **said)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["document_id"])


def read(client: TestClient, document: str) -> Response:
    return client.get(f"/api/documents/{document}")


def test_a_document_comes_back_as_it_was_on_the_record(admin: TestClient, log: Log) -> None:
    candidate = registered(admin)
    document = attached(admin, candidate, name="Lebenslauf Ädä.pdf")
    answer = read(admin, document)
    assert answer.content == CONTENT
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''Lebenslauf%20%C3%84d%C3%A4.pdf"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with log.database.transaction(log.organisation) as connection:
        rows = connection.execute(
            "SELECT purpose, subjects FROM access_log"
            " WHERE purpose NOT IN ('index', 'read words of document')"
        ).fetchall()
    assert rows == [("read document", [UUID(candidate)])]


def test_documents_are_listed_with_their_names(admin: TestClient) -> None:
    candidate = registered(admin)
    documents = [attached(admin, candidate, kind=kind) for kind in ("resume", "certificate")]
    items = get(admin, f"/candidates/{candidate}/documents")["items"]
    assert [item["document_id"] for item in items] == documents
    assert [item["kind"] for item in items] == ["resume", "certificate"]
    assert {(item["filename"], item["size"]) for item in items} == {("Ada.pdf", len(CONTENT))}


def test_nothing_of_a_document_stands_in_the_database_in_the_clear(
    admin: TestClient, log: Log
) -> None:
    attached(admin, registered(admin))
    with log.database.transaction(log.organisation) as connection:
        [(ciphertext,)] = connection.execute("SELECT ciphertext FROM documents").fetchall()
        text = str(connection.execute("SELECT t::text FROM events t").fetchall())
    assert b"Ada" not in ciphertext
    assert "Ada.pdf" not in text


def test_a_removed_document_is_gone(admin: TestClient, log: Log) -> None:
    candidate = registered(admin)
    document = attached(admin, candidate)
    post(admin, f"/documents/{document}/removal", reason_code="wrong_person")
    assert read(admin, document).status_code == 404
    assert get(admin, f"/candidates/{candidate}/documents")["items"] == []
    with log.database.transaction(log.organisation) as connection:
        assert connection.execute("SELECT count(*) FROM documents").fetchone() == (0,)


def test_an_erasure_takes_the_documents_along(admin: TestClient, log: Log) -> None:
    candidate = registered(admin)
    document = attached(admin, candidate)
    erased(admin, candidate)
    assert read(admin, document).status_code == 404
    [row] = get(admin, f"/candidates/{candidate}/erasure")["erasures"]
    assert row["documents_destroyed"] == 1
    assert attach(admin, candidate).json()["title"] == "Person erased"
    with log.database.transaction(log.organisation) as connection:
        assert connection.execute("SELECT count(*) FROM documents").fetchone() == (0,)


def test_what_a_hold_needs_is_neither_removed_nor_read(admin: TestClient) -> None:
    candidate = registered(admin)
    document = attached(admin, candidate)
    held(admin, f"candidates/{candidate}")
    removal = f"/documents/{document}/removal"
    assert refusal(admin, removal, reason_code="wrong") == (409, "Under legal hold")
    erased(admin, candidate)
    assert read(admin, document).json()["title"] == "Not readable"


def test_a_changed_document_is_noticed(admin: TestClient, log: Log) -> None:
    document = attached(admin, registered(admin))
    with forged.administrator(log) as connection:
        connection.execute("UPDATE documents SET ciphertext = ciphertext || '\\x00'")
    assert read(admin, document).json()["title"] == "Document changed"


@pytest.mark.parametrize("header", ["attachment", 'attachment; filename=""', "nonsense"])
def test_a_document_needs_a_name(admin: TestClient, header: str) -> None:
    answer = admin.post(
        f"/api/candidates/{registered(admin)}/documents",
        content=CONTENT,
        headers={"Content-Disposition": header, "Content-Type": "application/pdf"},
    )
    assert (answer.status_code, answer.json()["title"]) == (422, "Filename missing")


def test_a_document_may_be_large_but_not_endless(
    admin: TestClient, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = registered(admin)
    large = b"x" * 3_000_000
    document = attach(admin, candidate, large).json()["document_id"]
    assert read(admin, document).content == large
    monkeypatch.setattr(log.database, "largest_document", 2_000_000)
    assert attach(admin, candidate, large).status_code == 413
    assert attach(admin, candidate, b"x" * 20_000_001).json()["title"] == "Body too large"
    note = admin.post(f"/api/candidates/{candidate}/notes", content=large)
    assert note.json()["title"] == "Body too large"


def test_a_repeated_upload_is_kept_once(admin: TestClient, log: Log) -> None:
    candidate = registered(admin)
    admin.headers["Idempotency-Key"] = "resume"
    assert attach(admin, candidate).json() == attach(admin, candidate).json()
    with log.database.transaction(log.organisation) as connection:
        attached_ones = "SELECT count(*) FROM documents WHERE attached"
        assert connection.execute(attached_ones).fetchone() == (1,)


def test_who_may_not_know_people_reads_no_documents(
    admin: TestClient, client_for: ClientFor
) -> None:
    document = attached(admin, registered(admin))
    for role in (Role.ANALYST, Role.AUDITOR, Role.APPROVER):
        assert read(client_for(role), document).status_code == 403


def test_documents_are_read_by_those_who_meet_the_person_and_only_of_their_application(
    admin: TestClient, client_for: ClientFor
) -> None:
    ours = hiring(admin)
    theirs = hiring(admin, ours.candidate)
    personal = attached(admin, ours.candidate)
    of_ours = attached(admin, ours.candidate, application_id=ours.application)
    for role, holder in (
        (Role.HIRING_MANAGER, theirs.manager),
        (Role.INTERVIEWER, theirs.interviewer),
    ):
        client = client_for(role, holder)
        assert read(client, personal).content == CONTENT
        assert read(client, of_ours).status_code == 404
        items = get(client, f"/candidates/{ours.candidate}/documents")["items"]
        assert [item["document_id"] for item in items] == [personal]
    stranger = client_for(Role.HIRING_MANAGER, hiring(admin).manager)
    assert read(stranger, personal).status_code == 404


def test_a_key_that_may_not_open_personal_data_reads_no_document(
    admin: TestClient, client_for: ClientFor
) -> None:
    document = attached(admin, registered(admin))
    blind = client_for(Role.RECRUITER, scopes=[Scope.READ, Scope.WRITE])
    assert read(blind, document).status_code == 403


def test_a_document_is_the_one_the_log_names() -> None:
    organisation, candidate, id = new_id(), new_id(), new_id()
    first, second = (
        encrypt(organisation, candidate, id, content) for content in (b"first", b"second")
    )
    assert decrypt(organisation, candidate, id, first) == b"first"
    with pytest.raises(DocumentChanged):
        decrypt(organisation, candidate, id, replace(second, sha256=first.sha256))
    with pytest.raises(DocumentChanged):
        decrypt(organisation, candidate, new_id(), first)
