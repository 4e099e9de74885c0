"""A candidate's own page: how things stand, what we hold, who looked at it, and how to be let be.

Whoever has the address of a receipt may open it, as that went to them alone; so may who was sent
a link to it. It tells of the history the application is in and of nobody else's, even where both
were merged: an address that somebody typed proves nothing.
"""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from commands import consents
from domain.application import Status
from domain.candidate import Candidate
from domain.consent import EVERY_CHANNEL
from domain.errors import NotFound
from domain.event import Category
from entrance.browser import ANYONE, guard_origin
from policies.mail.wording import OWN_PAGE
from store.access_log import Access, accesses_to
from store.envelope import Attribution
from store.log import Log
from store.sealed_tokens import TokenOfNoUse
from store.vault import CLOSED
from web.careers import Site, shown, site_of
from web.pages import page
from web.receipts import GOOD_FOR, application_of
from web.sealed_links import followed

PURPOSE = "show candidate's own page"
SAID = {
    Status.OPEN: "We are looking at it",
    Status.HIRED: "You are hired",
    Status.REJECTED: "Not taken further",
    Status.WITHDRAWN: "Withdrawn",
}
FIELDS = {
    "full_name": "Name",
    "email": "E-mail",
    "phone": "Phone",
    "location": "Place",
    "links": "Links",
    "summary": "Summary",
}

router = APIRouter(tags=["Pages"], dependencies=[ANYONE])


Withdrawn = Annotated[str, Form(max_length=100)]
Objected = Annotated[str, Form(max_length=10)]


@router.get("/careers/{slug}/receipts/{token}/mine")
@shown
def show_own_page(request: Request, slug: str, token: str) -> Response:
    """Applications, data, consents, and who looked."""
    site = site_of(request, slug)
    receipt = f"{site.path}/receipts/{token}"
    return _page(request, site, site.log.candidate_of(application_of(site, token)), receipt)


@router.post("/careers/{slug}/receipts/{token}/mine")
@shown
def change_what_is_allowed(
    request: Request, slug: str, token: str, withdraw: Withdrawn = "", object: Objected = ""
) -> Response:
    """Takes a consent back, or has us write no more. Saying it twice adds nothing."""
    guard_origin(request)
    site = site_of(request, slug)
    _change(site.log, site.log.candidate_of(application_of(site, token)), withdraw, object)
    return RedirectResponse(f"{site.path}/receipts/{token}/mine", HTTPStatus.SEE_OTHER)


@router.get("/careers/{slug}/mine/{token}")
@shown
def show_page_of_link(request: Request, slug: str, token: str) -> Response:
    """The same, by a link that we sent."""
    site = site_of(request, slug)
    return _page(request, site, _linked(request, site, token), None)


@router.post("/careers/{slug}/mine/{token}")
@shown
def change_by_link(
    request: Request, slug: str, token: str, withdraw: Withdrawn = "", object: Objected = ""
) -> Response:
    """The same, by a link that we sent."""
    guard_origin(request)
    site = site_of(request, slug)
    _change(site.log, _linked(request, site, token), withdraw, object)
    return RedirectResponse(f"{site.path}/mine/{token}", HTTPStatus.SEE_OTHER)


def _linked(request: Request, site: Site, token: str) -> Candidate:
    """Whom a link is for. Raises TokenOfNoUse."""
    log, said = followed(request, OWN_PAGE, token, GOOD_FOR)
    if log.organisation.id != site.log.organisation.id:
        raise TokenOfNoUse
    return log.candidate_of(UUID(said["application"]))


def _page(request: Request, site: Site, candidate: Candidate, receipt: str | None) -> Response:
    return page(
        "careers/own_page",
        site=site,
        receipt=receipt,
        applications=_applications(site.log, candidate),
        data=_data(request, site.log, candidate),
        consents=candidate.consents,
        hears_nothing=EVERY_CHANNEL in candidate.opted_out,
        accesses=_accesses(site.log, candidate),
        erased=candidate.erased,
    )


def _change(log: Log, candidate: Candidate, withdraw: str, object: str) -> None:
    by = Attribution("candidate", candidate.id, "candidate", "web")
    if withdraw in candidate.consents:
        consents.withdraw(log, by, candidate.id, withdraw)
    elif object and EVERY_CHANNEL not in candidate.opted_out:
        consents.opt_out(log, by, candidate.id, EVERY_CHANNEL)


def _applications(log: Log, candidate: Candidate) -> list[dict[str, Any]]:
    return [
        {
            "title": _title(log, application.requisition_id),
            "says": SAID[application.now.status],
            "since": application.now.since,
        }
        for application in candidate.applications.values()
    ]


def _title(log: Log, requisition_id: UUID | None) -> str:
    if requisition_id is None:
        return "General application"
    requisition = log.requisition(requisition_id)
    return str(requisition.details_at(requisition.occurring)["title"])


def _data(request: Request, log: Log, candidate: Candidate) -> dict[str, str]:
    """What they told us of themselves, as said last."""
    if candidate.erased:
        return {}
    access = Access(candidate.id, PURPOSE, request.state.request_id)
    facts = [fact for fact in log.facts.select_events(candidate.id) if fact.sealed]
    with log.database.transaction(log.organisation) as connection:
        opened = log.vault.open(connection, facts, [Category.IDENTITY], access)
    said: dict[str, str] = {}
    for fields in opened:
        said |= {name: str(value) for name, value in fields.items() if name in FIELDS and value}
    return {
        FIELDS[name]: said[name] for name in FIELDS if name in said and said[name] not in CLOSED
    }


def _accesses(log: Log, candidate: Candidate) -> list[dict[str, Any]]:
    """Who looked: by role, as a name would be personal data of theirs."""
    with log.database.transaction(log.organisation) as connection:
        rows = accesses_to(connection, candidate.id, except_purpose=PURPOSE, limit=50)
    return [
        {"at": row.accessed_at, "who": _role(log, candidate, row.actor_id), "why": row.purpose}
        for row in rows
    ]


def _role(log: Log, candidate: Candidate, actor_id: UUID) -> str:
    if actor_id == candidate.id:
        return "You"
    try:
        return str(log.member(actor_id).role).replace("_", " ").capitalize()
    except NotFound:
        return "A program"
