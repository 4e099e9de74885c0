"""Access history over HTTP: who looked at whose personal data, when, and what for."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from api.asking import PROBLEMS, Cursor, Limit
from api.caller import Caller, may
from api.paging import link_next
from domain.role import AUDITING
from store.access_log import AccessRow, SubjectsRow, accesses, accesses_to

router = APIRouter(prefix="/api", tags=["Access history"])

Purpose = Annotated[
    str | None,
    Query(max_length=100, description="Only with this purpose.", examples=["view candidate"]),
]
ExceptPurpose = Annotated[
    str | None,
    Query(max_length=100, description="Not with this purpose.", examples=["index"]),
]


class AccessesToCandidate(BaseModel):
    """Accesses to one candidate's personal data, the newest first."""

    items: list[AccessRow]


class Accesses(BaseModel):
    """Accesses to anybody's personal data, the newest first."""

    items: Annotated[list[SubjectsRow], Field(description="One for each time that data was shown.")]


@router.get("/candidates/{candidate_id}/accesses", responses=PROBLEMS)
def list_candidate_accesses(
    candidate_id: UUID,
    request: Request,
    response: Response,
    calling: Annotated[Caller, may(AUDITING)],
    purpose: Purpose = None,
    except_purpose: ExceptPurpose = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> AccessesToCandidate:
    """Who looked at a candidate's personal data. Looking here is no access to it."""
    calling.log.candidate(candidate_id)
    with calling.log.database.transaction(calling.organisation) as connection:
        rows = accesses_to(
            connection,
            candidate_id,
            purpose=purpose,
            except_purpose=except_purpose,
            cursor=cursor,
            limit=limit,
        )
    if len(rows) == limit:
        link_next(request, response, cursor=rows[-1].access_id)
    return AccessesToCandidate(items=rows)


@router.get("/accesses", responses=PROBLEMS)
def list_accesses(
    request: Request,
    response: Response,
    calling: Annotated[Caller, may(AUDITING)],
    actor: Annotated[UUID | None, Query(description="Only by this actor.")] = None,
    since: Annotated[
        AwareDatetime | None, Query(description="From this time on; RFC 3339 with an offset.")
    ] = None,
    purpose: Purpose = None,
    except_purpose: ExceptPurpose = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Accesses:
    """Who looked at whose personal data. Looking here is no access to it."""
    with calling.log.database.transaction(calling.organisation) as connection:
        rows = accesses(
            connection,
            actor_id=actor,
            since=since,
            purpose=purpose,
            except_purpose=except_purpose,
            cursor=cursor,
            limit=limit,
        )
    if len(rows) == limit:
        link_next(request, response, cursor=rows[-1].access_id)
    return Accesses(items=rows)
