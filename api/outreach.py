"""Keeping in touch over HTTP: touchpoints, and coming back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field

from api.asking import Answered, Asking, Cursor, Limit, asking, getting
from api.commanding import NOW, SOME_ID, Answer, Body, Commanding, commanding, example, posting
from api.paging import link_next
from commands import outreach as commands
from domain import outreach as domain
from domain.errors import NotFound
from domain.event import Category, Code, Text
from domain.role import SOURCING
from projections import candidates
from projections import touchpoints as read_model
from projections.touchpoints import TouchpointRow, touchpoints

router = APIRouter(prefix="/api/candidates/{candidate_id}", tags=["Outreach"])
post, get = posting(router), getting(router)

TOUCHPOINT_READS = (*read_model.READS, *candidates.READS)

SealedText = Annotated[Text, Field(description="Sealed: personal data.")]


class NewTouchpoint(Body):
    """One relational contact."""

    model_config = example(channel="email", subject="News", body="Are you still well?")

    channel: Annotated[Code, Field(examples=["email"])]
    pool_id: UUID | None = None
    campaign_id: UUID | None = None
    step: Annotated[int | None, Field(ge=1, le=1000)] = None
    logged_by_hand: Annotated[
        bool, Field(description="A call or meeting, which counts as delivered.")
    ] = False
    subject: SealedText | None = None
    body: SealedText | None = None


class Touchpoint(TouchpointRow):
    """One contact; its words are null for those who may not read them."""

    subject: str | None = None
    body: str | None = None
    reply: str | None = None


class TouchpointList(Answered):
    """Contacts in a stable order."""

    items: list[Touchpoint]


class Click(Body):
    """A click on a link."""

    model_config = example(by_scanner=False)

    by_scanner: Annotated[bool, Field(description="A mail scanner's, not a person's.")] = False


class Reply(Body):
    """An answer."""

    model_config = example(sentiment="positive", text="Gladly")

    sentiment: Annotated[Code | None, Field(examples=["positive"])] = None
    text: SealedText | None = None


class Bounce(Body):
    """A message that came back."""

    model_config = example(bounce="hard")

    bounce: Annotated[Code, Field(examples=["hard"])] = "hard"


class Attendance(Body):
    """Someone came to an event of ours."""

    model_config = example(event_code="open_day_2026")

    event_code: Annotated[Code, Field(examples=["open_day_2026"])]
    touchpoint_id: UUID | None = None


class Reengagement(Body):
    """Bringing someone back into a requisition."""

    model_config = example(requisition_id=SOME_ID)

    requisition_id: UUID
    pool_id: UUID | None = None
    previous_application_id: UUID | None = None


@post("/touchpoints")
def nurture_candidate(
    candidate_id: UUID, body: NewTouchpoint, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Records a contact with a candidate."""
    return command.answer(
        commands.nurture(command.log, command.by, candidate_id, **body.model_dump())
    )


@get("/touchpoints")
def list_touchpoints(
    candidate_id: UUID,
    request: Request,
    response: Response,
    ask: Asking = asking(SOURCING, TOUCHPOINT_READS),
    cursor: Cursor = None,
    limit: Limit = 100,
) -> TouchpointList:
    """Every contact with a person, and what came of it. Opening the words is recorded."""
    with ask.at() as (connection, asked):
        if not candidates.candidates(connection, asked, candidate_ids=[candidate_id]):
            raise NotFound(what="candidate", id=candidate_id)
        rows = touchpoints(connection, asked, candidate_id, cursor=cursor, limit=limit)
        positions = [row.position for row in rows]
        positions += [row.reply_position for row in rows if row.reply_position]
        facts = list(ask.log.facts.at_positions(positions))
        opened = ask.open(connection, facts, [Category.COMMUNICATION], "read touchpoints")
        said = {fact.position: words for fact, words in zip(facts, opened, strict=True)}
    if len(rows) == limit:
        link_next(request, response, cursor=rows[-1].touchpoint_id)
    items = [
        Touchpoint(
            **row.model_dump(),
            subject=said[row.position].get("subject"),
            body=said[row.position].get("body"),
            reply=said.get(row.reply_position, {}).get("text"),
        )
        for row in rows
    ]
    return TouchpointList(**asked.model_dump(), items=items)


@post("/touchpoints/{touchpoint_id}/delivery")
def record_delivery(
    candidate_id: UUID,
    touchpoint_id: UUID,
    body: Body = NOW,
    command: Commanding = commanding(SOURCING),
) -> Answer:
    """Records that the message arrived."""
    return _outcome(command, candidate_id, touchpoint_id, domain.TouchpointDelivered, body)


@post("/touchpoints/{touchpoint_id}/opening")
def record_opening(
    candidate_id: UUID,
    touchpoint_id: UUID,
    body: Body = NOW,
    command: Commanding = commanding(SOURCING),
) -> Answer:
    """Records that the message was opened."""
    return _outcome(command, candidate_id, touchpoint_id, domain.TouchpointOpened, body)


@post("/touchpoints/{touchpoint_id}/click")
def record_click(
    candidate_id: UUID,
    touchpoint_id: UUID,
    body: Click,
    command: Commanding = commanding(SOURCING),
) -> Answer:
    """Records a click on a link."""
    return _outcome(command, candidate_id, touchpoint_id, domain.TouchpointClicked, body)


@post("/touchpoints/{touchpoint_id}/reply")
def record_reply(
    candidate_id: UUID,
    touchpoint_id: UUID,
    body: Reply,
    command: Commanding = commanding(SOURCING),
) -> Answer:
    """Records an answer."""
    return _outcome(command, candidate_id, touchpoint_id, domain.TouchpointReplied, body)


@post("/touchpoints/{touchpoint_id}/bounce")
def record_bounce(
    candidate_id: UUID,
    touchpoint_id: UUID,
    body: Bounce,
    command: Commanding = commanding(SOURCING),
) -> Answer:
    """Records that the message came back."""
    return _outcome(command, candidate_id, touchpoint_id, domain.TouchpointBounced, body)


@post("/attendances")
def record_attendance(
    candidate_id: UUID, body: Attendance, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Records that the candidate came to an event."""
    return command.answer(
        commands.attend(command.log, command.by, candidate_id, **body.model_dump())
    )


@post("/reengagements")
def reengage_candidate(
    candidate_id: UUID, body: Reengagement, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Brings the candidate back: the start of a new application."""
    return command.answer(
        commands.reengage(command.log, command.by, candidate_id, **body.model_dump())
    )


def _outcome(
    command: Commanding,
    candidate_id: UUID,
    touchpoint_id: UUID,
    outcome: type[domain.TouchpointEvent],
    body: Body = NOW,
) -> Answer:
    return command.answer(
        commands.touchpoint_outcome(
            command.log, command.by, candidate_id, touchpoint_id, outcome, **body.model_dump()
        )
    )
