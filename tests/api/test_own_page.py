"""A candidate's own page: by the address of their receipt, and of their own history alone."""

import re
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from policies.mail.wording import OWN_PAGE
from store import organisations, sealed_tokens
from store.ids import new_id
from store.log import Log
from store.system import Hireledger
from tests.api.applying import (
    Applicant,
    application_id,
    careers_page,
    forget_forms,
    posted,
)
from tests.api.test_whole_way import applied, get, open_requisition, post
from web import application_form


@pytest.fixture(autouse=True)
def _quick_hands(hireledger: Hireledger, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_forms(hireledger.database)
    monkeypatch.setattr(application_form, "FEWEST_SECONDS", 0)


def own_page(http: TestClient, admin: TestClient, log: Log) -> tuple[str, str]:
    """Where the page of somebody who applied is, and who they are."""
    slug, requisition = careers_page(admin), posted(admin)
    receipt = Applicant(http, slug, requisition).apply()
    [path] = re.findall(r'href="([^"]+/mine)"', receipt.text)
    person = log.candidate_of(UUID(application_id(receipt.text))).id
    # What follows is asked of read models, which are to have come so far.
    get(admin, f"/candidates/{person}", min_log_position=log.facts.max_notification_id())
    return path, str(person)


def test_it_tells_how_things_stand_what_is_held_and_who_looked(
    http: TestClient, admin: TestClient, log: Log
) -> None:
    path, person = own_page(http, admin, log)
    get(admin, f"/candidates/{person}")
    page = http.get(path).text
    for words in ("Data engineer", "We are looking at it", "Ada Lovelace", "ada@example.org"):
        assert words in page
    assert "view candidate" in page
    accesses = get(admin, f"/candidates/{person}/accesses")["items"]
    assert "show candidate's own page" in {row["purpose"] for row in accesses}


def test_a_consent_is_taken_back_and_an_objection_made_once(
    http: TestClient, admin: TestClient, log: Log
) -> None:
    path, person = own_page(http, admin, log)
    said = {"text_version": "2026-01", "expires_at": "2099-01-01T00:00:00Z"}
    post(admin, f"/candidates/{person}/consents", purpose="contact", **said)
    assert "Take this back" in http.get(path).text
    for _ in range(2):
        assert http.post(path, data={"withdraw": "contact"}).status_code == 200
        assert "You asked us not to write" in http.post(path, data={"object": "yes"}).text
    events = get(admin, "/events", types="consent.withdrawn,candidate.opted_out")["items"]
    assert [event["type"] for event in events] == ["consent.withdrawn", "candidate.opted_out"]
    assert {event["actor_id"] for event in events} == {person}


def test_a_made_up_address_and_a_form_of_another_page_are_refused(
    http: TestClient, admin: TestClient, log: Log
) -> None:
    path, _ = own_page(http, admin, log)
    forged = re.sub(r"/receipts/..", "/receipts/xx", path)
    assert http.get(forged).status_code == 410
    stray = http.post(path, data={"object": "yes"}, headers={"Origin": "https://evil.example"})
    assert stray.status_code == 403


def test_an_erased_person_is_told_so_and_shown_nothing(
    http: TestClient, admin: TestClient, log: Log
) -> None:
    path, person = own_page(http, admin, log)
    post(admin, f"/candidates/{person}/erasure", ground="request")
    page = http.get(path).text
    assert "has been erased" in page
    assert "Lovelace" not in page


def test_who_applied_otherwise_is_sent_a_link(
    http: TestClient, admin: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIRELEDGER_PUBLIC_URL", "http://testserver")
    requisition = open_requisition(admin)
    person, application = applied(admin, requisition)
    body = "What we know of you: {{ own_page }}"
    made = post(admin, "/message-templates", title="Yours", subject="Your page", body=body)
    wanted = {"template_id": made["message_template_id"]}
    draft = f"/applications/{application}/message-draft"
    assert admin.get(f"/api{draft}", params=wanted).status_code == 422
    slug, _ = careers_page(admin), posted(admin)
    path = get(admin, draft, **wanted)["body"].removeprefix(
        "What we know of you: http://testserver"
    )
    assert path.startswith(f"/careers/{slug}/mine/")
    page = http.get(path).text
    assert "Ada Lovelace" in page
    assert "Your receipt" not in page
    assert "You asked us not to write" in http.post(path, data={"object": "yes"}).text
    [event] = get(admin, "/events", types="candidate.opted_out")["items"]
    assert (event["actor_id"], event["stream_id"]) == (person, person)


def test_a_link_is_good_for_its_own_organisation_alone(
    http: TestClient, admin: TestClient, log: Log, hireledger: Hireledger
) -> None:
    _, application = applied(admin, open_requisition(admin))
    other = organisations.create(hireledger.database, f"other {new_id()}")
    slug = careers_page(admin)
    said = {"organisation": str(other.id), "application": application}
    for token in (
        sealed_tokens.seal(log.database.keyring, OWN_PAGE, **said),
        sealed_tokens.seal(log.database.keyring, "application receipt", **said),
    ):
        assert http.get(f"/careers/{slug}/mine/{token}").status_code == 410
