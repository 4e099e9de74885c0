"""What is public of an organisation: nothing until it says so, then what is posted and no more."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from domain.role import Role
from store import api_keys, organisations
from store.ids import new_id
from store.system import Hireledger
from tests.api.applying import PERMIT, careers_page, forget_forms, posted
from tests.api.conftest import ClientFor
from tests.api.test_whole_way import get, open_requisition, post

TEXT = "# You\n\nwill **look after** <script>alert(1)</script> data.\n\n[more](javascript:alert(1))"
FOR_SCHEMA_ORG = {"title", "description", "datePosted", "hiringOrganization", "jobLocation"}


@pytest.fixture(autouse=True)
def _forms_are_free(hireledger: Hireledger) -> None:
    forget_forms(hireledger.database)


def test_nothing_is_public_until_the_organisation_says_so(
    admin: TestClient, http: TestClient
) -> None:
    requisition = posted(admin)
    assert get(admin, "/careers-page") == {"page": None, "knock_out_policy": "review"}
    slug = careers_page(admin)
    listed = http.get(f"/careers/{slug}")
    assert (listed.status_code, "Data engineer" in listed.text) == (200, True)
    assert "Acme &amp; Söhne" in listed.text
    post(admin, "/careers-page/withdrawal")
    for path in ("", "/feed.json", f"/jobs/{requisition}", f"/jobs/{requisition}/application"):
        answer = http.get(f"/careers/{slug}{path}")
        assert (answer.status_code, "<h1>" in answer.text) == (404, True)


def test_only_what_is_open_and_posted_is_shown(admin: TestClient, http: TestClient) -> None:
    slug, draft = careers_page(admin), open_requisition(admin)
    requisition = posted(admin, title="Analyst")
    assert "Analyst" in http.get(f"/careers/{slug}").text
    for never in (draft, str(uuid4()), "nonsense"):
        assert http.get(f"/careers/{slug}/jobs/{never}").status_code == 404
    where = f"/careers/{slug}/jobs/{requisition}"
    assert http.get(where).status_code == 200
    held = post(admin, f"/requisitions/{requisition}/hold", reason_code="budget")
    get(admin, "/requisitions", min_log_position=held["log_position"])
    for path in (where, f"{where}/application"):
        gone = http.get(path)
        assert (gone.status_code, "no longer open" in gone.text) == (410, True)
        assert f'href="/careers/{slug}"' in gone.text
    assert "Analyst" not in http.get(f"/careers/{slug}").text


def test_another_organisations_postings_are_not_shown(
    admin: TestClient, http: TestClient, hireledger: Hireledger
) -> None:
    requisition = posted(admin)
    slug = careers_page(admin)
    other = organisations.create(hireledger.database, f"other {new_id()}")
    key = api_keys.create(hireledger.database, other, Role.ADMIN, "theirs")
    their = TestClient(http.app, raise_server_exceptions=False)
    their.headers["Authorization"] = f"Bearer {key}"
    theirs = careers_page(their)
    assert http.get(f"/careers/{theirs}/jobs/{requisition}").status_code == 404
    taken = their.post("/api/careers-page", json={"slug": slug, "public_name": "Us"})
    assert (taken.status_code, taken.json()["title"]) == (409, "Address taken")
    assert http.get(f"/careers/{theirs}").status_code == 200


def test_a_careers_page_that_moved_leads_on(admin: TestClient, http: TestClient) -> None:
    old, new = careers_page(admin), careers_page(admin)
    answer = http.get(f"/careers/{old}/feed.json?via=x", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (
        308,
        f"/careers/{new}/feed.json?via=x",
    )


def test_only_administrators_make_anything_public(client_for: ClientFor) -> None:
    body = {"slug": "acme", "public_name": "Acme"}
    assert client_for(Role.RECRUITER).post("/api/careers-page", json=body).status_code == 403


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"slug": "Not OK"}, "#/slug"),
        ({"slug": "../x"}, "#/slug"),
        ({"slug": "ok", "consent_text": "Keep me"}, "#"),
        ({"slug": "ok", "notice": ""}, "#/notice"),
    ],
)
def test_what_is_wrong_with_a_page_is_named(
    admin: TestClient, said: dict[str, str], pointer: str
) -> None:
    answer = admin.post("/api/careers-page", json={"public_name": "Acme"} | said)
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]


def test_postings_are_searched_and_filtered(admin: TestClient, http: TestClient) -> None:
    slug = careers_page(admin)
    posted(admin, title="Data engineer", description="We use **PostgreSQL**.")
    posted(admin, title="Account executive", department="Sales", location="London")
    found = {
        query: re.findall(r'<a href="[^"]+/jobs/[^"]+">([^<]+)</a>', http.get(query).text)
        for query in (
            f"/careers/{slug}",
            f"/careers/{slug}?q=postgresql%20DATA",
            f"/careers/{slug}?department=Sales",
            f"/careers/{slug}?location=Berlin&department=Sales",
        )
    }
    assert list(found.values()) == [
        ["Account executive", "Data engineer"],
        ["Data engineer"],
        ["Account executive"],
        [],
    ]
    shown = http.get(f"/careers/{slug}", params={"q": '"><script>alert(1)</script>'})
    assert "<script>alert" not in shown.text


def test_a_posting_describes_itself_to_search_engines(admin: TestClient, http: TestClient) -> None:
    slug = careers_page(admin)
    requisition = posted(
        admin,
        PERMIT,
        title="Engineer </script><script>alert(1)</script>",
        description=TEXT,
        basic_qualifications=["Three years of SQL"],
        openings=2,
    )
    answer = http.get(f"/careers/{slug}/jobs/{requisition}?via=fair")
    [canonical] = re.findall(r'<link rel="canonical" href="([^"]+)">', answer.text)
    assert canonical == f"http://testserver/careers/{slug}/jobs/{requisition}"
    data = linked_data(answer.text)
    assert data.keys() >= FOR_SCHEMA_ORG
    assert (data["@context"], data["@type"]) == ("https://schema.org", "JobPosting")
    assert data["title"] == "Engineer </script><script>alert(1)</script>"
    assert data["hiringOrganization"]["name"] == "Acme & Söhne"
    assert data["jobLocation"]["address"]["addressLocality"] == "Berlin"
    assert (data["totalJobOpenings"], data["url"]) == (2, canonical)
    assert data["qualifications"] == "Three years of SQL"
    assert f"/jobs/{requisition}/application?via=fair" in answer.text
    post(admin, f"/requisitions/{requisition}/details", title="Engineer")


def linked_data(html: str) -> dict[str, Any]:
    [text] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    data: dict[str, Any] = json.loads(text)
    return data


def test_html_in_a_posting_is_inert_everywhere(admin: TestClient, http: TestClient) -> None:
    slug = careers_page(admin, introduction=TEXT)
    requisition = posted(admin, description=TEXT, title="<b>Engineer</b>")
    feed = http.get(f"/careers/{slug}/feed.json").json()["items"][0]["content_html"]
    posting = http.get(f"/careers/{slug}/jobs/{requisition}").text
    page = http.get(f"/careers/{slug}").text
    for html in (feed, posting, page):
        assert "<strong>look after</strong>" in html
        assert "<script>alert" not in html
        assert 'href="javascript' not in html
        assert "<b>" not in html
    assert "<h3>You</h3>" in posting


def test_the_feed_is_a_json_feed(admin: TestClient, http: TestClient) -> None:
    slug, requisition = careers_page(admin), posted(admin, description="You will **count**.")
    answer = http.get(f"/careers/{slug}/feed.json")
    assert answer.headers["content-type"].startswith("application/feed+json")
    assert answer.headers["access-control-allow-origin"] == "*"
    feed = answer.json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"http://testserver/careers/{slug}/feed.json"
    [item] = feed["items"]
    assert item["url"] == item["id"] == f"http://testserver/careers/{slug}/jobs/{requisition}"
    assert item["content_html"] == "<p>You will <strong>count</strong>.</p>\n"
    assert item["tags"] == ["Engineering", "Berlin"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", item["date_published"])


def test_public_pages_are_kept_briefly_and_run_nothing(admin: TestClient, http: TestClient) -> None:
    slug, requisition = careers_page(admin), posted(admin)
    where = f"/careers/{slug}/jobs/{requisition}"
    for path in (f"/careers/{slug}", where, f"/careers/{slug}/feed.json", "/robots.txt"):
        assert http.get(path).headers["cache-control"] == "public, max-age=60"
    form = http.get(f"{where}/application")
    assert form.headers["cache-control"] == "no-store"
    for answer in (http.get(where), form):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'")
        assert "script-src" not in policy
        assert "style=" not in answer.text
    assert "Disallow: /api/" in http.get("/robots.txt").text
    assert http.get("/assets/careers.css").headers["content-type"].startswith("text/css")


def test_what_is_asked_is_frozen_while_it_is_posted(admin: TestClient) -> None:
    requisition = posted(admin, PERMIT)
    path = f"/api/requisitions/{requisition}/application-form"
    refused = admin.post(path, json={"form": {"questions": []}})
    assert (refused.status_code, refused.json()["title"]) == (409, "Posted as it is")
    post(admin, f"/requisitions/{requisition}/posting/withdrawal")
    assert admin.post(path, json={"form": {"questions": []}}).status_code == 201


@pytest.mark.parametrize(
    "question",
    [
        {"id": "a", "label": "Which?", "kind": "single_choice", "choices": ["One"]},
        {"id": "a", "label": "Which?", "kind": "short_text", "choices": ["One", "Two"]},
        {"id": "a", "label": "May you?", "kind": "yes_no", "knock_out": {"answers": ["perhaps"]}},
        {"id": "a", "label": "When?", "kind": "date", "knock_out": {"below": 3}},
        {"id": "a", "label": "May you?", "kind": "yes_no", "knock_out": {}},
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_name(
    admin: TestClient, question: dict[str, Any]
) -> None:
    requisition = open_requisition(admin)
    answer = admin.post(
        f"/api/requisitions/{requisition}/application-form",
        json={"form": {"questions": [question]}},
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/form/questions/0"
