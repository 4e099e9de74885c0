"""Sequences and campaigns over HTTP: put together, looked at before, started, followed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from api.asking import Answered, Asking, Cursor, Limit, asking, getting
from api.candidates import names_of
from api.commanding import NOW, SOME_ID, Answer, Body, Commanding, commanding, example, posting
from api.paging import link_next
from commands import campaigns as commands
from commands import enrolments
from domain.campaign import Campaign, CampaignKind, CampaignState, OutreachVariable, Steps
from domain.errors import NotFound, Refusal
from domain.event import Code, Words
from domain.role import READING, SOURCING, Scope
from policies import forecasting
from policies.forecasting import Outlook
from policies.mail.steps import Way, words_of
from policies.settings import MailSettings
from projections import campaigns as read_model
from projections import candidates, talent_pool
from projections.campaigns import (
    CampaignNumbers,
    CampaignRow,
    EnrolmentRow,
    campaigns,
    enrolled,
    numbers,
)
from projections.talent_pool import members
from store.access_log import Access

FORECAST_READS = (*read_model.READS, *talent_pool.READS)
PLACES = ", ".join(f"{{{{ {name} }}}}" for name in OutreachVariable)

FullName = Annotated[str | None, Field(description="With names=true, for callers who may know it.")]
Names = Annotated[bool, Query(description="With names, which is recorded as access.")]
WITH_NAMES = {"names": candidates.READS}

router = APIRouter(prefix="/api", tags=["Campaigns"])
post, get = posting(router), getting(router)

STEPS = {"subject": "News from us", "body": "Dear {{ candidate_name }}, how are you?", "days": 1}
StepList = Annotated[
    Steps,
    Field(
        description=f"One mail after the other. Subject and body may have places: {PLACES}.",
        examples=[[STEPS]],
    ),
]


class NewCampaign(Body):
    """A sequence, for whoever is enrolled, or a campaign, for the members of a pool."""

    model_config = example(kind="sequence", title="Spring hello", steps=[STEPS])

    kind: CampaignKind
    title: Annotated[Words, Field(examples=["Spring hello"])]
    steps: StepList
    pool_id: Annotated[UUID | None, Field(description="A campaign's audience.")] = None
    sender_id: Annotated[
        UUID | None,
        Field(description="The member it comes from; omitted: who enrols, or the organisation."),
    ] = None
    tracks_opens: Annotated[
        bool,
        Field(
            description="Whether an image tells of openings. Off: many mail programs fetch it by"
            " themselves, and nobody agreed to it."
        ),
    ] = False
    tracks_clicks: bool = True


class NewSteps(Body):
    """Other steps; whoever is enrolled goes on with those they began with."""

    model_config = example(steps=[STEPS])

    steps: StepList


class Enrolling(Body):
    """Who is to go through it."""

    model_config = example(candidate_id=SOME_ID)

    candidate_id: UUID


class Stop(Body):
    """Why nothing more is to go out."""

    model_config = example(reason_code="spoke_in_person")

    reason_code: Annotated[Code, Field(examples=["spoke_in_person"])]


class NoWayToLeave(Refusal):
    """HIRELEDGER_PUBLIC_URL is not set, so mails could not say how to hear no more."""

    status = 409


class CampaignAnswer(Answered):
    """A sequence or campaign, and what came of it."""

    campaign: CampaignRow
    numbers: CampaignNumbers


class CampaignList(Answered):
    """Sequences and campaigns in a stable order."""

    items: list[CampaignRow]


class Enrolment(EnrolmentRow):
    """One person's way through it."""

    full_name: FullName = None


class EnrolmentList(Answered):
    """Who goes, or went, through it, in a stable order."""

    items: list[Enrolment]


class Coming(BaseModel):
    """What somebody will get, if nobody replies and nothing changes."""

    candidate_id: UUID
    enrolment_id: Annotated[UUID | None, Field(description="Null for who is not enrolled yet.")]
    outlook: Outlook
    full_name: FullName = None


class Forecast(Answered):
    """What will go to whom and when, in a stable order."""

    items: list[Coming]


class PreviewedStep(BaseModel):
    """A step in the words somebody will read."""

    step: int
    subject: str
    body: str


class Preview(BaseModel):
    """What somebody would get who is enrolled now."""

    outlook: Outlook
    words: list[PreviewedStep]


@post("/campaigns")
def draft_campaign(body: NewCampaign, command: Commanding = commanding(SOURCING)) -> Answer:
    """Puts a sequence or campaign together; nothing goes out before it is started."""
    said = body.model_dump(exclude={"steps"})
    return command.answer(commands.draft(command.log, command.by, steps=body.steps, **said))


@post("/campaigns/{campaign_id}/steps")
def change_campaign_steps(
    campaign_id: UUID, body: NewSteps, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Gives it other steps, for whoever is enrolled from now on."""
    return command.answer(
        commands.change_steps(
            command.log, command.by, campaign_id, body.steps, occurred_at=body.occurred_at
        )
    )


@post("/campaigns/{campaign_id}/start")
def start_campaign(
    campaign_id: UUID, body: Body = NOW, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Lets it run. The members of a campaign's pool are then enrolled, as far as rules allow."""
    command.log.campaign(campaign_id)
    if MailSettings().public_url is None:
        raise NoWayToLeave
    return command.answer(
        commands.start(command.log, command.by, campaign_id, occurred_at=body.occurred_at)
    )


@post("/campaigns/{campaign_id}/pause")
def pause_campaign(
    campaign_id: UUID, body: Body = NOW, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Keeps every step back."""
    return command.answer(
        commands.pause(command.log, command.by, campaign_id, occurred_at=body.occurred_at)
    )


@post("/campaigns/{campaign_id}/resumption")
def resume_campaign(
    campaign_id: UUID, body: Body = NOW, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Lets it go on; what has become due goes out within ten minutes."""
    return command.answer(
        commands.resume(command.log, command.by, campaign_id, occurred_at=body.occurred_at)
    )


@post("/campaigns/{campaign_id}/end")
def finish_campaign(
    campaign_id: UUID, body: Body = NOW, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Ends it for good: nothing more goes out."""
    return command.answer(
        commands.finish(command.log, command.by, campaign_id, occurred_at=body.occurred_at)
    )


@post("/campaigns/{campaign_id}/enrolments")
def enrol_candidate(
    campaign_id: UUID, body: Enrolling, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Begins somebody's way through a sequence, written by whoever enrols them."""
    return command.answer(
        enrolments.enrol(
            command.log,
            command.by,
            campaign_id,
            body.candidate_id,
            sender_id=_member(command),
            occurred_at=body.occurred_at,
        )
    )


@post("/enrolments/{enrolment_id}/stop")
def stop_enrolment(
    enrolment_id: UUID, body: Stop, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Ends somebody's way: nothing more goes out to them."""
    return command.answer(
        enrolments.stop(
            command.log, command.by, enrolment_id, body.reason_code, occurred_at=body.occurred_at
        )
    )


@get("/campaigns")
def list_campaigns(
    request: Request,
    response: Response,
    ask: Asking = asking(READING, read_model.READS),
    cursor: Cursor = None,
    limit: Limit = 100,
) -> CampaignList:
    """Sequences and campaigns, a page at a time."""
    with ask.at() as (connection, asked):
        rows = campaigns(connection, asked, cursor=cursor, limit=limit)
    if len(rows) == limit:
        link_next(request, response, cursor=rows[-1].campaign_id)
    return CampaignList(**asked.model_dump(), items=rows)


@get("/campaigns/{campaign_id}")
def get_campaign(
    campaign_id: UUID, ask: Asking = asking(READING, read_model.READS)
) -> CampaignAnswer:
    """A sequence or campaign, and what came of each step, now or as of any date."""
    with ask.at() as (connection, asked):
        rows = campaigns(connection, asked, campaign_id=campaign_id)
        if not rows:
            raise NotFound(what="campaign", id=campaign_id)
        counted = numbers(connection, asked, campaign_id)
    return CampaignAnswer(**asked.model_dump(), campaign=rows[0], numbers=counted)


@get("/campaigns/{campaign_id}/enrolments")
def list_enrolments(
    campaign_id: UUID,
    request: Request,
    response: Response,
    ask: Asking = asking(READING, read_model.READS, for_parameters=WITH_NAMES),
    names: Names = False,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> EnrolmentList:
    """Who goes, or went, through it, and how far they came."""
    with ask.at() as (connection, asked):
        if not campaigns(connection, asked, campaign_id=campaign_id):
            raise NotFound(what="campaign", id=campaign_id)
        rows = enrolled(connection, asked, campaign_id, cursor=cursor, limit=limit)
        people = [row.candidate_id for row in rows] if names else []
        named = names_of(connection, ask, asked, people, "view campaign")
    if len(rows) == limit:
        link_next(request, response, cursor=rows[-1].enrolment_id)
    return EnrolmentList(
        **asked.model_dump(),
        items=[Enrolment(**dict(row), full_name=named.get(row.candidate_id)) for row in rows],
    )


@get("/campaigns/{campaign_id}/forecast")
def forecast_campaign(
    campaign_id: UUID,
    request: Request,
    response: Response,
    ask: Asking = asking(READING, FORECAST_READS, for_parameters=WITH_NAMES),
    names: Names = False,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Forecast:
    """What will go to whom and when; before the start, to the members its pool has now.

    What follows a reply is left out, for nobody knows who replies.
    """
    campaign = ask.log.campaign(campaign_id)
    with ask.at() as (connection, asked):
        if campaign.state is CampaignState.DRAFT:
            pool_id = campaign.said.pool_id
            people = (
                members(connection, asked, pool_id, cursor=cursor, limit=limit) if pool_id else []
            )
            items = [_before(ask, campaign, row.candidate_id) for row in people]
            last = people[-1].candidate_id if people else None
        else:
            rows = enrolled(
                connection, asked, campaign_id, going_on=True, cursor=cursor, limit=limit
            )
            ids = [row.enrolment_id for row in rows]
            coming = forecasting.going_on(ask.log, connection, ids)
            items = [
                Coming(candidate_id=row.candidate_id, enrolment_id=id, outlook=coming[id])
                for id, row in zip(ids, rows, strict=True)
            ]
            last = ids[-1] if ids else None
        shown = [one.candidate_id for one in items] if names else []
        named = names_of(connection, ask, asked, shown, "view campaign")
    for one in items:
        one.full_name = named.get(one.candidate_id)
    if len(items) == limit:
        link_next(request, response, cursor=last)
    return Forecast(**asked.model_dump(), items=items)


def _before(ask: Asking, campaign: Campaign, candidate_id: UUID) -> Coming:
    organisation, candidate = ask.log.organisation_itself(), ask.log.candidate(candidate_id)
    outlook = forecasting.to_come(candidate, campaign, organisation, None)
    return Coming(candidate_id=candidate_id, enrolment_id=None, outlook=outlook)


@get("/campaigns/{campaign_id}/previews/{candidate_id}")
def preview_campaign(
    campaign_id: UUID,
    candidate_id: UUID,
    ask: Asking = asking(SOURCING, (), Scope.PERSONAL),
) -> Preview:
    """What somebody would get who is enrolled now, in the words they would read."""
    campaign, candidate = ask.log.campaign(campaign_id), ask.log.candidate(candidate_id)
    organisation = ask.log.organisation_itself()
    sender_id = campaign.said.sender_id or _member(ask)
    outlook = forecasting.to_come(candidate, campaign, organisation, sender_id)
    access = Access(ask.caller.actor_id, "preview campaign", ask.caller.request_id)
    words = []
    with ask.log.database.transaction(ask.caller.organisation) as connection:
        for number in range(1, len(campaign.steps) + 1):
            way = Way(candidate, campaign, organisation, sender_id, number, campaign.steps)
            subject, body = words_of(ask.log, connection, way, access)
            words.append(PreviewedStep(step=number, subject=subject, body=body))
    return Preview(outlook=outlook, words=words)


def _member(on: Commanding | Asking) -> UUID | None:
    """The member who asks; a program that asks on nobody's behalf is none."""
    return on.caller.actor_id if on.caller.actor_type == "person" else on.caller.on_behalf_of
