"""Lists of people somebody found, over HTTP. Longer ones go by `hireledger prospects import`."""

from io import BytesIO
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, Field

from api.commanding import PROBLEMS, Commanding, commanding, headers
from commands.prospects import Sourcing
from domain.errors import Refusal
from domain.event import Code
from domain.role import SOURCING
from exchange.prospects import rows
from exchange.sourcing import checked, source

CSV = "text/csv"
LINES_AT_MOST = 5_000

router = APIRouter(prefix="/api/prospects", tags=["Candidates"])


class TooManyLines(Refusal):
    """The list has more than {limit} lines; split it, or use hireledger prospects import."""

    status = 413


class SourcedLine(BaseModel):
    """A line, and the candidate it is about."""

    line: int
    candidate_id: UUID


class SourcedList(BaseModel):
    """What became of each line of a list."""

    added: list[SourcedLine]
    known: Annotated[
        list[SourcedLine],
        Field(description="By their e-mail address: nothing is changed but the pool they join."),
    ]
    suppressed: Annotated[
        list[int], Field(description="People who were erased and only come back by themselves.")
    ]
    log_position: Annotated[int | None, Field(description="Null where nothing was recorded.")]


@router.post("", status_code=201, responses=PROBLEMS)
def source_prospects(
    content: Annotated[
        bytes,
        Body(
            media_type=CSV,
            min_length=1,
            description="UTF-8, a header line, then one person a line. Columns: full_name"
            " (needed), email, phone, location, links, summary, region, time_zone, jurisdiction,"
            " tags, event_code, consent_version, consent_expires_at, notice_version,"
            " notice_expires_at.",
            examples=["full_name,email,tags\nAda Lovelace,ada@example.org,python"],
        ),
    ],
    command: Commanding = commanding(SOURCING),
    origin: Annotated[Code, Query(description="sourced, referred, university ...")] = "sourced",
    source_code: Annotated[
        Code, Query(alias="source", description="The channel.", examples=["linkedin"])
    ] = "unknown",
    pool_id: Annotated[UUID | None, Query(description="The pool they all join.")] = None,
    reason_code: Annotated[Code, Query(description="Why they join it.")] = "sourced",
    asks: Annotated[
        bool,
        Query(description="Asks whoever has an address, but no consent and no notice, by mail."),
    ] = False,
) -> SourcedList:
    """Registers the people of a list who are new; all of it, or nothing with the lines at fault."""
    people = checked(rows(BytesIO(content)))
    if len(people) > LINES_AT_MOST:
        raise TooManyLines(limit=LINES_AT_MOST)
    sourcing = Sourcing(origin, source_code, pool_id, reason_code, asks)
    sourced = source(command.log, command.by, people, sourcing)
    if sourced.recorded is not None:
        command.response.headers.update(headers(sourced.recorded))
    return SourcedList(
        added=[SourcedLine(line=line, candidate_id=id) for line, id in sourced.added.items()],
        known=[SourcedLine(line=line, candidate_id=id) for line, id in sourced.known.items()],
        suppressed=sourced.suppressed,
        log_position=sourced.recorded.position if sourced.recorded else None,
    )
