"""Interviews over HTTP."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator, Field

from api.asking import Answered, Asking, Cursor, Limit, asking, getting, parsed
from api.commanding import NOW, SOME_ID, Answer, Body, Commanding, commanding, example, posting
from api.metrics import From, To
from api.paging import link_next
from calendars.busy import guard_free
from commands import interviews as commands
from domain.event import Code, Moment, Text
from domain.interview import InterviewState, Participation, Party, is_time_zone
from domain.kit import Kit
from domain.role import ASSESSING, READING, SCHEDULING, Role
from projections import interviews as read_models
from projections import requisitions
from projections.asked import time_zone
from projections.dates import window
from projections.interviews import LOOK_BACK, InterviewRow, interviews
from projections.requisitions import requisitions_for

OF_APPLICATION = "/applications/{application_id}/interviews"
INTERVIEWING = READING | {Role.HIRING_MANAGER, Role.INTERVIEWER}
LIST_READS = (*read_models.READS, *requisitions.READS)

router = APIRouter(prefix="/api", tags=["Interviews"])
post, get = posting(router), getting(router)


def _known(name: str) -> str:
    if not is_time_zone(name):
        raise ValueError("is no time zone of the IANA database")
    return name


TimeZone = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        pattern=r"^[A-Za-z0-9_+/-]+$",
        examples=["Europe/Berlin"],
        description="An IANA name. The moment stays what it is if the zone's rules change.",
    ),
    AfterValidator(_known),
]
Interviewers = Annotated[tuple[UUID, ...], Field(max_length=50)]
Location = Annotated[Text | None, Field(max_length=1000, description="Sealed.")]
Silent = Annotated[bool, Field(description="Whether nobody is sent an invitation.")]
DespiteConflicts = Annotated[
    bool,
    Field(description="Whether it is arranged although interviewers are busy; kept on record."),
]


class Appointment(Body):
    """An interview to come."""

    model_config = example(
        starts_at="2026-03-09T10:00:00+01:00",
        ends_at="2026-03-09T11:00:00+01:00",
        time_zone="Europe/Berlin",
    )

    starts_at: Annotated[Moment, Field(examples=["2026-03-09T10:00:00+01:00"])]
    ends_at: Annotated[Moment, Field(examples=["2026-03-09T11:00:00+01:00"])]
    time_zone: TimeZone | None = None
    stage: Annotated[
        Code | None, Field(description="The stage it belongs to; omitted: the next of interviews.")
    ] = None
    interviewer_ids: Interviewers = ()
    location: Location = None
    silent: Silent = False
    despite_conflicts: DespiteConflicts = False


class Rearrangement(Body):
    """What is to be otherwise; what is omitted stays."""

    model_config = example(interviewer_ids=[SOME_ID])

    interviewer_ids: Interviewers | None = None
    location: Annotated[
        Text | None, Field(max_length=1000, description="Sealed; an empty one takes it away.")
    ] = None
    renew_kit: Annotated[
        bool, Field(description="Whether it gets the kit that its stage has now.")
    ] = False
    reason_code: Annotated[Code | None, Field(examples=["interviewer_ill"])] = None
    silent: Silent = False
    despite_conflicts: DespiteConflicts = False


class Rescheduling(Rearrangement):
    """Another time, and whatever else is to be otherwise."""

    model_config = example(
        starts_at="2026-03-10T10:00:00+01:00",
        ends_at="2026-03-10T11:00:00+01:00",
        reason_code="interviewer_ill",
    )

    starts_at: Annotated[Moment, Field(examples=["2026-03-10T10:00:00+01:00"])]
    ends_at: Annotated[Moment, Field(examples=["2026-03-10T11:00:00+01:00"])]
    time_zone: TimeZone | None = None


class Cancellation(Body):
    """Why an interview is not to be, and by whom."""

    model_config = example(reason_code="position_closed")

    reason_code: Annotated[Code, Field(examples=["position_closed", "ill"])]
    cancelled_by: Annotated[Party, Field(description="candidate or us.")] = Party.US
    silent: Silent = False


class NoShow(Body):
    """Who did not come."""

    model_config = example(absent="candidate")

    absent: Annotated[Party, Field(description="candidate, or us: an interviewer.")]
    interviewer_id: Annotated[UUID | None, Field(description="Which interviewer.")] = None


class InterviewAnswer(Body):
    """What somebody invited said, by word of mouth; answers by mail are kept by themselves."""

    model_config = example(participation="accepted")

    participation: Annotated[
        Participation, Field(description="accepted, declined, tentative or needs_action.")
    ]
    interviewer_id: Annotated[UUID | None, Field(description="Omitted: the candidate.")] = None
    comment: Annotated[Text | None, Field(description="Sealed.")] = None


class Arranged(Answer):
    """What was recorded, and whose calendar could not be asked."""

    calendars_unread: Annotated[
        list[UUID] | None,
        Field(description="Interviewers whose calendar cannot be read now; told once."),
    ] = None


class InterviewList(Answered):
    """Interviews in a stable order."""

    items: list[InterviewRow]


@post(OF_APPLICATION)
def schedule_interview(
    application_id: UUID, body: Appointment, command: Commanding = commanding(SCHEDULING)
) -> Arranged:
    """Arranges an interview; at a time when an interviewer is busy only if that is said."""
    unread = _guard_free(command, body, body.interviewer_ids, body.starts_at, body.ends_at)
    answer = command.answer(
        commands.schedule(command.log, command.by, application_id, **body.model_dump())
    )
    return Arranged(**dict(answer), calendars_unread=unread or None)


@post(OF_APPLICATION + "/{interview_id}/rescheduling")
def reschedule_interview(
    application_id: UUID,
    interview_id: UUID,
    body: Rescheduling,
    command: Commanding = commanding(SCHEDULING),
) -> Arranged:
    """Moves an interview to another time; everybody invited is sent an update."""
    interview = command.log.candidate_of(application_id).interview(interview_id)
    ids = interview.interviewer_ids if body.interviewer_ids is None else body.interviewer_ids
    unread = _guard_free(command, body, ids, body.starts_at, body.ends_at, interview_id)
    answer = command.answer(
        commands.rearrange(
            command.log, command.by, application_id, interview_id, **body.model_dump()
        )
    )
    return Arranged(**dict(answer), calendars_unread=unread or None)


@post(OF_APPLICATION + "/{interview_id}/details")
def change_interview(
    application_id: UUID,
    interview_id: UUID,
    body: Rearrangement,
    command: Commanding = commanding(SCHEDULING),
) -> Arranged:
    """Changes who interviews, where, or by which kit. The time stays."""
    interview = command.log.candidate_of(application_id).interview(interview_id)
    now = interview.now
    added = tuple(id for id in body.interviewer_ids or () if id not in now.interviewer_ids)
    unread = _guard_free(command, body, added, now.starts_at, now.ends_at, interview_id)
    answer = command.answer(
        commands.rearrange(
            command.log, command.by, application_id, interview_id, **body.model_dump()
        )
    )
    return Arranged(**dict(answer), calendars_unread=unread or None)


@post(OF_APPLICATION + "/{interview_id}/cancellation")
def cancel_interview(
    application_id: UUID,
    interview_id: UUID,
    body: Cancellation,
    command: Commanding = commanding(SCHEDULING),
) -> Answer:
    """Calls an interview off; everybody invited is told."""
    return command.answer(
        commands.cancel(command.log, command.by, application_id, interview_id, **body.model_dump())
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


@post(OF_APPLICATION + "/{interview_id}/no-show")
def miss_interview(
    application_id: UUID,
    interview_id: UUID,
    body: NoShow,
    command: Commanding = commanding(SCHEDULING | ASSESSING),
) -> Answer:
    """Records that somebody did not come; the application stays where it is."""
    return command.answer(
        commands.miss(command.log, command.by, application_id, interview_id, **body.model_dump())
    )


@post("/interviews/{interview_id}/answers")
def answer_interview(
    interview_id: UUID,
    body: InterviewAnswer,
    command: Commanding = commanding(SCHEDULING | ASSESSING),
) -> Answer:
    """Keeps what somebody invited said. A refusal cancels nothing: it waits for a person."""
    return command.answer(
        commands.answer(command.log, command.by, interview_id, **body.model_dump())
    )


@get("/interviews")
def list_interviews(
    request: Request,
    response: Response,
    ask: Asking = asking(INTERVIEWING, LIST_READS, narrows=True),
    from_: From = None,
    to: To = None,
    interviewer_id: Annotated[
        UUID | None, Query(description="Only of this interviewer; they see no others anyway.")
    ] = None,
    application_id: Annotated[UUID | None, Query(description="Only of this application.")] = None,
    status: Annotated[InterviewState | None, Query(description="Only those that stand so.")] = None,
    waiting: Annotated[
        bool, Query(description="Only those that wait for one of us; of the last 90 days.")
    ] = False,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> InterviewList:
    """Interviews in a stable order, a page at a time: an interviewer's own, a hiring manager's."""
    only, own = None, interviewer_id
    said = parsed("from", from_), parsed("to", to)
    with ask.at() as (connection, asked):
        match ask.caller.role:
            case Role.HIRING_MANAGER:
                only = requisitions_for(connection, ask.caller.actor_id)
            case Role.INTERVIEWER:
                own = ask.caller.actor_id
        times = window(*said, time_zone(connection))
        if waiting and times["since"] is None:
            times["since"] = (asked.as_of or datetime.now(UTC)) - LOOK_BACK
        rows = interviews(
            connection,
            asked,
            interviewer_id=own,
            application_id=application_id,
            requisition_ids=only,
            **times,
            status=status,
            waiting=waiting,
            cursor=cursor,
            limit=limit,
        )
    if len(rows) == limit:
        link_next(request, response, cursor=rows[-1].interview_id)
    return InterviewList(**asked.model_dump(), items=rows)


@get("/interviews/{interview_id}/kit")
def get_interview_kit(interview_id: UUID, ask: Asking = asking(INTERVIEWING, ())) -> Kit:
    """What the interview asks and assesses, as it stood when the interview was arranged."""
    candidate = ask.log.candidate_of_interview(interview_id)
    return commands.kit_of(ask.log, candidate, interview_id)


def _guard_free(
    command: Commanding,
    body: Appointment | Rearrangement,
    interviewer_ids: tuple[UUID, ...],
    starts_at: datetime | None,
    ends_at: datetime | None,
    but: UUID | None = None,
) -> list[UUID]:
    """Whose calendar cannot be read. Raises InterviewersBusy.

    What is over is not asked about: a late entry tells of it.
    """
    if body.despite_conflicts or not interviewer_ids or starts_at is None or ends_at is None:
        return []
    if ends_at <= max(starts_at, datetime.now(UTC)):
        return []
    return guard_free(command.log, interviewer_ids, starts_at, ends_at, but=but)
