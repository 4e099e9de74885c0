"""Talent pools over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.asking import Answered, Asking, Cursor, Limit, asking, getting
from api.candidates import names_of
from api.commanding import NOW, SOME_ID, Answer, Body, Commanding, commanding, example, posting
from api.commanding import PROBLEMS as COMMAND_PROBLEMS
from api.paging import link_next
from api.timelines import Timeline, TimelineCursor, timeline_of
from commands import pools as commands
from domain.errors import NotFound
from domain.event import Code, Words
from domain.pool_rule import PoolRule
from domain.role import READING, SOURCING
from projections import candidates, pool_rules, talent_pool, timeline
from projections.pool_rules import matches, matches_now, rule_of
from projections.talent_pool import MemberRow, PoolRow, members, pools

RULE_READS = (*talent_pool.READS, *pool_rules.READS)
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


class Rule(Body):
    """Who belongs in a pool; null lets members come and go by hand alone."""

    model_config = example(rule={"tags_all": ["python"], "in_process": False})

    rule: PoolRule | None


class RulePreview(BaseModel):
    """A rule to be looked at; nothing is recorded."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"rule": {"tags_all": ["python"]}}]}
    )

    rule: PoolRule


class Member(MemberRow):
    """One member of a pool."""

    full_name: Annotated[
        str | None, Field(description="With names=true, for callers who may know it.")
    ] = None


class PoolAnswer(Answered):
    """One pool."""

    pool: PoolRow
    rule: Annotated[
        PoolRule | None, Field(description="Who belongs in it; null where it goes by hand.")
    ] = None


class Matches(Answered):
    """Whom a rule matches, in a stable order; they are members within a minute, if not by hand."""

    items: list[UUID]


class Previewed(Answered):
    """How many a rule matches by now, and the first of them."""

    count: int
    first: list[UUID]


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


@post("/{pool_id}/rule")
def change_pool_rule(
    pool_id: UUID, body: Rule, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Has members come and go by a rule; whom a person put in or took out stays as they are."""
    return command.answer(
        commands.change_rule(
            command.log, command.by, pool_id, body.rule, occurred_at=body.occurred_at
        )
    )


@router.post("/rule-preview", responses=COMMAND_PROBLEMS)
def preview_pool_rule(
    body: RulePreview, ask: Asking = asking(SOURCING, pool_rules.READS)
) -> Previewed:
    """Whom a rule would match by now. Nothing is recorded."""
    with ask.at() as (connection, asked):
        count, first = matches_now(connection, asked, body.rule, limit=100)
    return Previewed(**asked.model_dump(), count=count, first=first)


@get("/{pool_id}/rule-matches")
def list_rule_matches(
    pool_id: UUID,
    request: Request,
    response: Response,
    ask: Asking = asking(READING, RULE_READS),
    cursor: Cursor = None,
    limit: Limit = 1000,
) -> Matches:
    """Whom a pool's rule matches, now or as of any date; nobody where it has none."""
    with ask.at() as (connection, asked):
        if not pools(connection, asked, pool_id=pool_id):
            raise NotFound(what="pool", id=pool_id)
        rule = rule_of(connection, asked, pool_id)
        found = matches(connection, asked, rule, cursor=cursor, limit=limit) if rule else []
    if len(found) == limit:
        link_next(request, response, cursor=found[-1])
    return Matches(**asked.model_dump(), items=found)


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
def get_pool(pool_id: UUID, ask: Asking = asking(READING, RULE_READS)) -> PoolAnswer:
    """One pool, its size and its rule."""
    with ask.at() as (connection, asked):
        rows = pools(connection, asked, pool_id=pool_id)
        if not rows:
            raise NotFound(what="pool", id=pool_id)
        rule = rule_of(connection, asked, pool_id)
    return PoolAnswer(**asked.model_dump(), pool=rows[0], rule=rule)


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
