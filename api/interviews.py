"""Interviews over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.asking import Answered, Asking, Cursor, Limit, asking, getting
from api.caller import ASSESSING, READING, SCHEDULING
from api.commanding import NOW, SOME_ID, Answer, Body, Commanding, commanding, example, posting
from api.paging import link_next
from commands import interviews as commands
from domain.event import Code, Moment, Text
from domain.role import Role
from projections import interviews as read_models
from projections import requisitions
from projections.interviews import InterviewRow, interviews
from projections.requisitions import requisitions_for

OF_APPLICATION = "/applications/{application_id}/interviews"
INTERVIEWING = READING | {Role.HIRING_MANAGER, Role.INTERVIEWER}
LIST_READS = (*read_models.READS, *requisitions.READS)

router = APIRouter(prefix="/api", tags=["Interviews"])
post, get = posting(router), getting(router)


class Appointment(Body):
    """An interview to come."""

    model_config = example(
        starts_at="2026-03-09T10:00:00+01:00",
        ends_at="2026-03-09T11:00:00+01:00",
        time_zone="Europe/Berlin",
    )

    starts_at: Annotated[Moment, Field(examples=["2026-03-09T10:00:00+01:00"])]
    ends_at: Annotated[Moment, Field(examples=["2026-03-09T11:00:00+01:00"])]
    time_zone: Annotated[
        str | None,
        Field(max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$", examples=["Europe/Berlin"]),
    ] = None
    stage: Annotated[
        Code | None, Field(description="The stage it belongs to; omitted: the next of interviews.")
    ] = None
    interviewer_ids: Annotated[tuple[UUID, ...], Field(max_length=50)] = ()
    location: Annotated[Text | None, Field(max_length=1000, description="Sealed.")] = None


class Scorecard(Body):
    """One interviewer's assessment."""

    model_config = example(interviewer_id=SOME_ID, overall="strong_yes", notes="Thinks aloud")

    interviewer_id: UUID
    overall: Annotated[
        Code,
        Field(description="The organisation's own scale.", examples=["strong_yes"]),
    ]
    notes: Annotated[Text | None, Field(description="Sealed.")] = None


class InterviewList(Answered):
    """Interviews in a stable order."""

    items: list[InterviewRow]


@post(OF_APPLICATION)
def schedule_interview(
    application_id: UUID, body: Appointment, command: Commanding = commanding(SCHEDULING)
) -> Answer:
    """Arranges an interview."""
    return command.answer(
        commands.schedule(command.log, command.by, application_id, **body.model_dump())
    )


@post(OF_APPLICATION + "/{interview_id}/completion")
def hold_interview(
    application_id: UUID,
    interview_id: UUID,
    body: Body = NOW,
    command: Commanding = commanding(SCHEDULING | ASSESSING),
) -> Answer:
    """Records that the interview took place, which moves the application forward."""
    return command.answer(
        commands.hold(
            command.log, command.by, application_id, interview_id, occurred_at=body.occurred_at
        )
    )


@post(OF_APPLICATION + "/{interview_id}/scorecards")
def submit_scorecard(
    application_id: UUID,
    interview_id: UUID,
    body: Scorecard,
    command: Commanding = commanding(ASSESSING),
) -> Answer:
    """Keeps an interviewer's assessment, after a decision too."""
    return command.answer(
        commands.submit_scorecard(
            command.log, command.by, application_id, interview_id, **body.model_dump()
        )
    )


@get("/interviews")
def list_interviews(
    request: Request,
    response: Response,
    ask: Asking = asking(INTERVIEWING, LIST_READS, narrows=True),
    interviewer_id: Annotated[
        UUID | None, Query(description="Only of this interviewer; they see no others anyway.")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> InterviewList:
    """Interviews in a stable order, a page at a time: an interviewer's own, a hiring manager's."""
    only, own = None, interviewer_id
    with ask.at() as (connection, asked):
        match ask.caller.role:
            case Role.HIRING_MANAGER:
                only = requisitions_for(connection, ask.caller.actor_id)
            case Role.INTERVIEWER:
                own = ask.caller.actor_id
        rows = interviews(
            connection,
            asked,
            interviewer_id=own,
            requisition_ids=only,
            cursor=cursor,
            limit=limit,
        )
    if len(rows) == limit:
        link_next(request, response, cursor=rows[-1].interview_id)
    return InterviewList(**asked.model_dump(), items=rows)
