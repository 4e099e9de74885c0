"""One person over HTTP: duplicates found, dismissed or merged, and merges undone."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.asking import Answered, Asking, Limit, asking, getting
from api.commanding import SOME_ID, Answer, Commanding, commanding, example, posting
from api.paging import link_next
from commands import merging as commands
from domain.event import Code
from domain.role import SOURCING
from projections import duplicates as read_models
from projections import talent_pool
from projections.duplicates import DuplicateRow, duplicates
from projections.search import Search
from projections.talent_pool import pools_of
from store.search_keys import SearchKeys

router = APIRouter(prefix="/api/candidates", tags=["Candidates"])
post, get = posting(router), getting(router)

DUPLICATE_READS = (*read_models.READS, *talent_pool.READS)
_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
PairCursor = Annotated[
    str | None,
    Query(
        pattern=f"^{_UUID}~{_UUID}$",
        description="Goes on after this pair; the Link header carries the next.",
        examples=[f"{SOME_ID}~{SOME_ID}"],
    ),
]


class Merge(BaseModel):
    """With whom a candidate is one person. That has no time: they always were."""

    model_config = ConfigDict(
        extra="forbid", **example(survivor_id=SOME_ID, reason_code="same_email")
    )

    survivor_id: Annotated[UUID, Field(description="Who is to stand for the person.")]
    reason_code: Code


class MergeReversal(BaseModel):
    """Why a merge was wrong."""

    model_config = ConfigDict(extra="forbid", **example(reason_code="two_people"))

    reason_code: Code


class Duplicate(DuplicateRow):
    """Two candidates who may be one person, and whether we keep in touch with either."""

    pools: Annotated[list[UUID], Field(description="The pools the first is in.")]
    other_pools: list[UUID]


class DuplicateList(Answered):
    """Pairs of candidates who may be one person, in a stable order."""

    items: list[Duplicate]


@post("/{candidate_id}/merge")
def merge_candidate(
    candidate_id: UUID, body: Merge, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Makes a candidate one person with another, who from then on stands for both.

    Both keep their histories, so that it can be undone. The answer names the requisitions for
    which the person now has two open applications.
    """
    return command.answer(
        commands.merge(command.log, command.by, candidate_id, **body.model_dump())
    )


@post("/{candidate_id}/merge/reversal")
def reverse_candidate_merge(
    candidate_id: UUID, body: MergeReversal, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Makes a merged candidate a person of their own again."""
    return command.answer(commands.unmerge(command.log, command.by, candidate_id, body.reason_code))


@get("/duplicates")
def list_duplicate_candidates(
    request: Request,
    response: Response,
    ask: Asking = asking(SOURCING, DUPLICATE_READS),
    cursor: PairCursor = None,
    limit: Limit = 100,
) -> DuplicateList:
    """Candidates with the same e-mail address or phone number, neither merged nor dismissed."""
    with ask.at() as (connection, asked):
        index = Search(connection, SearchKeys(ask.log.database.keyring), ask.caller.organisation)
        rows = duplicates(index, asked, after=_pair(cursor), limit=limit)
        items = [
            Duplicate(
                **row.model_dump(),
                pools=pools_of(connection, asked, row.candidate_id),
                other_pools=pools_of(connection, asked, row.other_id),
            )
            for row in rows
        ]
    if len(rows) == limit:
        link_next(request, response, cursor=f"{rows[-1].candidate_id}~{rows[-1].other_id}")
    return DuplicateList(**asked.model_dump(), items=items)


@post("/{candidate_id}/duplicates/{other_id}/dismissal")
def dismiss_duplicate_candidate(
    candidate_id: UUID, other_id: UUID, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Says that two candidates are not one person; they are no longer listed as duplicates."""
    return command.answer(
        commands.dismiss_duplicate(command.log, command.by, candidate_id, other_id)
    )


def _pair(cursor: str | None) -> tuple[UUID, UUID] | None:
    if cursor is None:
        return None
    one, other = cursor.split("~")
    return UUID(one), UUID(other)
