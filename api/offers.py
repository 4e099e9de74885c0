"""Offers over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.caller import RECRUITING
from api.commanding import NOW, Answer, Body, Commanding, commanding, example, posting
from commands import offers as commands
from domain.event import Amount, Code, Currency, Moment, Text

router = APIRouter(prefix="/api/applications/{application_id}/offers", tags=["Offers"])
post = posting(router)


class Terms(Body):
    """What is offered."""

    model_config = example(terms="Full time", first_year_pay="60000.00", currency="EUR")

    terms: Annotated[
        Text | None,
        Field(description="Sealed.", examples=["60,000 EUR a year"]),
    ] = None
    first_year_pay: Annotated[
        Amount | None,
        Field(description="What the first year costs, as decimal text; sealed. Needs currency."),
    ] = None
    currency: Currency | None = None
    opening_id: UUID | None = None
    expires_at: Moment | None = None


class Reason(Body):
    """Why an offer came to nothing."""

    model_config = example(reason_code="compensation")

    reason_code: Annotated[Code, Field(examples=["compensation"])]


@post("")
def extend_offer(
    application_id: UUID, body: Terms, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Makes an offer, which moves the application forward."""
    return command.answer(
        commands.extend(command.log, command.by, application_id, **body.model_dump())
    )


@post("/{offer_id}/versions")
def revise_offer(
    application_id: UUID,
    offer_id: UUID,
    body: Terms,
    command: Commanding = commanding(RECRUITING),
) -> Answer:
    """Makes a new version of an offer that was not accepted."""
    return command.answer(
        commands.extend(
            command.log, command.by, application_id, offer_id=offer_id, **body.model_dump()
        )
    )


@post("/{offer_id}/acceptance")
def accept_offer(
    application_id: UUID,
    offer_id: UUID,
    body: Body = NOW,
    command: Commanding = commanding(RECRUITING),
) -> Answer:
    """Records that the candidate accepted."""
    return command.answer(
        commands.accept(
            command.log, command.by, application_id, offer_id, occurred_at=body.occurred_at
        )
    )


@post("/{offer_id}/decline")
def decline_offer(
    application_id: UUID,
    offer_id: UUID,
    body: Reason,
    command: Commanding = commanding(RECRUITING),
) -> Answer:
    """Records that the candidate declined."""
    return command.answer(
        commands.decline(command.log, command.by, application_id, offer_id, **body.model_dump())
    )


@post("/{offer_id}/expiry")
def expire_offer(
    application_id: UUID,
    offer_id: UUID,
    body: Body = NOW,
    command: Commanding = commanding(RECRUITING),
) -> Answer:
    """Records that the offer's time ran out."""
    return command.answer(
        commands.expire(
            command.log, command.by, application_id, offer_id, occurred_at=body.occurred_at
        )
    )


@post("/{offer_id}/rescission")
def rescind_offer(
    application_id: UUID,
    offer_id: UUID,
    body: Reason,
    command: Commanding = commanding(RECRUITING),
) -> Answer:
    """Takes an offer back."""
    return command.answer(
        commands.rescind(command.log, command.by, application_id, offer_id, **body.model_dump())
    )
