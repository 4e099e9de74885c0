"""Careers pages: what an organisation has posted, for anyone to read, and for machines too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Annotated, Any, ParamSpec
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import (
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from pydantic import TypeAdapter, ValidationError

from domain.errors import NotFound, Refusal
from domain.event import Code, utc_text
from domain.organisation import CareersPagePublished
from domain.requisition import CAREERS_PAGE, OpeningState, Posted, Posting, Requisition
from entrance.browser import ANYONE, own_origin, system
from projections.asked import resolve
from projections.careers import READS, PublicPosting, public_postings
from store import careers_addresses
from store.attempts import TooManySubmissions
from store.log import Log
from web.markdown import as_html
from web.pages import page

FEED = "https://jsonfeed.org/version/1.1"
FEED_TYPE = "application/feed+json"
FOR_A_MINUTE = {"Cache-Control": "public, max-age=60"}
LONGEST_SEARCH = 200
ROBOTS = """\
User-agent: *
Disallow: /api/
Disallow: /docs
Disallow: /sign-in
Disallow: /careers/*/receipts/
Disallow: /careers/*/self-identification/
"""

router = APIRouter(tags=["Pages"], dependencies=[ANYONE])
Parameters = ParamSpec("Parameters")
Search = Annotated[str, Query(max_length=LONGEST_SEARCH)]
_code = TypeAdapter[str](Code)


class NoSuchPage(Refusal):
    """There is no such page."""

    status = 404


class PostingOver(Refusal):
    """This posting is no longer open."""

    status = 410


class Moved(Exception):
    """The careers page has another address now."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


@dataclass(frozen=True)
class Site:
    """One organisation's careers pages."""

    log: Log
    page: CareersPagePublished
    origin: str

    @property
    def path(self) -> str:
        return f"/careers/{self.page.slug}"

    @property
    def url(self) -> str:
        return f"{self.origin}{self.path}"

    @property
    def name(self) -> str:
        return self.page.public_name

    def posting_path(self, requisition_id: UUID) -> str:
        """Where one posting is."""
        return f"{self.path}/jobs/{requisition_id}"


def shown(endpoint: Callable[Parameters, Response]) -> Callable[Parameters, Response]:
    """Lets an endpoint refuse in words for people, on a page."""

    @wraps(endpoint)
    def friendly(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Response:
        try:
            return endpoint(*args, **kwargs)
        except Moved as moved:
            return RedirectResponse(moved.location, HTTPStatus.PERMANENT_REDIRECT)
        except Refusal as refusal:
            return refused(refusal)

    return friendly


def refused(refusal: Refusal) -> Response:
    """A refusal as a page."""
    back = refusal.about.get("back")
    answer = page("careers/refused", refusal.status, words=refusal.message, back=back)
    if isinstance(refusal, TooManySubmissions):
        answer.headers["Retry-After"] = refusal.about["seconds"]
    return answer


def site_of(request: Request, slug: str) -> Site:
    """The careers pages at an address. Raises NoSuchPage, Moved."""
    hireledger = system(request)
    organisation = hireledger.organisation(careers_addresses.holder(hireledger.database, slug))
    if organisation is None:
        raise NoSuchPage
    log = hireledger.log(organisation)
    published = log.organisation_itself().careers_page
    if published is None:
        raise NoSuchPage
    if published.slug != slug:
        rest = request.url.path.removeprefix(f"/careers/{slug}")
        query = f"?{request.url.query}" if request.url.query else ""
        raise Moved(f"/careers/{published.slug}{rest}{query}")
    return Site(log, published, own_origin(request))


def open_posting(site: Site, requisition_id: UUID) -> tuple[Requisition, Posting]:
    """A posting that anyone may read and apply for, from the log itself.

    Raises NoSuchPage for what never was public, PostingOver for what was.
    """
    try:
        requisition = site.log.requisition(requisition_id)
        return requisition, requisition.posting()
    except NotFound:
        raise NoSuchPage from None
    except Refusal:
        pass
    was_public = any(
        isinstance(event, Posted) and event.channel == CAREERS_PAGE for event in requisition.history
    )
    raise PostingOver(back=site.path) if was_public else NoSuchPage


def code(text: str) -> str:
    """The code of a tracking link, or nothing if it is none."""
    try:
        return _code.validate_python(text)
    except ValidationError:
        return ""


@router.get("/robots.txt")
def robots() -> Response:
    return PlainTextResponse(ROBOTS, headers=FOR_A_MINUTE)


@router.get("/careers/{slug}")
@shown
def show_postings(
    request: Request,
    slug: str,
    q: Search = "",
    department: Search = "",
    location: Search = "",
    via: Search = "",
) -> Response:
    """All postings, or those that are searched for."""
    site = site_of(request, slug)
    every = _postings(site)
    found = [
        one
        for one in every
        if department in ("", one.department)
        and location in ("", one.location)
        and _is_about(one, q)
    ]
    answer = page(
        "careers/postings",
        site=site,
        postings=found,
        departments=sorted({one.department for one in every if one.department}),
        locations=sorted({one.location for one in every if one.location}),
        q=q,
        department=department,
        location=location,
        via=code(via),
    )
    answer.headers.update(FOR_A_MINUTE)
    return answer


def _postings(site: Site) -> list[PublicPosting]:
    with site.log.database.transaction(site.log.organisation) as connection:
        return public_postings(connection, resolve(connection, READS))


def _is_about(posting: PublicPosting, words: str) -> bool:
    said = (posting.title, posting.department, posting.location, posting.text)
    text = " ".join(part for part in said if part).casefold()
    return all(word in text for word in words.casefold().split())


@router.get("/careers/{slug}/feed.json")
@shown
def feed(request: Request, slug: str) -> Response:
    """The postings as a JSON Feed (jsonfeed.org, version 1.1)."""
    site = site_of(request, slug)
    return JSONResponse(
        {
            "version": FEED,
            "title": f"Jobs at {site.name}",
            "home_page_url": site.url,
            "feed_url": f"{site.url}/feed.json",
            "authors": [{"name": site.name, "url": site.url}],
            "items": [_item(site, posting) for posting in _postings(site)],
        },
        media_type=FEED_TYPE,
        # It is for others to show.
        headers={
            **FOR_A_MINUTE,
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )


def _item(site: Site, posting: PublicPosting) -> dict[str, Any]:
    url = f"{site.origin}{site.posting_path(posting.requisition_id)}"
    item: dict[str, Any] = {
        "id": url,
        "url": url,
        "title": posting.title,
        "content_html": str(as_html(posting.text or posting.title)),
        "date_published": utc_text(posting.since),
    }
    if tags := [tag for tag in (posting.department, posting.location) if tag]:
        item["tags"] = tags
    return item


@router.get("/careers/{slug}/jobs/{requisition_id}")
@shown
def show_posting(request: Request, slug: str, requisition_id: str, via: Search = "") -> Response:
    """One posting, for people and as schema.org's JobPosting."""
    site = site_of(request, slug)
    requisition, posting = open_posting(site, known(requisition_id))
    about = requisition.details_at(requisition.occurring)
    answer = page(
        "careers/posting",
        site=site,
        posting=posting,
        about=about,
        number=requisition.number,
        requisition_id=requisition.id,
        via=code(via),
        linked_data=_job_posting(site, requisition, posting, about),
    )
    answer.headers.update(FOR_A_MINUTE)
    return answer


def known(requisition_id: str) -> UUID:
    """An id in an address. Raises NoSuchPage."""
    try:
        return UUID(requisition_id)
    except ValueError:
        raise NoSuchPage from None


def _job_posting(
    site: Site, requisition: Requisition, posting: Posting, about: dict[str, Any]
) -> dict[str, Any]:
    """The posting in the words of https://schema.org/JobPosting."""
    free = sum(state == OpeningState.FREE for state in requisition.openings.values())
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": about["title"],
        "description": str(as_html(posting.text or about["title"])),
        "datePosted": posting.since.date().isoformat(),
        "identifier": {
            "@type": "PropertyValue",
            "name": site.name,
            "value": requisition.number,
        },
        "hiringOrganization": {"@type": "Organization", "name": site.name, "url": site.url},
        "url": f"{site.origin}{site.posting_path(requisition.id)}",
        "directApply": True,
        "totalJobOpenings": max(1, free),
    }
    if posting.basic_qualifications:
        data["qualifications"] = _sentences(posting.basic_qualifications)
    if about.get("department"):
        data["occupationalCategory"] = about["department"]
    if about.get("location"):
        data["jobLocation"] = {
            "@type": "Place",
            "address": {"@type": "PostalAddress", "addressLocality": about["location"]},
        }
    return data


def _sentences(words: Sequence[str]) -> str:
    return "; ".join(words)
