"""Requisitions over HTTP: their life, their openings, and their board."""

from datetime import datetime
from statistics import median_low
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.asking import Answered, Asking, Cursor, Limit, asking, getting
from api.candidates import names_of
from api.commanding import NOW, Answer, Body, Commanding, commanding, example, posting
from api.paging import link_next
from api.timelines import Timeline, TimelineCursor, timeline_of
from commands import requisitions as commands
from domain.application import Status
from domain.application_form import ApplicationForm
from domain.errors import NotFound
from domain.event import Amount, Code, Currency, PublicText, Words
from domain.plan import InterviewPlan, Stage, StageKind
from domain.requisition import CAREERS_PAGE, Qualifications, State
from domain.role import APPROVING, DECIDING, READING, RECRUITING, Role
from projections import candidates, pipeline, tags, timeline
from projections import requisitions as read_models
from projections.pipeline import StandingRow, board
from projections.requisitions import (
    OpeningRow,
    PostingRow,
    RequisitionRow,
    openings,
    postings,
    requisitions,
    requisitions_awaiting_approval,
    requisitions_for,
)
from projections.tags import with_tag
from store.database import Connection

PLANNING = READING | {Role.HIRING_MANAGER, Role.APPROVER}
BOARD_READS = (*read_models.READS, *pipeline.READS, *candidates.READS)

router = APIRouter(prefix="/api/requisitions", tags=["Requisitions"])
post, get = posting(router), getting(router)

Team = Annotated[tuple[UUID, ...], Field(max_length=50)]
Budget = Annotated[
    Amount | None,
    Field(
        description="Planned pay of a year for the job; approval by amount goes by it. Needs"
        " currency.",
        examples=["65000.00"],
    ),
]
PublicDescription = Annotated[
    PublicText | None, Field(description="The public text.", examples=["You will look after …"])
]
BasicQualifications = Annotated[
    Qualifications,
    Field(description="What everyone has to bring.", examples=[["Three years of SQL"]]),
]
PlanTemplate = Annotated[
    Code | None, Field(description="Copies this template's plan.", examples=["engineering"])
]


class NewRequisition(Body):
    """A wish to hire, not yet approved."""

    model_config = example(number="R-104", title="Data engineer", department="Engineering")

    number: Annotated[Words, Field(description="The number people quote.", examples=["R-104"])]
    title: Annotated[Words, Field(examples=["Data engineer"])]
    department: Annotated[Words | None, Field(examples=["Engineering"])] = None
    location: Annotated[Words | None, Field(examples=["Berlin"])] = None
    level: Annotated[Words | None, Field(examples=["Senior"])] = None
    jurisdiction: Annotated[Code | None, Field(examples=["de"])] = None
    hiring_manager_id: UUID | None = None
    recruiter_ids: Team = ()
    coordinator_ids: Team = ()
    interviewer_ids: Team = ()
    budget_amount: Budget = None
    currency: Currency | None = None
    basic_qualifications: BasicQualifications = ()
    description: PublicDescription = None
    openings: Annotated[int, Field(ge=1, le=1000, description="Seats to fill.")] = 1
    plan: Annotated[
        InterviewPlan | None, Field(description="The stages, in order; omitted: the standard ones.")
    ] = None
    plan_template: PlanTemplate = None


class Reason(Body):
    """Why."""

    model_config = example(reason_code="budget")

    reason_code: Annotated[Code, Field(examples=["budget"])]


class Details(Body):
    """What a requisition is about; what is omitted stays."""

    model_config = example(title="Senior data engineer")

    title: Annotated[Words | None, Field(examples=["Senior data engineer"])] = None
    department: Annotated[Words | None, Field(examples=["Engineering"])] = None
    location: Annotated[Words | None, Field(examples=["Berlin"])] = None
    level: Annotated[Words | None, Field(examples=["Senior"])] = None
    jurisdiction: Annotated[Code | None, Field(examples=["de"])] = None
    hiring_manager_id: UUID | None = None
    recruiter_ids: Team | None = None
    coordinator_ids: Team | None = None
    interviewer_ids: Team | None = None
    budget_amount: Budget = None
    currency: Currency | None = None
    basic_qualifications: BasicQualifications | None = None
    description: PublicDescription = None


class Plan(Body):
    """Other stages, or the template to copy them from."""

    model_config = example(plan_template="engineering")

    plan: Annotated[InterviewPlan | None, Field(description="The stages, in order.")] = None
    plan_template: PlanTemplate = None


class Posting(Body):
    """Where a requisition is public."""

    model_config = example(channel=CAREERS_PAGE)

    channel: Annotated[Code, Field(examples=[CAREERS_PAGE])] = CAREERS_PAGE


ON_CAREERS_PAGE = Posting()
"""What an omitted body says."""


class Form(Body):
    """What applicants are asked beside who they are."""

    model_config = example(
        form={
            "questions": [
                {
                    "id": "permit",
                    "label": "May you work in the country of the job?",
                    "kind": "yes_no",
                    "required": True,
                    "knock_out": {"answers": ["no"]},
                }
            ]
        }
    )

    form: Annotated[ApplicationForm, Field(description="The questions, in order.")]


class Closure(Reason):
    """Why a requisition ends, and what becomes of those still applying."""

    model_config = example(reason_code="budget", disposition="position_closed")

    disposition: Annotated[
        Code | None,
        Field(
            description="Rejects every active application with this reason; omitted: refuses and"
            " names them.",
            examples=["position_closed"],
        ),
    ] = None


class RequisitionAnswer(Answered):
    """One requisition."""

    requisition: RequisitionRow


class RequisitionList(Answered):
    """Requisitions in a stable order."""

    items: list[RequisitionRow]


class OpeningList(Answered):
    """The seats of a requisition."""

    items: list[OpeningRow]


class PostingList(Answered):
    """Where a requisition is public."""

    items: list[PostingRow]


class Card(StandingRow):
    """One application on the board."""

    full_name: Annotated[
        str | None, Field(description="With names=true, for callers who may know it.")
    ] = None


class Column(Stage):
    """One stage and the applications in it, longest there first."""

    count: Annotated[int, Field(description="How many there are, those left out, too.")]
    median_since: Annotated[
        datetime | None, Field(description="Since when the one in the middle has stood here.")
    ]
    cards: list[Card]


class Board(Answered):
    """A requisition's applications by stage."""

    requisition_id: UUID
    columns: list[Column]
    gone: Annotated[
        list[UUID],
        Field(description="With changed_after: applications that are not here, or not any more."),
    ]


@post("")
def draft_requisition(
    body: NewRequisition, command: Commanding = commanding(DECIDING, narrows=True)
) -> Answer:
    """Starts a requisition; it takes applications once approved and launched.

    A hiring manager's is their own.
    """
    details = dict(body)
    details["hiring_manager_id"] = body.hiring_manager_id or command.caller.holder_if_limited
    return command.answer(
        commands.draft(
            command.log, command.by, details.pop("number"), details.pop("title"), **details
        )
    )


@post("/{requisition_id}/approval-request")
def request_approval(
    requisition_id: UUID, body: Body = NOW, command: Commanding = commanding(DECIDING)
) -> Answer:
    """Asks for approval: of the chain's steps that apply at its budget, else of anyone."""
    return command.answer(
        commands.request_approval(
            command.log, command.by, requisition_id, occurred_at=body.occurred_at
        )
    )


@post("/{requisition_id}/approval")
def approve_requisition(
    requisition_id: UUID, body: Body = NOW, command: Commanding = commanding(APPROVING)
) -> Answer:
    """Gives the approval of the step that waits; the last one approves the requisition.

    Where the organisation has a chain, only an approver of that step may (not-an-approver).
    """
    return command.answer(
        commands.approve(command.log, command.by, requisition_id, occurred_at=body.occurred_at)
    )


@post("/{requisition_id}/approval-refusal")
def refuse_approval(
    requisition_id: UUID, body: Reason, command: Commanding = commanding(APPROVING)
) -> Answer:
    """Sends the requisition back to its draft."""
    return command.answer(
        commands.refuse_approval(command.log, command.by, requisition_id, **body.model_dump())
    )


@post("/{requisition_id}/launch")
def open_requisition(
    requisition_id: UUID, body: Body = NOW, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Opens an approved requisition for applications."""
    return command.answer(
        commands.open(command.log, command.by, requisition_id, occurred_at=body.occurred_at)
    )


@post("/{requisition_id}/hold")
def put_requisition_on_hold(
    requisition_id: UUID, body: Reason, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Stops hiring for a while."""
    return command.answer(
        commands.put_on_hold(command.log, command.by, requisition_id, **body.model_dump())
    )


@post("/{requisition_id}/hold/release")
def resume_requisition(
    requisition_id: UUID, body: Body = NOW, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Goes on hiring."""
    return command.answer(
        commands.resume(command.log, command.by, requisition_id, occurred_at=body.occurred_at)
    )


@post("/{requisition_id}/details")
def change_requisition_details(
    requisition_id: UUID, body: Details, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Replaces the details given.

    More money or another level than was approved step by step is asked about again.
    """
    return command.answer(
        commands.change_details(command.log, command.by, requisition_id, **body.model_dump())
    )


@post("/{requisition_id}/application-form")
def change_application_form(
    requisition_id: UUID, body: Form, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Replaces what applicants are asked; while posted, it is frozen as the qualifications are.

    A rule (knock_out) names the answers that do not meet a basic qualification. They never reject
    anybody by themselves, unless the organisation has chosen so (POST /knock-out-policy).
    """
    return command.answer(
        commands.change_form(command.log, command.by, requisition_id, **dict(body))
    )


@post("/{requisition_id}/posting")
def post_requisition(
    requisition_id: UUID,
    body: Posting = ON_CAREERS_PAGE,
    command: Commanding = commanding(RECRUITING),
) -> Answer:
    """Makes an open requisition public."""
    return command.answer(
        commands.post(command.log, command.by, requisition_id, **body.model_dump())
    )


@post("/{requisition_id}/posting/withdrawal")
def unpost_requisition(
    requisition_id: UUID,
    body: Posting = ON_CAREERS_PAGE,
    command: Commanding = commanding(RECRUITING),
) -> Answer:
    """Takes the requisition off where it was public."""
    return command.answer(
        commands.unpost(command.log, command.by, requisition_id, **body.model_dump())
    )


@post("/{requisition_id}/openings")
def add_opening(
    requisition_id: UUID, body: Body = NOW, command: Commanding = commanding(APPROVING)
) -> Answer:
    """Adds a seat to fill; what was approved step by step is asked about again."""
    return command.answer(
        commands.add_opening(command.log, command.by, requisition_id, occurred_at=body.occurred_at)
    )


@post("/{requisition_id}/openings/{opening_id}/closure")
def close_opening(
    requisition_id: UUID,
    opening_id: UUID,
    body: Reason,
    command: Commanding = commanding(RECRUITING),
) -> Answer:
    """Gives up a free seat."""
    return command.answer(
        commands.close_opening(
            command.log, command.by, requisition_id, opening_id, **body.model_dump()
        )
    )


@post("/{requisition_id}/openings/{opening_id}/closure/reversal")
def reopen_opening(
    requisition_id: UUID,
    opening_id: UUID,
    body: Reason,
    command: Commanding = commanding(RECRUITING),
) -> Answer:
    """Takes back that a seat was given up. Reversing a hire frees its seat by itself."""
    return command.answer(
        commands.reopen_opening(
            command.log, command.by, requisition_id, opening_id, **body.model_dump()
        )
    )


@post("/{requisition_id}/plan")
def change_requisition_plan(
    requisition_id: UUID, body: Plan, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Replaces the interview plan; stages in use have to remain."""
    return command.answer(
        commands.change_plan(
            command.log,
            command.by,
            requisition_id,
            plan=body.plan,
            plan_template=body.plan_template,
            occurred_at=body.occurred_at,
        )
    )


@post("/{requisition_id}/closure")
def close_requisition(
    requisition_id: UUID, body: Closure, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Ends the requisition, with every active application dispositioned or named."""
    return command.answer(
        commands.close(command.log, command.by, requisition_id, **body.model_dump())
    )


@post("/{requisition_id}/closure/reversal")
def reopen_requisition(
    requisition_id: UUID, body: Reason, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Opens a closed requisition again."""
    return command.answer(
        commands.reopen(command.log, command.by, requisition_id, **body.model_dump())
    )


@get("")
def list_requisitions(
    request: Request,
    response: Response,
    ask: Asking = asking(PLANNING, read_models.READS, narrows=True),
    state: State | None = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> RequisitionList:
    """Requisitions in a stable order, a page at a time."""
    with ask.at() as (connection, asked):
        only = within_reach(connection, ask)
        rows = requisitions(
            connection, asked, requisition_ids=only, state=state, cursor=cursor, limit=limit
        )
    if len(rows) == limit:
        link_next(request, response, cursor=rows[-1].requisition_id)
    return RequisitionList(**asked.model_dump(), items=rows)


@get("/{requisition_id}")
def get_requisition(
    requisition_id: UUID, ask: Asking = asking(PLANNING, read_models.READS)
) -> RequisitionAnswer:
    """One requisition, its plan, and its openings."""
    with ask.at() as (connection, asked):
        rows = requisitions(connection, asked, requisition_ids=[requisition_id])
    if not rows:
        raise NotFound(what="requisition", id=requisition_id)
    return RequisitionAnswer(**asked.model_dump(), requisition=rows[0])


@get("/{requisition_id}/board")
def get_board(
    requisition_id: UUID,
    ask: Asking = asking(
        READING | {Role.HIRING_MANAGER}, BOARD_READS, for_parameters={"tag": tags.READS}
    ),
    status: Annotated[
        Status | None, Query(description="Only these; omitted: open ones.")
    ] = Status.OPEN,
    tag: Annotated[
        Code | None, Query(description="Only with this tag, on them or on their candidate.")
    ] = None,
    names: Annotated[bool, Query(description="With names, which is recorded as access.")] = False,
    first: Annotated[
        int | None, Query(ge=1, le=1000, description="At most this many of each stage.")
    ] = None,
    changed_after: Annotated[
        int | None,
        Query(
            ge=0,
            le=2**53,
            description="Only cards that changed after this log position; all count.",
        ),
    ] = None,
) -> Board:
    """The applications of a requisition where they stand, now or as of any date."""
    with ask.at() as (connection, asked):
        found = requisitions(connection, asked, requisition_ids=[requisition_id])
        if not found:
            raise NotFound(what="requisition", id=requisition_id)
        rows = board(connection, asked, requisition_id, status)
        if tag is not None:
            tagged = with_tag(connection, asked, tag)
            rows = [row for row in rows if tagged.has(row.application_id, row.candidate_id)]
        changed = None
        if changed_after is not None:
            changed = pipeline.changed_after(connection, asked, requisition_id, changed_after)
        standing: dict[str, list[StandingRow]] = {}
        for row in rows:
            standing.setdefault(row.stage, []).append(row)
        shown = {stage: _only(there, changed)[:first] for stage, there in standing.items()}
        people = [row.candidate_id for there in shown.values() for row in there] if names else []
        named = names_of(connection, ask, asked, people, "view board")
    return Board(
        **asked.model_dump(),
        requisition_id=requisition_id,
        columns=[
            _column(stage, standing.get(stage.id, []), shown.get(stage.id, []), named)
            for stage in (*found[0].stages, *_left_out(found[0].stages, rows))
        ],
        gone=sorted((changed or set()) - {row.application_id for row in rows}),
    )


def _only(rows: list[StandingRow], changed: set[UUID] | None) -> list[StandingRow]:
    """Those that changed; all, where it was not asked."""
    return rows if changed is None else [row for row in rows if row.application_id in changed]


def _column(
    stage: Stage,
    rows: list[StandingRow],
    shown: list[StandingRow],
    named: dict[UUID, str | None],
) -> Column:
    return Column(
        **dict(stage),
        count=len(rows),
        median_since=median_low(row.since for row in rows) if rows else None,
        cards=[Card(**dict(row), full_name=named.get(row.candidate_id)) for row in shown],
    )


def _left_out(stages: list[Stage], rows: list[StandingRow]) -> list[Stage]:
    """Stages the plan no longer has, where applications stood when they ended, or stand again."""
    kept = {stage.id for stage in stages}
    lost = {row.stage: StageKind(row.stage_kind) for row in rows if row.stage not in kept}
    return [Stage(id=id, name=id, kind=kind) for id, kind in sorted(lost.items())]


@get("/{requisition_id}/openings")
def list_openings(
    requisition_id: UUID, ask: Asking = asking(PLANNING, read_models.READS)
) -> OpeningList:
    """The seats of a requisition, free, filled and closed."""
    with ask.at() as (connection, asked):
        if not requisitions(connection, asked, requisition_ids=[requisition_id]):
            raise NotFound(what="requisition", id=requisition_id)
        rows = openings(connection, asked, requisition_id)
    return OpeningList(**asked.model_dump(), items=rows)


@get("/{requisition_id}/postings")
def list_postings(
    requisition_id: UUID, ask: Asking = asking(PLANNING, read_models.READS)
) -> PostingList:
    """Where a requisition is public, with the text and qualifications frozen when posted."""
    with ask.at() as (connection, asked):
        if not requisitions(connection, asked, requisition_ids=[requisition_id]):
            raise NotFound(what="requisition", id=requisition_id)
        rows = postings(connection, asked, requisition_id)
    return PostingList(**asked.model_dump(), items=rows)


@get("/{requisition_id}/timeline")
def get_requisition_timeline(
    requisition_id: UUID,
    request: Request,
    response: Response,
    ask: Asking = asking(PLANNING, timeline.READS),
    cursor: TimelineCursor = None,
    limit: Limit = 200,
) -> Timeline:
    """What happened with a requisition, in sentences."""
    return timeline_of(requisition_id, "requisition", request, response, ask, cursor, limit)


def within_reach(connection: Connection, ask: Asking) -> list[UUID] | None:
    """The requisitions the caller may know of; None if that is all of them."""
    match ask.caller.role:
        case Role.HIRING_MANAGER:
            return requisitions_for(connection, ask.caller.actor_id)
        case Role.APPROVER:
            decided = ask.log.decided_by(ask.caller.actor_id)
            return [*decided, *requisitions_awaiting_approval(connection)]
    return None
