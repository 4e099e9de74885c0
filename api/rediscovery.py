"""Rediscovery over HTTP: people known already who might fit an open requisition."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.asking import Answered, Asking, Limit, asking, getting
from api.candidates import names_of
from api.commanding import Body, Commanding, commanding, example, posting
from commands import requisitions as commands
from domain.candidate import Candidate
from domain.consent import EMAIL
from domain.errors import NotFound, Refusal
from domain.organisation import Organisation
from domain.plan import StageKind
from domain.role import READING, SOURCING
from domain.search_criteria import SearchCriteria
from projections import candidates, rediscovery, requisitions
from projections.rediscovery import (
    PoolMatch,
    SearchRow,
    Suggested,
    Tier,
    pool_matches,
    searches,
    suggested,
)
from store.log import Log

SEARCH_READS = (*rediscovery.READS, *candidates.READS)
HISTORY_READS = (rediscovery.READ_MODEL, requisitions.READ_MODEL)

router = APIRouter(prefix="/api/requisitions/{requisition_id}", tags=["Rediscovery"])
post, get = posting(router), getting(router)


class Search(Body):
    """Whom to look for."""

    model_config = example(criteria={"tags_any": ["python"]})

    criteria: SearchCriteria = SearchCriteria()
    limit: Annotated[int, Field(ge=1, le=200, description="At most this many.")] = 20
    names: Annotated[
        bool, Field(description="With names, which is recorded as access, for who may know them.")
    ] = False


class Reason(BaseModel):
    """Why somebody is suggested."""

    code: str
    says: str


class Suggestion(BaseModel):
    """Somebody who might fit; what re-engaging them takes is said with them."""

    candidate_id: UUID
    full_name: str | None = None
    tier: Annotated[Tier, Field(description="Why they come before others.")]
    reasons: list[Reason]
    last_contact_at: datetime | None
    may_be_contacted: bool
    refused_by: Annotated[str | None, Field(description="The rule in the way of a contact.")]
    owner_id: UUID | None
    pool_id: Annotated[UUID | None, Field(description="A pool they are in, for the re-engagement.")]
    previous_application_id: Annotated[
        UUID | None, Field(description="Their latest application, for the re-engagement.")
    ]


class Suggestions(BaseModel):
    """Who might fit by now, the likeliest first; the requisition's history keeps the search."""

    log_position: int
    items: list[Suggestion]


class PoolMatches(Answered):
    """Pools with people who might fit, the most first. By now, whatever it is asked as of."""

    items: list[PoolMatch]


class SearchList(Answered):
    """The searches that were made for a requisition, the latest first."""

    items: list[SearchRow]


@post("/rediscovery")
def search_for_requisition(
    requisition_id: UUID, body: Search, command: Commanding = commanding(SOURCING)
) -> Suggestions:
    """Finds people known already who might fit, with reasons; by codes, never by words."""
    log = command.log
    log.requisition(requisition_id).guard_open(log.requisition(requisition_id))
    ask = Asking(command.caller, SEARCH_READS, None, None, None)
    with ask.at() as (connection, asked):
        found = suggested(connection, asked, requisition_id, body.criteria, body.limit)
        people = [one.person_id for one in found] if body.names else []
        names = names_of(connection, ask, asked, people, "rediscover candidates")
    recorded = commands.search_candidates(
        log, command.by, requisition_id, body.criteria, len(found)
    )
    organisation = log.organisation_itself()
    items = [_suggestion(log, organisation, one, names.get(one.person_id)) for one in found]
    return Suggestions(log_position=recorded.position, items=items)


@get("/rediscovery")
def list_searches(
    requisition_id: UUID, ask: Asking = asking(READING, HISTORY_READS), limit: Limit = 100
) -> SearchList:
    """The searches that were made for a requisition."""
    with ask.at() as (connection, asked):
        if not requisitions.requisitions(connection, asked, requisition_ids=[requisition_id]):
            raise NotFound(what="requisition", id=requisition_id)
        rows = searches(connection, asked, requisition_id, limit)
    return SearchList(**asked.model_dump(), items=rows)


@get("/pool-matches")
def list_pool_matches(
    requisition_id: UUID, ask: Asking = asking(READING, SEARCH_READS)
) -> PoolMatches:
    """Pools with members who applied in the requisition's department and may be brought back."""
    with ask.at() as (connection, asked):
        if not requisitions.requisitions(connection, asked, requisition_ids=[requisition_id]):
            raise NotFound(what="requisition", id=requisition_id)
        rows = pool_matches(connection, asked, requisition_id)
    return PoolMatches(**asked.model_dump(), items=rows)


def _suggestion(
    log: Log, organisation: Organisation, found: Suggested, full_name: str | None
) -> Suggestion:
    candidate = log.candidate(found.person_id)
    refused_by = _refused_by(candidate, organisation)
    ended = (
        application
        for history in candidate.histories
        for application in history.applications.values()
        if not application.is_open
    )
    latest = max(ended, key=lambda application: application.began, default=None)
    return Suggestion(
        candidate_id=found.person_id,
        full_name=full_name,
        tier=found.tier,
        reasons=list(_reasons(found)),
        last_contact_at=found.contacted_at,
        may_be_contacted=refused_by is None,
        refused_by=refused_by,
        owner_id=candidate.owner_id,
        pool_id=found.pools[0] if found.pools else None,
        previous_application_id=latest.id if latest else None,
    )


def _refused_by(candidate: Candidate, organisation: Organisation) -> str | None:
    try:
        candidate.guard_contact(EMAIL, rules=organisation.outreach_rules)
    except Refusal as refusal:
        return refusal.rule
    return None


SAYS = {
    Tier.SILVER_MEDALIST: "A finalist for a requisition of the same department",
    Tier.APPLIED_IN_DEPARTMENT: "Applied for a requisition of the same department",
    Tier.INTERVIEWED_ELSEWHERE: "Was interviewed for another department",
    Tier.APPLIED_ELSEWHERE: "Applied for something else",
    Tier.POOL_MEMBER: "Is in a talent pool",
}


def _reasons(found: Suggested) -> list[Reason]:
    reasons = [Reason(code=found.tier, says=SAYS[found.tier])]
    if found.reached and found.applied_at:
        furthest = list(StageKind)[found.reached - 1]
        when = f"{found.applied_at:%B %Y}"
        reasons.append(Reason(code=f"reached_{furthest}", says=f"Came as far as {furthest}"))
        reasons.append(Reason(code="applied_at", says=f"Applied last in {when}"))
    if found.reason_code:
        why = found.reason_code.replace("_", " ")
        says = f"The last application ended because of {why}"
        reasons.append(Reason(code="ended_because", says=says))
    if found.pools and found.tier is not Tier.POOL_MEMBER:
        many = len(found.pools) > 1
        says = f"In {len(found.pools)} talent pools" if many else "In a talent pool"
        reasons.append(Reason(code="in_pools", says=says))
    return reasons
