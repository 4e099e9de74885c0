"""Whether a person may be contacted, over HTTP: consent, notice, and objections."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import Field

from api.commanding import NOW, Answer, Body, Commanding, commanding, example, posting
from commands import consents as commands
from domain.consent import CONTACT, EMAIL, EVERY_CHANNEL, Asking
from domain.event import Code, Moment
from domain.role import SOURCING

router = APIRouter(prefix="/api/candidates/{candidate_id}", tags=["Consents"])
post = posting(router)


class Consent(Body):
    """A consent to the text shown."""

    model_config = example(purpose="contact", text_version="v1")

    purpose: Annotated[Code, Field(examples=["contact"])] = CONTACT
    text_version: Annotated[Code, Field(examples=["v1"])]
    expires_at: Moment | None = None


class OptOut(Body):
    """A wish to hear no more."""

    model_config = example(channel="email")

    channel: Annotated[Code, Field(description="A channel, or all.")] = EVERY_CHANNEL


class Notice(Body):
    """A person was told how their data is used."""

    model_config = example(text_version="2026-01")

    text_version: Annotated[Code, Field(examples=["2026-01"])]
    channel: Annotated[Code, Field(description="How they were told.")] = EMAIL
    expires_at: Annotated[
        Moment | None, Field(description="Until when it allows contact; omitted: no end.")
    ] = None


class Question(Body):
    """A mail that asks whether we may keep in touch."""

    model_config = example(asking="notice")

    asking: Annotated[
        Asking,
        Field(description="notice: with the notice, the first word. renewal: before an end."),
    ] = Asking.NOTICE


@post("/consents")
def grant_consent(
    candidate_id: UUID, body: Consent, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Records a consent."""
    return command.answer(
        commands.grant(command.log, command.by, candidate_id, **body.model_dump())
    )


@post("/consents/{purpose}/withdrawal")
def withdraw_consent(
    candidate_id: UUID,
    purpose: Annotated[Code, Path()],
    body: Body = NOW,
    command: Commanding = commanding(SOURCING),
) -> Answer:
    """Records that a consent was taken back."""
    return command.answer(
        commands.withdraw(
            command.log, command.by, candidate_id, purpose, occurred_at=body.occurred_at
        )
    )


@post("/opt-outs")
def opt_out(candidate_id: UUID, body: OptOut, command: Commanding = commanding(SOURCING)) -> Answer:
    """Records that the candidate wants to hear no more."""
    return command.answer(
        commands.opt_out(command.log, command.by, candidate_id, **body.model_dump())
    )


@post("/notices")
def give_notice(
    candidate_id: UUID, body: Notice, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Records that a person was told how their data is used, which allows contact."""
    return command.answer(
        commands.give_notice(command.log, command.by, candidate_id, **body.model_dump())
    )


@post("/consents/question")
def ask_for_consent(
    candidate_id: UUID, body: Question, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Has a person asked by mail whether we may keep in touch; they answer on a page."""
    return command.answer(commands.ask(command.log, command.by, candidate_id, body.asking))
