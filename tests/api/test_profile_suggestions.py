"""What documents suggest, over HTTP: it waits for a person, and becomes what they confirm."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from domain.role import Role, Scope
from reading.json_resume import problem_of
from store.log import Log
from tests.api.conftest import ClientFor
from tests.api.test_documents import attach
from tests.api.test_erasure import erased, refusal, registered
from tests.api.test_legal_holds import held
from tests.api.test_reach import hiring
from tests.api.test_whole_way import get, post
from tests.reading import samples

PATIENCE = 60.0
RESUME = "\n".join(samples.LINES).encode()
ACCEPTED = {"full_name": "Ada Lovelace", "summary": "Python, SQL"}


def handed_in(client: TestClient, candidate: str, content: bytes = RESUME, **said: str) -> str:
    """A document that was attached, and read."""
    answer = attach(client, candidate, content, "Ada.pdf", **said)
    assert answer.status_code == 201, answer.text
    document = str(answer.json()["document_id"])
    until_read(client, candidate, document)
    return document


def until_read(client: TestClient, candidate: str, document: str) -> int:
    """Waits until a document was read; where the log says so."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        read = get(client, "/events", types="candidate.document_read", limit=1000)["items"]
        for event in read:
            if event["data"]["document_id"] == document:
                get(client, f"/candidates/{candidate}", min_log_position=event["position"])
                caught_up(client, event["position"])
                return int(event["position"])
        time.sleep(0.05)
    raise AssertionError("nobody reads")


def caught_up(client: TestClient, position: int) -> None:
    get(client, "/profile-suggestions", min_log_position=position)


def waiting(client: TestClient) -> list[str]:
    caught_up(client, get(client, "/events", limit=1000)["next_after"])
    return [row["document_id"] for row in get(client, "/profile-suggestions")["items"]]


def suggestion(client: TestClient, candidate: str) -> dict[str, Any]:
    caught_up(client, get(client, "/events", limit=1000)["next_after"])
    return get(client, f"/candidates/{candidate}/suggestion")


def test_a_resume_suggests_a_profile_that_a_person_confirms(admin: TestClient) -> None:
    candidate = registered(admin)
    document = handed_in(admin, candidate, samples.docx())
    assert waiting(admin) == [document]
    told = suggestion(admin, candidate)
    [row] = told["suggestions"]
    assert (row["state"], row["format"], row["kind"]) == ("waiting", "docx", "resume")
    assert row["profile"]["phone"] == "+442079460958"
    assert told["present"]["resume"] is None
    suggested = {name: row["profile"][name] for name in ("full_name", "phone", "summary", "resume")}
    done = post(admin, f"/documents/{document}/profile-confirmation", **suggested)
    assert [event["type"] for event in done["events"]] == ["candidate.profile_updated"]
    assert waiting(admin) == []
    after = suggestion(admin, candidate)
    assert after["suggestions"][0]["state"] == "confirmed"
    assert after["present"]["phone"] == "+442079460958"
    assert after["present"]["resume"] == row["profile"]["resume"]
    again = refusal(admin, f"/documents/{document}/profile-confirmation", **ACCEPTED)
    assert again == (409, "Suggestion settled")


def test_a_suggestion_is_dismissed_for_a_reason(admin: TestClient) -> None:
    candidate = registered(admin)
    document = handed_in(admin, candidate)
    post(admin, f"/documents/{document}/profile-dismissal", reason_code="nothing_new")
    assert waiting(admin) == []
    [row] = suggestion(admin, candidate)["suggestions"]
    assert (row["state"], row["dismissed_because"]) == ("dismissed", "nothing_new")
    again = refusal(admin, f"/documents/{document}/profile-dismissal", reason_code="again")
    assert again == (409, "Suggestion settled")


def test_the_makers_sample_comes_back_as_it_was(admin: TestClient, shared_data: Path) -> None:
    folder = shared_data / "jsonresume"
    sample = json.loads((folder / "sample.resume.json").read_text("utf-8"))
    candidate = post(admin, "/candidates", full_name="Somebody")["id"]
    document = handed_in(admin, candidate, (folder / "sample.resume.json").read_bytes())
    profile = suggestion(admin, candidate)["suggestions"][0]["profile"]
    fields = ("full_name", "email", "phone", "location", "links", "summary", "resume")
    accepted = {name: profile[name] for name in fields}
    done = post(admin, f"/documents/{document}/profile-confirmation", **accepted)
    path = f"/candidates/{candidate}/resume.json"
    assert get(admin, path, min_log_position=done["log_position"]) == sample
    renamed = post(admin, f"/candidates/{candidate}/profile", full_name="R. Hendriks")
    now = get(admin, path, min_log_position=renamed["log_position"])
    assert now["basics"]["name"] == "R. Hendriks"
    assert problem_of(now) is None
    assert get(admin, path, known_before=renamed["log_position"]) == sample


@pytest.mark.parametrize(
    ("body", "pointer", "why"),
    [
        ({"resume": {"work": [{"startDate": "soon"}]}}, "#/resume", "/work/0/startDate"),
        ({"resume": {"x": "a\x00b"}}, "#/resume", "cannot be stored"),
        ({"resume": {"x": "a" * 90_000}}, "#/resume", "longer than"),
        ({"email": "nobody"}, "#/email", "valid email"),
        ({"shoe_size": "40"}, "#/shoe_size", ""),
    ],
)
def test_what_cannot_be_confirmed_is_named(
    admin: TestClient, body: dict[str, Any], pointer: str, why: str
) -> None:
    document = attach(admin, registered(admin), kind="other").json()["document_id"]
    answer = admin.post(f"/api/documents/{document}/profile-confirmation", json=body)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["pointer"]) == (422, pointer)
    assert why in answer.text


def test_confirming_nothing_is_refused(admin: TestClient) -> None:
    candidate = registered(admin)
    document = handed_in(admin, candidate)
    path = f"/documents/{document}/profile-confirmation"
    assert refusal(admin, path) == (422, "Nothing to update")
    letter = handed_in(admin, candidate, b"Dear Sir", kind="cover_letter")
    path = f"/documents/{letter}/profile-confirmation"
    assert refusal(admin, path, **ACCEPTED) == (409, "Nothing suggested")


def test_what_cannot_be_read_says_so(admin: TestClient) -> None:
    candidate = registered(admin)
    handed_in(admin, candidate, b"<!DOCTYPE html><script>alert(1)</script>")
    [row] = suggestion(admin, candidate)["suggestions"]
    assert (row["outcome"], row["reason_code"], row["format"]) == (
        "unreadable",
        "not_supported",
        "html",
    )
    assert (row["state"], row["profile"]) == ("none", None)
    assert waiting(admin) == []


def test_words_of_a_letter_are_found_until_it_is_removed(admin: TestClient) -> None:
    candidate = registered(admin)
    letter = handed_in(admin, candidate, b"I programmed the Bernoulli numbers", kind="cover_letter")
    assert waiting(admin) == []
    assert found(admin, "bernoulli") == [candidate]
    removed = post(admin, f"/documents/{letter}/removal", reason_code="wrong_person")
    assert found(admin, "bernoulli", removed["log_position"]) == []
    assert found(admin, "ada", removed["log_position"]) == [candidate]


def found(client: TestClient, words: str, position: int = 0) -> list[str]:
    asked = {"min_log_position": position or get(client, "/events", limit=1000)["next_after"]}
    answer = client.post("/api/candidates/search", params=asked, json={"search": words})
    assert answer.status_code == 200, answer.text
    return [item["candidate_id"] for item in answer.json()["items"]]


def test_what_was_erased_suggests_nothing(admin: TestClient) -> None:
    candidate, other = registered(admin), registered(admin)
    handed_in(admin, candidate)
    held(admin, f"candidates/{other}")
    handed_in(admin, other)
    erased(admin, candidate)
    erased(admin, other)
    assert waiting(admin) == []
    for one in (candidate, other):
        told = suggestion(admin, one)
        assert told["suggestions"] == []
        assert set(told["present"].values()) == {None}
        assert "basics" not in get(admin, f"/candidates/{one}/resume.json")


def test_opening_a_suggestion_is_one_access(admin: TestClient, log: Log) -> None:
    candidate = registered(admin)
    handed_in(admin, candidate)
    get(admin, f"/candidates/{candidate}/suggestion")
    with log.database.transaction(log.organisation) as connection:
        rows = connection.execute(
            "SELECT purpose, categories FROM access_log WHERE purpose LIKE '%suggested%'"
        ).fetchall()
    assert rows == [("view suggested profile", ["documents", "identity"])]


def test_a_manager_sees_what_their_applications_suggest(
    admin: TestClient, client_for: ClientFor
) -> None:
    ours = hiring(admin)
    theirs = hiring(admin, ours.candidate)
    personal = handed_in(admin, ours.candidate)
    of_ours = handed_in(admin, ours.candidate, application_id=ours.application)
    for manager, expected in ((ours.manager, {personal, of_ours}), (theirs.manager, {personal})):
        client = client_for(Role.HIRING_MANAGER, manager)
        told = get(client, f"/candidates/{ours.candidate}/suggestion")
        assert {row["document_id"] for row in told["suggestions"]} == expected
    confirmation = f"/api/documents/{of_ours}/profile-confirmation"
    assert client.post(confirmation, json=ACCEPTED).status_code == 403
    stranger = client_for(Role.HIRING_MANAGER, hiring(admin).manager)
    for path in ("suggestion", "resume.json"):
        assert stranger.get(f"/api/candidates/{ours.candidate}/{path}").status_code == 404
        blind = client_for(Role.RECRUITER, scopes=[Scope.READ, Scope.WRITE])
        assert blind.get(f"/api/candidates/{ours.candidate}/{path}").status_code == 403


def test_what_a_merged_persons_document_suggests_is_for_who_stands_for_them(
    admin: TestClient,
) -> None:
    survivor, loser = registered(admin), registered(admin)
    document = handed_in(admin, loser)
    merge = {"survivor_id": survivor, "reason_code": "same_person"}
    post(admin, f"/candidates/{loser}/merge", **merge)
    assert suggestion(admin, loser)["candidate_id"] == survivor
    done = post(admin, f"/documents/{document}/profile-confirmation", **ACCEPTED)
    assert done["candidate_id"] == survivor
    assert waiting(admin) == []
    post(admin, f"/candidates/{loser}/merge/reversal", reason_code="two_people")
    assert waiting(admin) == [document]
    post(admin, f"/documents/{document}/profile-confirmation", full_name="Ada King")
    assert waiting(admin) == []
