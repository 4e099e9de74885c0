"""Policies over HTTP: what they have done, wait for, and are in doubt about."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from api.asking import Limit, getting
from api.caller import Caller, may
from api.commanding import NOW, Answer, Body, Commanding, commanding, example, posting
from api.paging import link_next
from commands import doubts
from commands import policies as commands
from commands.doubts import Resolution
from domain.errors import NotFound
from domain.role import READING, RECRUITING
from policies.catalogue import POLICIES
from policies.standing import (
    OutboxRow,
    PolicyStanding,
    UnmatchedRow,
    standings,
    unmatched,
    unsettled,
)

router = APIRouter(prefix="/api", tags=["Policies"])
post, get = posting(router), getting(router)

SAYS = {policy.name: policy.says for policy in POLICIES}

Name = Annotated[
    str,
    Path(
        pattern=r"^[a-z][a-z-]{0,63}$",
        description="The policy's name.",
        examples=["send-messages"],
    ),
]
Key = Annotated[
    str,
    Path(
        pattern=r"^[a-z][a-z-]{0,63}:[0-9]{1,16}:[a-z0-9:-]{1,64}$",
        description="The effect's key.",
        examples=["send-messages:4711:send"],
    ),
]
EffectCursor = Annotated[
    str | None,
    Query(
        pattern=r"^[a-z0-9:-]{1,150}$",
        description="Goes on after this one; the Link header carries the next.",
    ),
]


class Unsettled(StrEnum):
    """How something that is not done yet may stand."""

    WAITING = "waiting"
    ATTEMPTING = "attempting"
    IN_DOUBT = "in_doubt"


class Policy(PolicyStanding):
    """A policy and where it stands."""

    says: Annotated[str, Field(description="What it does.")]


class PolicyList(BaseModel):
    """Every policy."""

    items: list[Policy]


class Outbox(BaseModel):
    """What is decided on and not done, the next due first."""

    items: list[OutboxRow]


class UnmatchedMail(BaseModel):
    """Mail that belongs to no application, the newest first."""

    items: list[UnmatchedRow]


class Settlement(Body):
    """What became of a message of which nobody knew whether it went out."""

    model_config = example(resolution="sent")

    resolution: Annotated[
        Resolution, Field(description="sent: it did go out; resend: send it again.")
    ]


@get("/policies")
def list_policies(calling: Annotated[Caller, may(READING)]) -> PolicyList:
    """What policies there are, how far each has come, and what it waits for."""
    with calling.log.database.transaction(calling.organisation) as connection:
        rows = [row for row in standings(connection) if row.policy in SAYS]
    return PolicyList(items=[Policy(**row.model_dump(), says=SAYS[row.policy]) for row in rows])


@get("/policies/{name}/upcoming")
def list_upcoming_effects(
    name: Name,
    request: Request,
    response: Response,
    calling: Annotated[Caller, may(READING)],
    cursor: EffectCursor = None,
    limit: Limit = 100,
) -> Outbox:
    """What a policy will do next, unless something comes in between."""
    return _outbox(calling, request, response, _known(name), Unsettled.WAITING, cursor, limit)


@post("/policies/{name}/pause")
def pause_policy(
    name: Name, body: Body = NOW, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Keeps a policy from doing anything; what becomes due waits."""
    return command.answer(
        commands.pause(command.log, command.by, _known(name), occurred_at=body.occurred_at)
    )


@post("/policies/{name}/resumption")
def resume_policy(
    name: Name, body: Body = NOW, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Lets a policy go on, whether it was paused or an event had stopped it."""
    return command.answer(
        commands.resume(command.log, command.by, _known(name), occurred_at=body.occurred_at)
    )


@get("/outbox")
def list_outbox(
    request: Request,
    response: Response,
    calling: Annotated[Caller, may(READING)],
    state: Annotated[Unsettled | None, Query(description="Only what stands like this.")] = None,
    cursor: EffectCursor = None,
    limit: Limit = 100,
) -> Outbox:
    """What is waiting to go out, and what nobody knows whether it did."""
    return _outbox(calling, request, response, None, state, cursor, limit)


@post("/outbox/{key}/resolution")
def resolve_doubt(
    key: Key, body: Settlement, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Settles a doubt: the message did go out, or is to be sent again."""
    return command.answer(doubts.resolve(command.log, command.by, key, **body.model_dump()))


@get("/unmatched-mail")
def list_unmatched_mail(
    request: Request,
    response: Response,
    calling: Annotated[Caller, may(RECRUITING)],
    cursor: Annotated[
        str | None,
        Query(
            pattern=r"^[0-9a-f]{32}$",
            description="Goes on after this one; the Link header carries the next.",
        ),
    ] = None,
    limit: Limit = 100,
) -> UnmatchedMail:
    """Mail that came in and belongs to no application; it is still in its mailbox."""
    with calling.log.database.transaction(calling.organisation) as connection:
        rows = unmatched(connection, cursor=cursor, limit=limit)
    if len(rows) == limit:
        link_next(request, response, cursor=rows[-1].mark)
    return UnmatchedMail(items=rows)


def _outbox(
    calling: Caller,
    request: Request,
    response: Response,
    policy: str | None,
    state: Unsettled | None,
    cursor: str | None,
    limit: int,
) -> Outbox:
    with calling.log.database.transaction(calling.organisation) as connection:
        rows = unsettled(connection, policy=policy, state=state, cursor=cursor, limit=limit)
    if len(rows) == limit:
        link_next(request, response, cursor=rows[-1].key)
    return Outbox(items=rows)


def _known(name: str) -> str:
    if name not in SAYS:
        raise NotFound(what="policy", id=name)
    return name
