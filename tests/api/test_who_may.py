"""Every role on every route: allowed exactly where the route's signature says so."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.routing import BaseRoute, Mount, Route

from commands import campaigns
from domain.role import LIMITED, Role
from entrance.browser import anyone
from store import api_keys, organisations
from store.database import Organisation
from store.envelope import Attribution
from store.ids import new_id
from store.ledger.sealing import seal
from store.ledger.trees import LOG
from store.system import Hireledger
from tests.api.conftest import ClientFor
from tests.api.test_feedback import HOUR
from tests.api.test_whole_way import applied, open_requisition, post

STREAM = "/api/events/stream"
SAID = {
    "name": "time-to-hire",
    "purpose": "contact",
    "position": "1000000",
    "subject": "offer",
    "template": "finalists",
    "kind": "we_rejected",
    "code": "experience",
    "tag": "finalist",
    "key": "send-messages:12:send",
    "slug": "acme",
    "token": "made-up",
    "link": "autumn-fair",
    "agency": "acme",
    "path": "pools",
    "v": "1",
}
"""Parts of paths that are no ids."""


@dataclass(frozen=True)
class Way:
    """One method of one route, and who may take it; None for everyone, signed in or not."""

    method: str
    route: APIRoute
    roles: frozenset[Role] | None

    def path(self, ids: dict[str, str]) -> str:
        given = {name: ids.get(name, SAID.get(name)) for name in self.route.param_convertors}
        return self.route.url_path_for(
            self.route.name, **{name: value or str(uuid4()) for name, value in given.items()}
        )

    @property
    def names_something(self) -> bool:
        """Whether the path holds an id."""
        return bool(self.route.param_convertors.keys() - SAID.keys())


def ways(app: FastAPI) -> Iterator[Way]:
    """All but members' pages, which ask through these; fails for a route that names nobody."""
    for route in flattened(app.routes):
        if isinstance(route, APIRoute) and is_for_members(route.dependant):
            continue
        if isinstance(route, APIRoute):
            declared = list(declarations(route.dependant))
            assert declared, f"{route.path} does not say who may call it"
            for method in sorted(route.methods or ()):
                yield Way(method, route, declared[0])
        else:
            assert isinstance(route, Mount | Route)
            assert route.path.startswith("/assets") or route.path == "/api/openapi.json"


def is_for_members(dependant: Dependant) -> bool:
    """Whether a route is a page of those who are signed in."""
    return any(getattr(one.call, "is_for_members", False) for one in dependant.dependencies)


def members_pages(app: FastAPI) -> Iterator[Way]:
    """What members see in a browser, and the forms they send."""
    for route in flattened(app.routes):
        if isinstance(route, APIRoute) and is_for_members(route.dependant):
            for method in sorted(route.methods or ()):
                yield Way(method, route, None)


def flattened(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """The routes, those of included routers in their place."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from flattened(included.routes)


def declarations(dependant: Dependant) -> Iterator[frozenset[Role] | None]:
    for dependency in dependant.dependencies:
        if dependency.call is anyone:
            yield None
        elif (roles := getattr(dependency.call, "roles", None)) is not None:
            yield roles
        yield from declarations(dependency)


def test_every_route_says_who_may_call_it(http: TestClient) -> None:
    found = list(ways(application(http)))
    assert len(found) > 80
    assert {way.route.path for way in found if way.roles is None and "/api/" in way.route.path} == {
        "/api/session",
        "/api/session/invitation",
        "/api/receipts/verification",
    }


def test_a_route_that_names_nobody_is_found() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.get("/left-open")(lambda: None)
    with pytest.raises(AssertionError, match="left-open does not say"):
        list(ways(app))


@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_routes_say_and_nothing_else(
    role: Role, http: TestClient, client_for: ClientFor
) -> None:
    client = client_for(role)
    for way in ways(application(http)):
        allowed = way.roles is None or role in way.roles
        if way.route.path == STREAM and allowed:
            continue  # It never ends; see test_live.py.
        answer = client.request(way.method, way.path({}), json={}, follow_redirects=False)
        about = f"{way.method} {way.route.path}: {answer.status_code} {answer.text[:200]}"
        if not allowed:
            assert answer.status_code == 403, about
            assert refused(answer.json()) == ("not-allowed", f"The role {role} may not do this.")
        elif role in LIMITED and way.roles is not None and way.names_something:
            assert answer.status_code == 404, about
        else:
            assert answer.status_code not in (401, 403, 500) or way.roles is None, about


def test_nobody_gets_past_without_a_key(http: TestClient) -> None:
    http.cookies.clear()
    for way in ways(application(http)):
        if way.roles is not None:
            for headers in ({}, {"Authorization": "Bearer hlk_made_up"}):
                answer = http.request(way.method, way.path({}), json={}, headers=headers)
                assert answer.status_code == 401, way.route.path
                assert refused(answer.json())[0] == "not-signed-in"


def test_nobody_sees_a_members_page_without_signing_in(http: TestClient, admin: TestClient) -> None:
    http.cookies.clear()
    pages = list(members_pages(application(http)))
    assert len(pages) > 20
    for headers in ({}, {"Cookie": "hireledger=hls_made_up"}, dict(admin.headers)):
        for page in pages:
            answer = http.request(
                page.method, page.path({}), headers=headers, follow_redirects=False
            )
            assert answer.status_code == 303, page.route.path
            assert answer.headers["location"].startswith("/sign-in")


A_FILE: dict[str, Any] = {
    "content": b"a file",
    "headers": {
        "Content-Disposition": 'attachment; filename="a.pdf"',
        "Content-Type": "application/octet-stream",
    },
}


def test_what_another_organisation_has_does_not_exist(
    admin: TestClient, hireledger: Hireledger, organisation: Organisation, http: TestClient
) -> None:
    theirs = everything(hireledger, http)
    # Until the first time it says so, of whatever it is asked about.
    seal(hireledger.database, organisation, LOG)
    examples = bodies(admin)
    told: dict[str, Any] = {}
    tried = 0
    for way in ways(application(http)):
        if way.roles is None or not way.names_something:
            continue
        answers = []
        for ids in (theirs, {name: str(uuid4()) for name in theirs}):
            body = examples.get((way.method, way.route.path), {})
            body = body | {name: ids[name] for name in body.keys() & ids.keys()}
            sent = A_FILE if way.route.path.endswith("/documents") else {"json": body}
            wanted = {"template_id": ids["template_id"]}
            answer = admin.request(way.method, way.path(ids), params=wanted, **sent)
            text = answer.text
            for value in ids.values():
                text = text.replace(value, "ID")
            answers.append((answer.status_code, text))
        if answers[0] != answers[1] or answers[0][0] != 404:
            told[way.route.path] = answers
        tried += 1
    assert told == {}, "\n".join(map(str, told.items()))
    assert tried > 50


A_SEQUENCE = {
    "kind": "sequence",
    "title": "Spring",
    "steps": [{"subject": "Hello", "body": "How are you?"}],
}


def everything(hireledger: Hireledger, http: TestClient) -> dict[str, str]:
    """One of each thing, in an organisation of its own."""
    other: Organisation = organisations.create(hireledger.database, f"other {new_id()}")
    key = api_keys.create(hireledger.database, other, Role.ADMIN, "theirs")
    their = TestClient(http.app, raise_server_exceptions=False)
    their.headers["Authorization"] = f"Bearer {key}"
    requisition = open_requisition(their)
    candidate, application = applied(their, requisition)
    about = f"/applications/{application}"
    pool = post(their, "/pools", title="Finalists")["id"]
    post(their, f"/candidates/{candidate}/consents", text_version="v1")
    document = their.post(f"/api/candidates/{candidate}/documents", **A_FILE).json()
    held = post(their, f"/candidates/{candidate}/legal-holds", matter="case-1")
    written = post(their, f"{about}/messages", subject="Hello", body="We would like to meet.")
    template = post(
        their, "/message-templates", title="Invitation", subject="Hello", body="Please come."
    )
    by = Attribution("person", new_id(), "recruiter", "api")
    log = hireledger.log(other)
    drafted = post(their, "/campaigns", **A_SEQUENCE)["campaign_id"]
    campaigns.start(log, by, UUID(drafted))
    grace = post(their, "/candidates", full_name="Grace", origin="sourced")["id"]
    post(their, f"/candidates/{grace}/consents", text_version="v1")
    enrolled = post(their, f"/campaigns/{drafted}/enrolments", candidate_id=grace)
    invited = post(their, "/members", role="auditor", full_name="Eve", email="eve@example.org")
    made = post(their, "/keys", role="auditor", label="theirs")
    told = post(their, "/webhooks", label="theirs", url="https://hr.example.org/hooks")
    return {
        "id": candidate,
        "message_id": written["message_id"],
        "template_id": template["message_template_id"],
        "document_id": document["document_id"],
        "hold_id": held["hold_id"],
        "requisition_id": requisition,
        "candidate_id": candidate,
        "application_id": application,
        "interview_id": post(their, f"{about}/interviews", **HOUR)["id"],
        "invitation_id": post(
            their, f"{about}/slot-offers", expires_at=HOUR["starts_at"], slots=[HOUR]
        )["id"],
        "offer_id": post(their, f"{about}/offers", terms="much")["id"],
        "check_id": post(
            their, f"{about}/background-checks", kind="criminal", provider="lab", status="consider"
        )["check_id"],
        "bulk_action_id": post(
            their, "/bulk-actions", kind="tag", application_ids=[application], tag="finalist"
        )["bulk_action_id"],
        "opening_id": post(their, f"/requisitions/{requisition}/openings")["opening_id"],
        "pool_id": pool,
        "campaign_id": drafted,
        "enrolment_id": enrolled["id"],
        "member_id": invited["member_id"],
        "key_id": made["api_key_id"],
        "webhook_id": told["id"],
    }


def bodies(admin: TestClient) -> dict[tuple[str, str], dict[str, Any]]:
    """The body each operation's description proposes."""
    description = admin.get("/api/openapi.json").json()
    schemas = description["components"]["schemas"]
    found = {}
    for path, item in description["paths"].items():
        for method, operation in item.items():
            schema = (
                operation.get("requestBody", {})
                .get("content", {})
                .get("application/json", {})
                .get("schema", {})
            )
            reference = schema.get("$ref") or next(
                (part["$ref"] for part in schema.get("anyOf", ()) if "$ref" in part), ""
            )
            if reference:
                proposed = schemas[reference.rsplit("/", 1)[1]].get("examples", [{}])[0]
                found[method.upper(), path] = proposed
    return found


def refused(problem: dict[str, Any]) -> tuple[str, str]:
    """The rule's name and its words, which are all that a refusal tells."""
    assert problem.keys() == {"type", "title", "status", "detail"}
    return problem["type"].rpartition(":")[2], problem["detail"]


def application(http: TestClient) -> FastAPI:
    assert isinstance(http.app, FastAPI)
    return http.app
