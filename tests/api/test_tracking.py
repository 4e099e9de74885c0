"""Where applicants come from: links, members who refer, agencies and whose somebody is."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from domain.role import Role
from projections.agencies import Submission, owned
from store.log import Log
from store.system import Hireledger
from tests.api.applying import Applicant, careers_page, forget_forms, posted
from tests.api.conftest import ClientFor
from tests.api.test_whole_way import get, post
from web import application_form


@pytest.fixture(autouse=True)
def _quick_hands(hireledger: Hireledger, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_forms(hireledger.database)
    monkeypatch.setattr(application_form, "FEWEST_SECONDS", 0)


def test_a_links_code_is_carried_to_the_application(
    admin: TestClient, http: TestClient, log: Log, client_for: ClientFor
) -> None:
    slug, requisition = careers_page(admin), posted(admin)
    post(admin, "/tracking-links", link="fair", source="job_fair", campaign="autumn_2026")
    member = uuid4()
    eve = client_for(Role.INTERVIEWER, member)
    post(eve, "/referral-links", link="by-eve")
    post(admin, "/agencies", agency="acme", title="Acme Search", ownership_days=180)
    post(admin, "/tracking-links", link="acme-2026", agency="acme")
    for via in ("fair", "by-eve", "acme-2026", "made-up", "not a code", ""):
        assert http.get(f"/careers/{slug}", params={"via": via}).status_code == 200
        form = Applicant(http, slug, requisition, via)
        assert form.hidden.get("via", "") == ("" if " " in via else via)
        form.apply()
    found = [e["data"] for e in get(admin, "/events", types="application.applied")["items"]]
    names = ("source", "origin", "campaign", "agency", "referrer_id", "link")
    assert [tuple(data.get(name) for name in names) for data in found] == [
        ("job_fair", "applied", "autumn_2026", None, None, "fair"),
        ("referral", "referred", None, None, str(member), "by-eve"),
        ("agency:acme", "agency", None, "acme", None, "acme-2026"),
        *[("careers_page", "applied", None, None, None, None)] * 3,
    ]
    reached = log.facts.max_notification_id()
    links = get(admin, "/tracking-links", min_log_position=reached)["items"]
    assert {link["link"]: link["applications"] for link in links} == {
        "fair": 1,
        "by-eve": 1,
        "acme-2026": 1,
    }
    assert [link["link"] for link in get(eve, "/tracking-links")["items"]] == ["by-eve"]


def test_a_code_is_given_once_and_a_retired_link_attributes_nothing(
    admin: TestClient, http: TestClient
) -> None:
    slug, requisition = careers_page(admin), posted(admin)
    post(admin, "/tracking-links", link="fair", source="job_fair")
    again = admin.post("/api/tracking-links", json={"link": "fair", "source": "other"})
    assert (again.status_code, again.json()["title"]) == (409, "Link taken")
    for body, status in (
        ({"link": "x"}, 422),
        ({"link": "Not a code", "source": "x"}, 422),
        ({"link": "x", "source": "x", "requisition_id": str(uuid4())}, 404),
        ({"link": "x", "agency": "nobody"}, 409),
    ):
        assert admin.post("/api/tracking-links", json=body).status_code == status
    post(admin, "/tracking-links/fair/retirement")
    assert admin.post("/api/tracking-links/fair/retirement").status_code == 409
    assert admin.post("/api/tracking-links/none/retirement").status_code == 404
    Applicant(http, slug, requisition, "fair").apply()
    [event] = get(admin, "/events", types="application.applied")["items"]
    assert "link" not in event["data"]


def test_a_member_refers_somebody(admin: TestClient, client_for: ClientFor) -> None:
    requisition, member = posted(admin), uuid4()
    eve = client_for(Role.SOURCER, member)
    post(eve, "/referrals", requisition_id=requisition, full_name="Ada Lovelace")
    [event] = get(admin, "/events", types="application.applied")["items"]
    assert (event["data"]["origin"], event["data"]["referrer_id"]) == ("referred", str(member))
    assert client_for(Role.AUDITOR).post("/api/referrals", json={}).status_code == 403


def test_the_first_agency_to_bring_somebody_owns_them(admin: TestClient, log: Log) -> None:
    requisition, other = posted(admin), posted(admin)
    for agency in ("acme", "bolt"):
        post(admin, "/agencies", agency=agency, title=agency.title(), ownership_days=90)
    ada = {"full_name": "Ada", "email": "ada@example.org"}
    first = post(admin, "/agencies/acme/submissions", requisition_id=requisition, **ada)
    assert first["owner"] == "acme"
    get(admin, "/candidates", search="ada", min_log_position=first["log_position"])
    second = post(admin, "/agencies/bolt/submissions", requisition_id=other, **ada)
    assert second["owner"] == "acme"
    assert second["owned_until"] > datetime.now(UTC).isoformat()
    seen = get(
        admin,
        f"/candidates/{first['candidate_id']}/agency-submissions",
        min_log_position=second["log_position"],
    )
    assert [(row["agency"], row["owner"]) for row in seen["items"]] == [("acme", "acme")]
    post(admin, "/agencies/bolt/end")
    body = {"requisition_id": other, "full_name": "Grace"}
    refused = admin.post("/api/agencies/bolt/submissions", json=body)
    assert (refused.status_code, refused.json()["title"]) == (409, "Agency not agreed")
    reached = log.facts.max_notification_id()
    agreed = get(admin, "/agencies", min_log_position=reached)["items"]
    assert [row["agency"] for row in agreed] == ["acme"]


def test_whoever_was_erased_is_not_brought_back(admin: TestClient) -> None:
    requisition = posted(admin)
    post(admin, "/agencies", agency="acme", title="Acme", ownership_days=90)
    ada = {"full_name": "Ada", "email": "ada@example.org"}
    candidate = post(admin, "/candidates", **ada)["id"]
    post(admin, f"/candidates/{candidate}/erasure", ground="request")
    for path in ("/api/agencies/acme/submissions", "/api/referrals"):
        answer = admin.post(path, json={"requisition_id": requisition, **ada})
        assert (answer.status_code, answer.json()["title"]) == (409, "Suppressed")


def test_ownership_ends_with_its_period_and_is_not_prolonged() -> None:
    began = datetime(2026, 1, 1, tzinfo=UTC)

    def brought(agency: str, day: int) -> Submission:
        return Submission(agency, uuid4(), uuid4(), began + timedelta(days=day), 90)

    rows = owned(
        [brought("acme", 0), brought("bolt", 10), brought("acme", 80), brought("bolt", 90)]
    )
    assert [row.owner for row in rows] == ["acme", "acme", "acme", "bolt"]
    assert rows[2].owned_until == began + timedelta(days=90)
