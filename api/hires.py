"""Hires over HTTP, for HR systems: who begins where, when and on which terms."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.asking import Answered, Asking, Limit, asking, getting
from api.candidates import profile_of
from api.offers import Offer, said_at, with_terms
from domain.event import Category
from domain.role import READING
from projections import candidates as people
from projections import hires as read_models
from projections import offers as offer_models
from projections import requisitions as requisition_models
from projections.asked import Asked
from projections.candidates import candidates
from projections.hires import HireEntry, hires
from projections.offers import OfferRow, offers
from projections.requisitions import requisitions
from store.database import Connection
from store.envelope import Fact

HIRE_READS = (
    *read_models.READS,
    *offer_models.READS,
    *requisition_models.READS,
    *people.READS,
)

router = APIRouter(prefix="/api/hires", tags=["Hires"])
get = getting(router)


class Person(BaseModel):
    """Who was hired; all null for callers who may not know."""

    full_name: str | None = None
    email: str | None = None
    phone: str | None = None
    location: str | None = None
    links: str | None = None


class Hire(HireEntry):
    """One entry with all an HR system needs to act on it."""

    person: Person
    requisition_number: Annotated[str | None, Field(examples=["R-104"])] = None
    title: Annotated[str | None, Field(examples=["Data engineer"])] = None
    department: str | None = None
    offer_id: Annotated[UUID | None, Field(description="What they agreed to, of a hire.")] = None
    offer_version: int | None = None
    terms: Annotated[str | None, Field(description="For callers who may know them.")] = None
    first_year_pay: Annotated[str | None, Field(description="Decimal text, in `currency`.")] = None
    currency: str | None = None


class HirePage(Answered):
    """A stretch of the log, as far as it is about hires."""

    items: list[Hire]
    next_after: Annotated[
        int, Field(description="Ask for what comes after this next, even if nothing matched.")
    ]


@get("")
def list_hires(
    ask: Asking = asking(READING, HIRE_READS),
    after: Annotated[int, Query(ge=0, le=2**53, description="After this log position.")] = 0,
    limit: Limit = 100,
) -> HirePage:
    """Hires, reversals, first days, no-shows and erasures in the order the log has them.

    Each with the person, requisition and terms as they stand. Opening them is recorded.
    """
    with ask.at() as (connection, asked):
        entries = hires(connection, asked, after, limit)
        full = len(entries) == limit
        return HirePage(
            **asked.model_dump(),
            items=_packages(connection, ask, asked, entries),
            next_after=entries[-1].position if full else max(after, asked.log_position),
        )


def _packages(
    connection: Connection, ask: Asking, asked: Asked, entries: list[HireEntry]
) -> list[Hire]:
    ids = list({entry.candidate_id for entry in entries})
    rows = candidates(connection, asked, candidate_ids=ids, limit=len(ids)) if ids else []
    agreed = _agreed(connection, asked, entries)
    facts = ask.log.facts.at_positions(
        [*(at for row in rows for at in row.positions), *said_at(agreed)]
    )
    categories = [Category.IDENTITY, Category.COMPENSATION]
    opened = list(zip(facts, ask.open(connection, facts, categories, "view hires"), strict=True))
    said = {fact.position: (fact, fields) for fact, fields in opened}
    who = {row.candidate_id: _person([said[at] for at in row.positions]) for row in rows}
    terms = {offer.application_id: offer for offer in with_terms(agreed, opened)}
    jobs = {
        id: _job(connection, asked, id)
        for id in {entry.requisition_id for entry in entries if entry.requisition_id}
    }
    return [
        Hire(
            **dict(entry),
            person=who.get(entry.candidate_id, Person()),
            **(jobs[entry.requisition_id] if entry.requisition_id else {}),
            **_terms(terms, entry),
        )
        for entry in entries
    ]


def _person(said: list[tuple[Fact, dict[str, Any]]]) -> Person:
    known = profile_of(said)
    return Person(**{name: known.get(name) for name in Person.model_fields})


def _terms(offers: dict[UUID, Offer], entry: HireEntry) -> dict[str, Any]:
    """What was agreed to, of a hire."""
    if entry.kind != "hired" or entry.application_id not in offers:
        return {}
    shown = {"offer_id", "offer_version", "terms", "first_year_pay", "currency"}
    return offers[entry.application_id].model_dump(include=shown)


def _job(connection: Connection, asked: Asked, requisition_id: UUID) -> dict[str, Any]:
    found = requisitions(connection, asked, requisition_ids=[requisition_id])
    return {
        name: value
        for row in found
        for name, value in {
            "requisition_number": row.number,
            "title": row.title,
            "department": row.department,
        }.items()
    }


def _agreed(connection: Connection, asked: Asked, entries: list[HireEntry]) -> list[OfferRow]:
    """What was accepted for each application hired; what was extended last, where nothing was."""
    hired = {e.application_id for e in entries if e.application_id and e.kind == "hired"}
    agreed: dict[UUID, OfferRow] = {}
    for row in offers(connection, asked, hired):
        known = agreed.get(row.application_id)
        stands = row.state == "extended" and (known is None or known.state == "extended")
        if row.state == "accepted" or stands:
            agreed[row.application_id] = row
    return list(agreed.values())
