"""Times that candidates choose from, over HTTP; they choose on a page (web/self_scheduling.py)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field

from api.commanding import Answer, Body, Commanding, commanding, example, posting
from api.interviews import Interviewers, Location, TimeZone
from commands import self_scheduling as commands
from domain.errors import NotFound
from domain.event import Code, Moment
from domain.role import SCHEDULING
from domain.self_scheduling import Slot, SlotRule
from entrance.browser import own_origin
from store.links import booking_token

router = APIRouter(prefix="/api", tags=["Interviews"])
post = posting(router)


class SlotOffer(Body):
    """Times, or the rule that makes them."""

    model_config = example(
        expires_at="2026-03-08T18:00:00+01:00",
        slots=[{"starts_at": "2026-03-09T10:00:00+01:00", "ends_at": "2026-03-09T11:00:00+01:00"}],
        time_zone="Europe/Berlin",
    )

    expires_at: Annotated[
        Moment,
        Field(description="Until when one may be chosen.", examples=["2026-03-08T18:00:00+01:00"]),
    ]
    interviewer_ids: Interviewers = ()
    slots: Annotated[tuple[Slot, ...], Field(max_length=200)] = ()
    slot_rule: Annotated[
        SlotRule | None,
        Field(description="Instead of slots: what makes them, wherever no interviewer is busy."),
    ] = None
    time_zone: Annotated[
        TimeZone | None, Field(description="The interview's; omitted: the rule's.")
    ] = None
    stage: Code | None = None
    notice_hours: Annotated[
        int,
        Field(ge=0, le=720, description="Until how long before it the candidate may change it."),
    ] = 24
    location: Location = None


class SlotsWithdrawal(Body):
    """Why times are not offered any more."""

    model_config = example(reason_code="position_closed")

    reason_code: Annotated[Code, Field(examples=["position_closed"])]


class SlotOfferAnswer(Answer):
    """What was recorded, and the link to hand on."""

    booking_url: Annotated[
        str | None, Field(description="Where the candidate chooses, without signing in.")
    ] = None


@post("/applications/{application_id}/slot-offers")
def offer_slots(
    application_id: UUID,
    body: SlotOffer,
    request: Request,
    command: Commanding = commanding(SCHEDULING),
) -> SlotOfferAnswer:
    """Lets the candidate choose one of these times by a link; whoever has it may use it."""
    answer = command.answer(
        commands.offer(
            command.log,
            command.by,
            application_id,
            **body.model_dump(exclude={"slots", "slot_rule"}),
            slots=body.slots,
            slot_rule=body.slot_rule,
        )
    )
    return SlotOfferAnswer(
        **dict(answer), booking_url=booking_url(request, command, answer.invitation_id)
    )


@post("/applications/{application_id}/slot-offers/{invitation_id}/withdrawal")
def withdraw_slots(
    application_id: UUID,
    invitation_id: UUID,
    body: SlotsWithdrawal,
    command: Commanding = commanding(SCHEDULING),
) -> Answer:
    """Takes offered times back: the link opens a page that says so."""
    candidate = command.log.candidate_of_invitation(invitation_id)
    if candidate.invitation(invitation_id).application_id != application_id:
        raise NotFound(what="invitation", id=invitation_id)
    return command.answer(
        commands.withdraw(command.log, command.by, invitation_id, **body.model_dump())
    )


def booking_url(request: Request, command: Commanding, invitation_id: UUID | None) -> str | None:
    """Where the candidate chooses."""
    if invitation_id is None:
        return None
    token = booking_token(command.log.database.keyring, command.log.organisation.id, invitation_id)
    return f"{own_origin(request)}/self-scheduling?token={token}"
