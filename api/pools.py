"""Talent pools over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.asking import Answered, Asking, Cursor, Limit, asking, getting
from api.caller import READING, SOURCING
from api.candidates import names_of
from api.commanding import NOW, SOME_ID, Answer, Body, Commanding, commanding, example, posting
from api.paging import link_next
from api.timelines import Timeline, TimelineCursor, timeline_of
from commands import pools as commands
from domain.errors import NotFound
from domain.event import Code, Words
from projections import candidates, talent_pool, timeline
from projections.talent_pool import MemberRow, PoolRow, members, pools

MEMBER_READS = (*talent_pool.READS, *candidates.READS)

router = APIRouter(prefix="/api/pools", tags=["Talent pools"])
post, get = posting(router), getting(router)


class NewPool(Body):
    """A named list of people to keep in touch with."""

    model_config = example(title="Silver medalists")

    title: Annotated[Words, Field(examples=["Silver medalists"])]
    purpose: Words | None = None


class Name(Body):
    """Another name for a pool."""

    model_config = example(title="Finalists")

    title: Words


class Reason(Body):
    """Why."""

    model_config = example(reason_code="no_longer_interested")

    reason_code: Annotated[Code, Field(examples=["silver_medalist"])]


class Membership(Reason):
    """Who joins a pool, and why."""

    model_config = example(candidate_id=SOME_ID, reason_code="silver_medalist")

    candidate_id: UUID


class Member(MemberRow):
    """One member of a pool."""

    full_name: Annotated[
        str | None, Field(description="With names=true, for callers who may know it.")
    ] = None


class PoolAnswer(Answered):
    """One pool."""

    pool: PoolRow


class PoolList(Answered):
    """Pools in a stable order."""

    items: list[PoolRow]


class MemberList(Answered):
    """Members in a stable order."""

    items: list[Member]


@post("")
def create_pool(body: NewPool, command: Commanding = commanding(SOURCING)) -> Answer:
    """Starts a pool."""
    return command.answer(commands.create(command.log, command.by, **body.model_dump()))


@post("/{pool_id}/name")
def rename_pool(pool_id: UUID, body: Name, command: Commanding = commanding(SOURCING)) -> Answer:
    """Gives a pool another name."""
    return command.answer(commands.rename(command.log, command.by, pool_id, **body.model_dump()))


@post("/{pool_id}/archive")
def archive_pool(
    pool_id: UUID, body: Body = NOW, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Closes a pool to new members."""
    return command.answer(
        commands.archive(command.log, command.by, pool_id, occurred_at=body.occurred_at)
    )


@post("/{pool_id}/members")
def add_pool_member(
    pool_id: UUID, body: Membership, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Puts a candidate into a pool."""
    return command.answer(
        commands.add_member(command.log, command.by, pool_id, **body.model_dump())
    )


@post("/{pool_id}/members/{candidate_id}/removal")
def remove_pool_member(
    pool_id: UUID, candidate_id: UUID, body: Reason, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Takes a candidate out of a pool."""
    return command.answer(
        commands.remove_member(command.log, command.by, pool_id, candidate_id, **body.model_dump())
    )


@get("")
def list_pools(
    request: Request,
    response: Response,
    ask: Asking = asking(READING, talent_pool.READS),
    cursor: Cursor = None,
    limit: Limit = 100,
) -> PoolList:
    """Pools and their sizes, a page at a time."""
    with ask.at() as (connection, asked):
        rows = pools(connection, asked, cursor=cursor, limit=limit)
    if len(rows) == limit:
        link_next(request, response, cursor=rows[-1].pool_id)
    return PoolList(**asked.model_dump(), items=rows)


@get("/{pool_id}")
def get_pool(pool_id: UUID, ask: Asking = asking(READING, talent_pool.READS)) -> PoolAnswer:
    """One pool and its size."""
    with ask.at() as (connection, asked):
        rows = pools(connection, asked, pool_id=pool_id)
    if not rows:
        raise NotFound(what="pool", id=pool_id)
    return PoolAnswer(**asked.model_dump(), pool=rows[0])


@get("/{pool_id}/members")
def list_pool_members(
    pool_id: UUID,
    request: Request,
    response: Response,
    ask: Asking = asking(READING, MEMBER_READS),
    names: Annotated[bool, Query(description="With names, which is recorded as access.")] = False,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> MemberList:
    """Who is in a pool, now or as of any date, and what contact there was."""
    with ask.at() as (connection, asked):
        if not pools(connection, asked, pool_id=pool_id):
            raise NotFound(what="pool", id=pool_id)
        rows = members(connection, asked, pool_id, cursor=cursor, limit=limit)
        people = [row.candidate_id for row in rows] if names else []
        named = names_of(connection, ask, asked, people, "view pool")
    if len(rows) == limit:
        link_next(request, response, cursor=rows[-1].candidate_id)
    return MemberList(
        **asked.model_dump(),
        items=[Member(**dict(row), full_name=named.get(row.candidate_id)) for row in rows],
    )


@get("/{pool_id}/timeline")
def get_pool_timeline(
    pool_id: UUID,
    request: Request,
    response: Response,
    ask: Asking = asking(READING, timeline.READS),
    cursor: TimelineCursor = None,
    limit: Limit = 200,
) -> Timeline:
    """What happened with a pool, in sentences."""
    return timeline_of(pool_id, "pool", request, response, ask, cursor, limit)
