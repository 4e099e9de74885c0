"""Offers over HTTP."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.asking import Answered, Asking, asking, getting
from api.commanding import NOW, Answer, Body, Commanding, commanding, example, posting
from commands import offers as commands
from domain.candidate import CandidateEntryCorrected
from domain.errors import NotFound
from domain.event import Amount, Category, Code, Currency, Moment, Text
from domain.role import APPROVING, READING, RECRUITING, Role
from projections import offers as read_models
from projections import pipeline
from projections.offers import OfferRow, offers
from store.envelope import Fact

TERMS = ("terms", "first_year_pay")
OFFER_READS = (*read_models.READS, *pipeline.READS)

router = APIRouter(prefix="/api/applications/{application_id}/offers", tags=["Offers"])
post, get = posting(router), getting(router)


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
    start_date: Annotated[date | None, Field(description="The first day at work.")] = None
    expires_at: Moment | None = None


class Reason(Body):
    """Why an offer came to nothing."""

    model_config = example(reason_code="compensation")

    reason_code: Annotated[Code, Field(examples=["compensation"])]


class Decision(Body):
    """Which version is decided on."""

    model_config = example(offer_version=1)

    offer_version: Annotated[
        int | None,
        Field(ge=1, lt=2**53, description="Refused if the draft is another version by now."),
    ] = None


class OfApproval(Reason, Decision):
    """Why a version is not approved."""

    model_config = example(reason_code="too_high", offer_version=1)


AS_DRAFTED = Decision()
"""What an omitted body says."""


class Offer(OfferRow):
    """One version of an offer as the caller may see it; terms are null for those who may not."""

    terms: str | None = None
    first_year_pay: Annotated[str | None, Field(description="Decimal text, in `currency`.")] = None


class OfferList(Answered):
    """Every version of an application's offers, in the order they were made."""

    items: list[Offer]


@get("")
def list_offers(
    application_id: UUID,
    ask: Asking = asking(READING | {Role.HIRING_MANAGER, Role.APPROVER}, OFFER_READS),
) -> OfferList:
    """Every version ever drafted or extended, and how it stands. Opening terms is recorded."""
    with ask.at() as (connection, asked):
        if not pipeline.applications(connection, asked, application_id=application_id):
            raise NotFound(what="application", id=application_id)
        rows = offers(connection, asked, [application_id])
        facts = ask.log.facts.at_positions(said_at(rows))
        opened = ask.open(connection, facts, [Category.COMPENSATION], "view offers")
        return OfferList(
            **asked.model_dump(), items=with_terms(rows, zip(facts, opened, strict=True))
        )


def said_at(rows: Iterable[OfferRow]) -> list[int]:
    """The positions of the events that say the terms of versions, or correct them."""
    return [at for row in rows for at in (row.told_at, *row.corrected_at)]


def with_terms(
    rows: Iterable[OfferRow], opened: Iterable[tuple[Fact, dict[str, Any]]]
) -> list[Offer]:
    """The versions with the terms that opened events say, as corrected."""
    said: dict[int | None, dict[str, Any]] = {}
    for fact, fields in opened:
        if fact.topic == CandidateEntryCorrected.name:
            said[fact.position] = {fact.data["field"]: fields.get("compensation_value")}
        else:
            said[fact.position] = {name: fields.get(name) for name in TERMS}
    return [
        Offer(
            **row.model_dump(),
            told_at=row.told_at,
            corrected_at=row.corrected_at,
            **{
                name: value
                for at in (row.told_at, *row.corrected_at)
                for name, value in said.get(at, {}).items()
            },
        )
        for row in rows
    ]


@post("/drafts")
def draft_offer(
    application_id: UUID, body: Terms, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Prepares an offer, which nobody is told of until it is extended."""
    return command.answer(
        commands.draft(command.log, command.by, application_id, **body.model_dump())
    )


@post("/{offer_id}/drafts")
def redraft_offer(
    application_id: UUID,
    offer_id: UUID,
    body: Terms,
    command: Commanding = commanding(RECRUITING),
) -> Answer:
    """Drafts the next version; approvals of an earlier draft are void."""
    return command.answer(
        commands.draft(
            command.log, command.by, application_id, offer_id=offer_id, **body.model_dump()
        )
    )


@post("/{offer_id}/approval-request")
def request_offer_approval(
    application_id: UUID,
    offer_id: UUID,
    body: Body = NOW,
    command: Commanding = commanding(RECRUITING),
) -> Answer:
    """Asks for approval of the draft: of the chain's steps that apply at its pay."""
    return command.answer(
        commands.request_approval(
            command.log, command.by, application_id, offer_id, occurred_at=body.occurred_at
        )
    )


@post("/{offer_id}/approval")
def approve_offer(
    application_id: UUID,
    offer_id: UUID,
    body: Decision = AS_DRAFTED,
    command: Commanding = commanding(APPROVING),
) -> Answer:
    """Gives the approval of the step that waits; the last one approves the version.

    Where the organisation has a chain, only an approver of that step may (not-an-approver).
    """
    return command.answer(
        commands.approve(command.log, command.by, application_id, offer_id, **body.model_dump())
    )


@post("/{offer_id}/approval-refusal")
def refuse_offer_approval(
    application_id: UUID,
    offer_id: UUID,
    body: OfApproval,
    command: Commanding = commanding(APPROVING),
) -> Answer:
    """Leaves the version a draft, to be drafted anew or asked about again."""
    return command.answer(
        commands.refuse_approval(
            command.log, command.by, application_id, offer_id, **body.model_dump()
        )
    )


@post("/{offer_id}/extension")
def extend_drafted_offer(
    application_id: UUID,
    offer_id: UUID,
    body: Body = NOW,
    command: Commanding = commanding(RECRUITING),
) -> Answer:
    """Makes the offer as it was drafted, and approved if the organisation asks for that."""
    return command.answer(
        commands.extend_draft(
            command.log, command.by, application_id, offer_id, occurred_at=body.occurred_at
        )
    )


@post("")
def extend_offer(
    application_id: UUID, body: Terms, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Makes an offer at once, which moves the application forward.

    Where the organisation has a chain that applies at the pay, draft it and have it approved.
    """
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
