"""Hires over HTTP, for HR systems: who begins where, when and on which terms."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.asking import Answered, Asking, Limit, asking, getting
from api.caller import READING
from api.candidates import profile_said
from api.offers import with_terms
from domain.event import Category
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
    who = _people(connection, ask, asked, {entry.candidate_id for entry in entries})
    jobs = {
        id: _job(connection, asked, id)
        for id in {entry.requisition_id for entry in entries if entry.requisition_id}
    }
    agreed = _agreed(connection, ask, asked, entries)
    return [
        Hire(
            **dict(entry),
            person=who.get(entry.candidate_id, Person()),
            **(jobs[entry.requisition_id] if entry.requisition_id else {}),
            **(agreed.get(entry.application_id, {}) if entry.kind == "hired" else {}),
        )
        for entry in entries
    ]


def _people(
    connection: Connection, ask: Asking, asked: Asked, ids: set[UUID]
) -> dict[UUID, Person]:
    rows = candidates(connection, asked, candidate_ids=list(ids), limit=len(ids)) if ids else []
    facts = list(ask.log.facts.at_positions([at for row in rows for at in row.positions]))
    opened = ask.open(connection, facts, Category.IDENTITY, "view hires")
    said = {
        fact.position: profile_said(fact, fields)
        for fact, fields in zip(facts, opened, strict=True)
    }
    return {
        row.candidate_id: Person(
            **{name: value for at in row.positions for name, value in said.get(at, {}).items()}
        )
        for row in rows
    }


def _job(connection: Connection, asked: Asked, requisition_id: UUID) -> dict[str, Any]:
    found = requisitions(connection, asked, requisition_id=requisition_id)
    return {
        name: value
        for row in found
        for name, value in {
            "requisition_number": row.number,
            "title": row.title,
            "department": row.department,
        }.items()
    }


def _agreed(
    connection: Connection, ask: Asking, asked: Asked, entries: list[HireEntry]
) -> dict[UUID | None, dict[str, Any]]:
    """What was accepted for each application hired; what was extended last, where nothing was."""
    hired = {e.application_id for e in entries if e.application_id and e.kind == "hired"}
    agreed: dict[UUID, OfferRow] = {}
    for row in offers(connection, asked, hired):
        known = agreed.get(row.application_id)
        stands = row.state == "extended" and (known is None or known.state == "extended")
        if row.state == "accepted" or stands:
            agreed[row.application_id] = row
    return {
        offer.application_id: offer.model_dump(
            include={"offer_id", "offer_version", "terms", "first_year_pay", "currency"}
        )
        for offer in with_terms(connection, ask, list(agreed.values()), "view hires")
    }
