"""Applications over HTTP: from applying to being hired, rejected or withdrawn."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.asking import Answered, Asking, Cursor, Limit, asking, getting
from api.commanding import SOME_ID, Answer, Body, Commanding, commanding, example, posting
from api.paging import link_next
from api.problems import NotAllowed
from api.timelines import Timeline, TimelineCursor, timeline_of
from commands import applications as commands
from commands.keeping_in_touch import KeepInTouch
from domain.application import Status
from domain.errors import NotFound
from domain.event import Code, Text
from domain.role import DECIDING, READING, RECRUITING, SCHEDULING, SOURCING, Role
from projections import earlier_way, pipeline, tags, timeline
from projections.earlier_way import EarlierWay
from projections.pipeline import ApplicationRow, CountRow, applications, summary
from projections.tags import with_tag

router = APIRouter(prefix="/api", tags=["Applications"])
post, get = posting(router), getting(router)

CONCERNED = READING | {Role.HIRING_MANAGER, Role.INTERVIEWER}

SealedText = Annotated[Text, Field(description="Sealed: personal data.")]


class NewApplication(Body):
    """An application, for a requisition or a general one."""

    model_config = example(requisition_id=SOME_ID, source="careers_page")

    requisition_id: Annotated[UUID | None, Field(description="Omitted: a general one.")] = None
    source: Annotated[Code, Field(examples=["careers_page"])] = "unknown"
    origin: Code = "applied"
    answers: SealedText | None = None


class Assignment(Body):
    """The requisition a general application turned out to be for."""

    model_config = example(requisition_id=SOME_ID)

    requisition_id: UUID


class Move(Body):
    """Another stage of the plan, back included."""

    model_config = example(stage="interview")

    stage: Annotated[Code, Field(description="Id of a stage of the requisition's plan.")]


class Screening(Body):
    """A screening, by a person or by a named rule."""

    model_config = example(outcome="passed", notes="Knows her engines")

    outcome: Annotated[Code, Field(examples=["passed"])]
    stage: Annotated[Code | None, Field(description="Omitted: the next screen stage.")] = None
    rule: Annotated[Code | None, Field(description="The rule that decided, if one did.")] = None
    notes: SealedText | None = None


class Hire(Body):
    """A hire into an opening."""

    model_config = example(start_date="2026-05-01")

    opening_id: Annotated[UUID | None, Field(description="Omitted: any free one.")] = None
    start_date: date | None = None


class Ending(Body):
    """Why an application ends."""

    model_config = example(reason_code="other")

    reason_code: Annotated[Code, Field(description="One of /api/reason-codes.", examples=["other"])]
    notes: SealedText | None = None


class Rejection(Ending):
    """Why we say no."""

    model_config = example(reason_code="experience")

    waiver: Annotated[
        Code | None,
        Field(
            description="Why there was no notice and waiting before a rejection because of a"
            " background check.",
            examples=["not_required_here"],
        ),
    ] = None
    keep_in_touch: Annotated[
        KeepInTouch | None,
        Field(description="Done in the same step; for those who may fill pools."),
    ] = None


class Transfer(Body):
    """Another open requisition, and where in its plan the application goes on."""

    model_config = example(requisition_id=SOME_ID)

    requisition_id: UUID
    stage: Annotated[
        Code | None, Field(description="Id of a stage of its plan; omitted: the first.")
    ] = None


class Reversal(Body):
    """Why an ending is taken back."""

    model_config = example(reason_code="new_information")

    reason_code: Annotated[Code, Field(examples=["new_information"])]
    entered_in_error: Annotated[
        bool,
        Field(description="True corrects the past; false is a new fact that leaves it as it was."),
    ] = False


class ApplicationAnswer(Answered):
    """One application and where it stands."""

    application: ApplicationRow


class EarlierWayAnswer(Answered, EarlierWay):
    """What came before an application."""


class ApplicationList(Answered):
    """Applications in a stable order."""

    items: list[ApplicationRow]


class Pipeline(Answered):
    """All applications of the organisation, counted."""

    open: Annotated[int, Field(description="Applications that still run.")]
    counts: list[CountRow]


@post("/candidates/{candidate_id}/applications")
def apply(
    candidate_id: UUID, body: NewApplication, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Starts an application."""
    return command.answer(
        commands.apply(command.log, command.by, candidate_id, **body.model_dump())
    )


@post("/applications/{application_id}/requisition")
def assign_application(
    application_id: UUID, body: Assignment, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Gives a general application its requisition."""
    return command.answer(
        commands.assign(command.log, command.by, application_id, **body.model_dump())
    )


@post("/applications/{application_id}/transfer")
def transfer_application(
    application_id: UUID, body: Transfer, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Lets an application go on for another requisition, with its whole history."""
    return command.answer(
        commands.transfer(command.log, command.by, application_id, **body.model_dump())
    )


@post("/applications/{application_id}/moves")
def move_application(
    application_id: UUID, body: Move, command: Commanding = commanding(SCHEDULING)
) -> Answer:
    """Moves an application to another stage."""
    return command.answer(
        commands.move(command.log, command.by, application_id, **body.model_dump())
    )


@post("/applications/{application_id}/screenings")
def screen_application(
    application_id: UUID, body: Screening, command: Commanding = commanding(DECIDING)
) -> Answer:
    """Records a screening, which moves the application forward."""
    return command.answer(
        commands.screen(command.log, command.by, application_id, **body.model_dump())
    )


@post("/applications/{application_id}/hire")
def hire(application_id: UUID, body: Hire, command: Commanding = commanding(RECRUITING)) -> Answer:
    """Hires the candidate; the opening is filled in the same append."""
    return command.answer(
        commands.hire(command.log, command.by, application_id, **body.model_dump())
    )


@post("/applications/{application_id}/hire/reversal")
def reverse_hire(
    application_id: UUID, body: Reversal, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Undoes a hire and frees its opening."""
    return command.answer(
        commands.reverse_hire(command.log, command.by, application_id, **body.model_dump())
    )


@post("/applications/{application_id}/rejection")
def reject_application(
    application_id: UUID, body: Rejection, command: Commanding = commanding(DECIDING)
) -> Answer:
    """Ends an application: we say no. May keep in touch by the same step."""
    if body.keep_in_touch is not None and command.caller.role not in SOURCING:
        raise NotAllowed(role=command.caller.role)
    said = {**body.model_dump(exclude={"keep_in_touch"}), "keep_in_touch": body.keep_in_touch}
    return command.answer(commands.reject(command.log, command.by, application_id, **said))


@post("/applications/{application_id}/rejection/reversal")
def reverse_rejection(
    application_id: UUID, body: Reversal, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Reopens a rejected application."""
    return command.answer(
        commands.reverse_rejection(command.log, command.by, application_id, **body.model_dump())
    )


@post("/applications/{application_id}/withdrawal")
def withdraw_application(
    application_id: UUID, body: Ending, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Ends an application: they say no."""
    return command.answer(
        commands.withdraw(command.log, command.by, application_id, **body.model_dump())
    )


@post("/applications/{application_id}/withdrawal/reversal")
def reverse_withdrawal(
    application_id: UUID, body: Reversal, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Reopens a withdrawn application."""
    return command.answer(
        commands.reverse_withdrawal(command.log, command.by, application_id, **body.model_dump())
    )


@get("/applications")
def list_applications(
    request: Request,
    response: Response,
    ask: Asking = asking(READING, pipeline.READS, for_parameters={"tag": tags.READS}),
    general: Annotated[
        bool | None, Query(description="Only those for no requisition yet, or only the others.")
    ] = None,
    requisition_id: Annotated[UUID | None, Query(description="Only for this one.")] = None,
    status: Annotated[Status | None, Query(description="Only these.")] = None,
    tag: Annotated[
        Code | None, Query(description="Only with this tag, on them or on their candidate.")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> ApplicationList:
    """Applications in a stable order, a page at a time, now or as of any date."""
    with ask.at() as (connection, asked):
        tagged = with_tag(connection, asked, tag) if tag is not None else None
        rows = applications(
            connection,
            asked,
            general=general,
            requisition_id=requisition_id,
            status=status,
            application_ids=list(tagged.applications) if tagged else None,
            person_ids=list(tagged.people) if tagged else None,
            cursor=cursor,
            limit=limit,
        )
    if len(rows) == limit:
        link_next(request, response, cursor=rows[-1].application_id)
    return ApplicationList(**asked.model_dump(), items=rows)


@get("/applications/{application_id}")
def get_application(
    application_id: UUID, ask: Asking = asking(CONCERNED, pipeline.READS)
) -> ApplicationAnswer:
    """Where an application stands."""
    with ask.at() as (connection, asked):
        rows = applications(connection, asked, application_id=application_id)
    if not rows:
        raise NotFound(what="application", id=application_id)
    return ApplicationAnswer(**asked.model_dump(), application=rows[0])


@get("/applications/{application_id}/earlier")
def get_earlier_way(
    application_id: UUID, ask: Asking = asking(SOURCING, earlier_way.READS)
) -> EarlierWayAnswer:
    """What came before: the person's other applications, pools they were in, contacts."""
    with ask.at() as (connection, asked):
        earlier = earlier_way.earlier_way(connection, asked, application_id)
    if earlier is None:
        raise NotFound(what="application", id=application_id)
    return EarlierWayAnswer(**asked.model_dump(), **earlier.model_dump())


@get("/applications/{application_id}/timeline")
def get_application_timeline(
    application_id: UUID,
    request: Request,
    response: Response,
    ask: Asking = asking(CONCERNED, timeline.READS),
    cursor: TimelineCursor = None,
    limit: Limit = 200,
) -> Timeline:
    """What happened with an application, in sentences."""
    return timeline_of(application_id, "application", request, response, ask, cursor, limit)


@get("/pipeline")
def get_pipeline(ask: Asking = asking(READING, pipeline.READS)) -> Pipeline:
    """All applications by kind of stage and status."""
    with ask.at() as (connection, asked):
        counts = summary(connection, asked)
    running = sum(count.applications for count in counts if count.status == "open")
    return Pipeline(**asked.model_dump(), open=running, counts=counts)
