"""Whoever applies loses nothing they typed, sends it once, and can show later that they did."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from tempfile import SpooledTemporaryFile
from zipfile import ZIP_STORED, ZipFile

import pytest
from fastapi.testclient import TestClient

from domain.role import Role
from hireledger_verify import VerifierKey, open_note
from projections.health import differences
from store.log import Log
from store.system import Hireledger
from tests.api.applying import (
    ADA,
    PDF,
    PERMIT,
    TOOLS,
    YEARS,
    Applicant,
    application_id,
    careers_page,
    forget_forms,
    hidden,
    posted,
)
from tests.api.conftest import ClientFor
from tests.api.test_whole_way import get, post
from web import application_form
from web.form_body import named

HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture(autouse=True)
def _quick_hands(hireledger: Hireledger, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_forms(hireledger.database)
    monkeypatch.setattr(application_form, "FEWEST_SECONDS", 0)


def types(log: Log) -> list[str]:
    """What happened to candidates, in order."""
    with log.database.transaction(log.organisation) as connection:
        rows = connection.execute(
            "SELECT type FROM events WHERE stream_type = 'candidate' ORDER BY position"
        ).fetchall()
    return [row[0] for row in rows]


def test_whoever_applies_is_in_the_log_before_the_receipt_is_shown(
    admin: TestClient, http: TestClient, log: Log
) -> None:
    consent = {"consent_text": "Keep me in touch.", "consent_version": "c1", "consent_months": 12}
    slug = careers_page(admin, notice="We use it.", notice_version="n1", **consent)
    requisition = posted(admin, PERMIT, YEARS, TOOLS, jurisdiction="de")
    ada = Applicant(http, slug, requisition)
    assert "We use it." in ada.shown.text
    assert re.search(r'name="consent" value="yes">', ada.shown.text)
    receipt = ada.apply(
        ("../../etc/résumé.pdf", PDF),
        phone="030 1234567",
        cover_letter="I write programs.",
        consent="yes",
        **{"q.tools": ["Python", "Rust"]},
    )
    assert types(log) == [
        "candidate.registered",
        "application.applied",
        "consent.granted",
        "candidate.document_attached",
    ]
    id = application_id(receipt.text)
    seen = get(admin, f"/applications/{id}", min_log_position=log.facts.max_notification_id())
    candidate = seen["application"]["candidate_id"]
    assert seen["application"]["requisition_id"] == requisition
    person = get(admin, f"/candidates/{candidate}")["candidate"]
    assert (person["full_name"], person["email"]) == ("Ada Lovelace", "ada@example.org")
    [document] = get(admin, f"/candidates/{candidate}/documents")["items"]
    assert (document["filename"], document["media_type"]) == ("résumé.pdf", "application/pdf")
    assert admin.get(f"/api/documents/{document['document_id']}").content == PDF
    told = {row["type"]: row for row in get(admin, "/events", limit=1000)["items"]}
    applied = told["application.applied"]["data"]
    assert (applied["source"], applied["origin"], applied["notice_version"]) == (
        "careers_page",
        "applied",
        "n1",
    )
    assert told["consent.granted"]["data"]["text_version"] == "c1"
    assert told["consent.granted"]["data"]["expires_at"]
    opened = get(admin, f"/events/{told['application.applied']['position']}", personal=True)
    said = opened["personal"] if "personal" in opened else opened["event"]["personal"]
    assert json.loads(said["answers"]) == {
        "permit": "yes",
        "years": "7",
        "tools": ["Python", "Rust"],
    }
    assert said["cover_letter"] == "I write programs."
    [form] = [
        row
        for row in get(admin, "/events", types="requisition.posted", limit=9)["items"]
        if row["version"] == applied["form_version"]
    ]
    assert len(form["data"]["form"]["questions"]) == 3
    assert differences(log.database, log.organisation) == []


def test_what_was_typed_is_never_lost(admin: TestClient, http: TestClient, log: Log) -> None:
    slug, requisition = careers_page(admin), posted(admin, PERMIT, YEARS, TOOLS)
    ada = Applicant(http, slug, requisition)
    typed = {
        "full_name": HOSTILE,
        "email": "not an address",
        "links": "https://example.org\nhttps://example.net",
        "cover_letter": "Dear all,\n\nI <b>like</b> data.",
        "q.tools": ["Rust"],
        "q.years": "many",
    }
    again = ada.send(("resume.pdf", PDF), **typed)
    assert (again.status_code, 'role="alert"' in again.text) == (422, True)
    for name in ("email", "q.permit", "q.years"):
        assert f'id="{name}-problem"' in again.text, name
    assert 'id="full_name-problem"' not in again.text
    assert "<script>" not in again.text
    assert "I &lt;b&gt;like&lt;/b&gt; data." in again.text
    assert 'value="not an address"' in again.text
    assert 'type="text" value="many"' in again.text
    assert 'value="Rust" checked' in again.text
    assert 'value="Python" checked' not in again.text
    assert "We have <strong>resume.pdf</strong>" in again.text
    assert types(log) == []
    # What was said before need not be said again, the file included.
    ada.hidden = hidden(again.text)
    receipt = ada.apply(**typed | {k: ADA[k] for k in ("email", "q.permit", "q.years")})
    assert sha256(PDF).hexdigest() in receipt.text
    assert types(log).count("candidate.document_attached") == 1


def test_a_form_sent_twice_is_one_application(
    admin: TestClient, http: TestClient, log: Log
) -> None:
    slug, requisition = careers_page(admin), posted(admin)
    ada = Applicant(http, slug, requisition)
    with ThreadPoolExecutor(4) as clicks:
        answers = list(clicks.map(lambda _: ada.send(("a.pdf", PDF), **ADA), range(4)))
    assert [answer.status_code for answer in answers] == [303] * 4
    shown = {http.get(a.headers["location"]).text for a in answers}
    assert len({application_id(text) for text in shown}) == 1
    later = http.get(ada.send(**ADA | {"full_name": "Other"}).headers["location"])
    assert "had been sent before" in later.text
    assert types(log).count("application.applied") == 1
    assert types(log).count("candidate.document_attached") == 1


def test_nobody_learns_whether_somebody_is_known(
    admin: TestClient, http: TestClient, log: Log
) -> None:
    known = post(admin, "/candidates", full_name="Ada Lovelace", email="ada@example.org")["id"]
    slug, requisition = careers_page(admin), posted(admin)
    stranger = Applicant(http, slug, requisition).apply()
    again = Applicant(http, slug, requisition).apply()
    for receipt in (stranger, again):
        assert known not in receipt.text
        # Not just "Ada": a signed receipt may hold any three letters.
        assert "Lovelace" not in receipt.text
        assert "ada@example.org" not in receipt.text
    ids = {application_id(receipt.text) for receipt in (stranger, again)}
    assert len(ids) == 2
    assert types(log).count("candidate.registered") == 3
    reached = log.facts.max_notification_id()
    pairs = get(admin, "/candidates/duplicates", min_log_position=reached)["items"]
    assert all("same_email" in pair["reasons"] for pair in pairs)
    assert len(pairs) == 3


def test_a_receipt_can_be_shown_later(admin: TestClient, http: TestClient, log: Log) -> None:
    slug, requisition = careers_page(admin), posted(admin, title="Engineer\u2028<b>")
    receipt = Applicant(http, slug, requisition).apply(("a.pdf", PDF))
    [path] = re.findall(r'href="([^"]+/receipt\.txt)"', receipt.text)
    file = http.get(path)
    assert file.headers["content-type"].startswith("text/plain")
    assert "attachment" in file.headers["content-disposition"]
    note = file.content.decode()
    checked = http.post("/api/receipts/verification", json={"receipt": note}).json()
    assert checked["valid"] is True
    assert checked["said"]["application_id"] == application_id(receipt.text)
    assert checked["said"]["documents"][0]["sha256"] == sha256(PDF).hexdigest()
    assert json.loads(open_note(note, VerifierKey.parsed(checked["key"])))["posting"].endswith(
        "<b>"
    )
    for forged in (note.replace("Acme", "Evil"), note[:-5], "", "nonsense", note + "x"):
        sent = json.dumps({"receipt": forged})
        headers = {"Content-Type": "application/json"}
        answer = http.post("/api/receipts/verification", content=sent, headers=headers)
        assert answer.json()["valid"] is False
    candidate = get(
        admin,
        f"/applications/{application_id(receipt.text)}",
        min_log_position=log.facts.max_notification_id(),
    )["application"]["candidate_id"]
    post(admin, f"/candidates/{candidate}/erasure", ground="request")
    assert sha256(PDF).hexdigest() not in http.get(path).text
    for made_up in (
        path.replace("/receipts/", "/receipts/x"),
        f"/careers/{slug}/receipts/nonsense",
    ):
        assert http.get(made_up).status_code == 410


@pytest.mark.parametrize("policy", ["review", "reject"])
def test_a_knock_out_waits_for_a_person_unless_chosen_otherwise(
    admin: TestClient, http: TestClient, log: Log, policy: str
) -> None:
    post(admin, "/knock-out-policy", policy=policy)
    slug, requisition = careers_page(admin), posted(admin, PERMIT, YEARS)
    receipt = Applicant(http, slug, requisition).apply(**{"q.permit": "no", "q.years": "1"})
    assert "no" not in re.findall(r"(?i)reject|qualif", receipt.text)
    id = application_id(receipt.text)
    reached = log.facts.max_notification_id()
    seen = get(admin, f"/applications/{id}", min_log_position=reached)["application"]
    waiting = get(admin, "/knock-outs", min_log_position=reached)["items"]
    assert types(log)[2:4] == ["application.knocked_out"] * 2
    if policy == "reject":
        assert (seen["status"], seen["reason_code"]) == ("rejected", "basic_qualifications")
        assert waiting == []
        rejected = get(admin, "/events", types="application.rejected", limit=9)["items"]
        assert rejected[0]["data"]["rule"] == "permit"
        return
    assert seen["status"] == "open"
    assert [(row["application_id"], row["rules"]) for row in waiting] == [(id, ["permit", "years"])]


def test_a_person_decides_about_a_knock_out(
    admin: TestClient, http: TestClient, client_for: ClientFor, log: Log
) -> None:
    slug, requisition = careers_page(admin), posted(admin, PERMIT)
    ids = [
        application_id(Applicant(http, slug, requisition).apply(**{"q.permit": "no"}).text)
        for _ in range(3)
    ]
    waived, confirmed, screened = ids
    about = f"/applications/{waived}/knock-out/waiver"
    post(admin, about, reason_code="permit_applied_for")
    assert admin.post(f"/api{about}", json={"reason_code": "again"}).status_code == 409
    post(client_for(Role.RECRUITER), f"/applications/{confirmed}/knock-out/confirmation")
    post(admin, f"/applications/{screened}/screenings", outcome="passed")
    reached = log.facts.max_notification_id()
    assert get(admin, "/knock-outs", min_log_position=reached)["items"] == []
    first = get(admin, "/events", types="application.knock_out_waived", limit=1)["items"][0]
    before = get(admin, "/knock-outs", known_before=first["position"], limit=2)
    assert [row["application_id"] for row in before["items"]] == sorted(ids)[:2]
    rejected = get(admin, f"/applications/{confirmed}")["application"]
    assert rejected["reason_code"] == "basic_qualifications"
    other = Applicant(http, slug, requisition).apply(**{"q.permit": "yes"})
    none = f"/api/applications/{application_id(other.text)}/knock-out/confirmation"
    assert admin.post(none, json={}).json()["title"] == "Not knocked out"


def office(member: str, **content: str) -> bytes:
    """A ZIP file as offices write them."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_STORED) as archive:
        for name, text in ({"mimetype": member} if member else {}).items():
            archive.writestr(name, text)
        for name, text in content.items():
            archive.writestr(name, text)
    return made.getvalue()


def test_files_are_what_is_in_them_and_nothing_else_is_taken(
    admin: TestClient, http: TestClient
) -> None:
    slug, requisition = careers_page(admin), posted(admin)
    ada = Applicant(http, slug, requisition)
    odt = "application/vnd.oasis.opendocument.text"
    word = {"[Content_Types].xml": "x", "word/document.xml": "x"}
    fine = {
        "a.exe": (PDF, "a.exe.pdf"),
        "C:\\x\\b.doc": (office("", **word), "b.doc.docx"),
        "..": (office(odt, **{"content.xml": "x"}), "file.odt"),
        "<b>.txt": ("Grüße".encode(), "&lt;b&gt;.txt"),
        "d.json": (b'{"basics": {}}', "d.json"),
    }
    for name, (content, kept) in fine.items():
        answer = ada.send((name, content), full_name="Ada")
        assert f"We have <strong>{kept}</strong>" in answer.text, name
        assert "resume-problem" not in answer.text
    for content in (
        b"MZ\x90\x00",
        office("", **{"a.txt": "x"}),
        b"\x00\x01",
        b"PK\x03\x04",
        b"\xff",
    ):
        answer = ada.send(("resume.pdf", content), full_name="Ada")
        assert "Please choose a PDF" in answer.text, content[:9]
        assert 'value="Ada"' in answer.text


def test_a_file_too_large_loses_nothing_that_was_typed(
    admin: TestClient, http: TestClient, hireledger: Hireledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hireledger.database, "largest_document", 2_000_000)
    # What is personal would be on a disk in the clear.
    monkeypatch.setattr(SpooledTemporaryFile, "rollover", lambda _: pytest.fail("onto a disk"))
    slug, requisition = careers_page(admin), posted(admin)
    ada = Applicant(http, slug, requisition)
    answer = ada.send(("a.pdf", PDF + b"x" * 3_000_000), **ADA)
    assert (answer.status_code, "larger than 2 MB" in answer.text) == (422, True)
    assert 'value="Ada Lovelace"' in answer.text
    assert "We have" in ada.send(("a.pdf", PDF + b"x" * 1_900_000)).text
    # What no reading could bear is refused before it is read.
    declared = {"Content-Length": "99000000000"}
    assert http.post(ada.path, content=b"x", headers=declared).status_code == 413
    assert http.post(f"/careers/{slug}", content=b"x" * 1_100_000).status_code == 413


def test_programs_that_fill_in_forms_are_sent_back_kindly(
    admin: TestClient, http: TestClient, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug, requisition = careers_page(admin), posted(admin)
    ada = Applicant(http, slug, requisition)
    trapped = ada.send(**ADA, homepage="https://spam.example")
    monkeypatch.setattr(application_form, "FEWEST_SECONDS", 3)
    hasty = ada.send(**ADA)
    monkeypatch.setattr(application_form, "GOOD_FOR", timedelta(seconds=-1))
    stale = ada.send(("a.pdf", PDF), **ADA)
    for answer in (trapped, hasty, stale):
        assert (answer.status_code, 'value="Ada Lovelace"' in answer.text) == (400, True)
    assert "spam.example" not in trapped.text
    assert hidden(stale.text)["token"] != ada.hidden["token"]
    assert "We have <strong>a.pdf</strong>" in stale.text
    monkeypatch.undo()
    monkeypatch.setattr(application_form, "FEWEST_SECONDS", 0)
    other = Applicant(http, slug, posted(admin))
    ada.hidden["token"] = other.hidden["token"]
    assert ada.send(**ADA).status_code == 400
    assert types(log) == []


def test_a_form_of_another_site_is_refused(admin: TestClient, http: TestClient, log: Log) -> None:
    slug, requisition = careers_page(admin), posted(admin)
    ada = Applicant(http, slug, requisition)
    ada.browser.headers["Origin"] = "https://evil.example"
    answer = ada.send(**ADA)
    assert (answer.status_code, "<h1>" in answer.text) == (403, True)
    assert types(log) == []


def test_too_many_forms_from_one_address_wait(
    admin: TestClient, http: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.attempts.FORMS_FREE", 2)
    slug, requisition = careers_page(admin), posted(admin)
    ada = Applicant(http, slug, requisition)
    answers = [ada.send() for _ in range(4)]
    assert [answer.status_code for answer in answers][:2] == [422, 422]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert "wait" in answers[-1].text


WRONG = (
    ("full_name", "Ada\nBcc: all@example.org"),
    ("full_name", "x" * 201),
    ("full_name", "Ada\x1b[31m"),
    ("email", "ada@example.org\r\nBcc: all@example.org"),
    ("email", "ada@"),
    ("phone", "0\u20281"),
    ("cover_letter", "x" * 10_001),
    ("q.permit", "maybe"),
    ("q.years", "-1"),
    ("q.years", "9" * 13),
    ("q.tools", "Fortran"),
)


def test_what_is_wrong_is_said_where_it_was_typed(admin: TestClient, http: TestClient) -> None:
    slug, requisition = careers_page(admin), posted(admin, PERMIT, YEARS, TOOLS)
    ada = Applicant(http, slug, requisition)
    for field, value in WRONG:
        answer = ada.send(**{**ADA, field: value})
        assert answer.status_code == 422
        assert re.findall(r'id="([^"]+)-problem"', answer.text) == [field]


def test_a_body_that_is_no_form_is_refused_in_words(admin: TestClient, http: TestClient) -> None:
    the_form = Applicant(http, careers_page(admin), posted(admin))
    boundary = "multipart/form-data; boundary=x"
    many = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' for _ in range(400)
    )
    for kind, body in (
        ("application/json", b"{}"),
        ("multipart/form-data", b"--x"),
        (boundary, b"nonsense"),
        (boundary, b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--"),
        (boundary, many + b"--x--"),
        ("application/x-www-form-urlencoded", b"a=1&" * 400),
    ):
        answer = the_form.browser.post(the_form.path, content=body, headers={"Content-Type": kind})
        assert answer.status_code in (400, 422), (kind, body[:60])
        assert "<h1>" in answer.text


def test_what_cannot_be_stored_is_stored_as_it_can_be(
    admin: TestClient, http: TestClient, log: Log
) -> None:
    slug, requisition = careers_page(admin), posted(admin)
    ada = Applicant(http, slug, requisition)
    receipt = ada.apply(cover_letter="a\x00b\r\nc" + HOSTILE, links=HOSTILE)
    assert "<script>" not in receipt.text
    assert "application.applied" in types(log)
    assert named("a/b\\c\r\nX-Evil: 1\x00\u202e.pdf") == "cX-Evil: 1.pdf"
    assert named("../..") == named("") == "file"


def test_whoever_applied_is_written_to_if_the_organisation_wants_that(
    admin: TestClient, http: TestClient, log: Log
) -> None:
    slug, requisition = careers_page(admin, confirms_by_mail=True), posted(admin)
    receipt = Applicant(http, slug, requisition).apply(full_name="Ada\u00a0Spam")
    id = application_id(receipt.text)
    reached = log.facts.max_notification_id()
    [message] = get(admin, f"/applications/{id}/messages", min_log_position=reached)["items"]
    assert message["subject"] == "We have received your application"
    assert "Spam" not in message["body"]
    [url] = re.findall(r"http://testserver(/careers/\S+)", message["body"])
    assert application_id(http.get(url).text) == id


def test_a_posting_that_closed_meanwhile_takes_nobody(
    admin: TestClient, http: TestClient, log: Log
) -> None:
    slug, requisition = careers_page(admin), posted(admin)
    ada = Applicant(http, slug, requisition)
    post(admin, f"/requisitions/{requisition}/posting/withdrawal")
    assert ada.send(**ADA).status_code == 410
    assert types(log) == []


def voluntary(http: TestClient, receipt: str) -> tuple[str, str]:
    """The page of voluntary questions, and its text."""
    [path] = re.findall(r'href="([^"]+/self-identification/[^"]+)"', receipt)
    return path, http.get(path).text


def test_voluntary_questions_are_apart_and_sealed(
    admin: TestClient, http: TestClient, client_for: ClientFor
) -> None:
    slug = careers_page(admin)
    asked, not_asked = posted(admin, jurisdiction="us-ca"), posted(admin, jurisdiction="de")
    assert "/self-identification/" not in Applicant(http, slug, not_asked).apply().text
    receipt = Applicant(http, slug, asked).apply()
    path, text = voluntary(http, receipt.text)
    assert "I do not wish to answer" in text
    assert "checked" not in text
    wrong = http.post(path, data={"gender": "nonsense"})
    assert (wrong.status_code, "<h1>" in wrong.text) == (422, True)
    assert http.post(path, data={"gender": "female"}).status_code == 200
    for answer in (http.post(path, data={"gender": "male"}), http.get(path)):
        assert answer.status_code == 409
    assert "/self-identification/" not in http.get(receipt.url.path).text
    [event] = get(admin, "/events", types="candidate.self_identified", limit=9)["items"]
    assert "answers" not in event["data"]
    for role in Role:
        told = client_for(role).get(f"/api/events/{event['position']}", params={"personal": True})
        assert "female" not in told.text
    assert http.get(f"/careers/{slug}/self-identification/nonsense").status_code == 410


def test_the_report_tells_no_number_of_fewer_than_five(
    admin: TestClient, http: TestClient, log: Log, client_for: ClientFor, hireledger: Hireledger
) -> None:
    slug, requisition = careers_page(admin), posted(admin, jurisdiction="us")
    said = [{"gender": "female"}] * 6 + [{"gender": "male"}] * 5 + [{}]
    people = []
    for answers in said:
        receipt = Applicant(http, slug, requisition).apply()
        path, _ = voluntary(http, receipt.text)
        assert http.post(path, data={**answers, "race_ethnicity": ""}).status_code == 200
        people.append(application_id(receipt.text))
    forget_forms(hireledger.database)
    get(admin, "/pipeline", min_log_position=log.facts.max_notification_id())
    auditor = client_for(Role.AUDITOR)
    [form] = get(auditor, "/reports/self-identification", requisition_id=requisition)["forms"]
    assert (form["counted"], form["waiting"], form["erased"]) == (10, 2, 0)
    gender = next(q for q in form["questions"] if q["question"] == "gender")
    # Six women and four men: four is too few, and six would tell of it.
    assert {cell["choice"]: cell["count"] for cell in gender["cells"]} == dict.fromkeys(
        ("female", "male", "another", "declined", "unanswered")
    )
    for path in ("?year=2020", f"?requisition_id={posted(admin)}"):
        none = auditor.get(f"/api/reports/self-identification{path}")
        assert none.json()["forms"] == []
    for role in (Role.RECRUITER, Role.HIRING_MANAGER, Role.ANALYST):
        assert client_for(role).get("/api/reports/self-identification").status_code == 403
    with log.database.transaction(log.organisation) as connection:
        row = connection.execute(
            "SELECT cardinality(subjects), categories FROM access_log"
            " WHERE purpose = 'self-identification report' LIMIT 1"
        ).fetchone()
    assert row == (12, ["eeo"])
    candidate = get(admin, f"/applications/{people[0]}")["application"]["candidate_id"]
    post(admin, f"/candidates/{candidate}/erasure", ground="request")
    [after] = get(auditor, "/reports/self-identification")["forms"]
    # With whoever was erased, all five of their batch are no longer counted.
    assert (after["counted"], after["waiting"], after["erased"]) == (5, 2, 5)
