"""Messages about applications over HTTP: written, cancelled, read."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from api.asking import Answered, Asking, Cursor, Limit, asking, getting
from api.commanding import NOW, Answer, Body, Commanding, commanding, example, posting
from api.paging import link_next
from commands import messages as commands
from domain.errors import NotFound
from domain.event import Category, Moment, Text
from domain.role import KNOWING_PEOPLE, SCHEDULING, Scope
from policies.mail.wording import filled_in
from policies.settings import MailSettings
from projections import messages as read_model
from projections import pipeline
from projections.messages import MessageRow, messages
from projections.pipeline import applications
from store.access_log import Access

READS = (*read_model.READS, *pipeline.READS)
MOST_UNDO_SECONDS = 86_400

router = APIRouter(prefix="/api", tags=["Messages"])
post, get = posting(router), getting(router)

Subject = Annotated[Text, Field(min_length=1, max_length=300, description="Sealed.")]


class NewMessage(Body):
    """A message, in words of one's own or of a template. What is given replaces the template's."""

    model_config = example(subject="Your application", body="We would like to meet you.")

    template_id: UUID | None = None
    subject: Subject | None = None
    body: Annotated[Text | None, Field(min_length=1, description="Sealed.")] = None
    send_at: Annotated[
        Moment | None,
        Field(
            description="When to send it; omitted: after a minute, or as the installation says."
            " Until it is handed over it can be cancelled.",
            examples=["2026-03-02T09:30:00+01:00"],
        ),
    ] = None
    undo_seconds: Annotated[
        int | None,
        Field(ge=0, le=MOST_UNDO_SECONDS, description="Instead of send_at: after so many seconds."),
    ] = None
    in_reply_to: Annotated[
        UUID | None, Field(description="The message it answers; joins its thread.")
    ] = None


class Draft(BaseModel):
    """A template filled in; nothing is recorded but that the candidate's name was opened."""

    subject: str
    body: str


class Message(MessageRow):
    """One message; its text is null for those who may not read it."""

    sender: Annotated[str | None, Field(description="The address an answer came from.")] = None
    subject: str | None = None
    body: str | None = None


class MessageList(Answered):
    """The messages of an application, in the order they were written."""

    items: list[Message]


@post("/applications/{application_id}/messages")
def write_message(
    application_id: UUID, body: NewMessage, command: Commanding = commanding(SCHEDULING)
) -> Answer:
    """Has a message sent to the candidate, after a while in which it can be cancelled."""
    subject, text = body.subject, body.body
    if body.template_id is not None:
        access = Access(command.by.actor_id, "write message", command.by.command_id)
        draft = _draft(command, application_id, body.template_id, access)
        subject, text = subject or draft.subject, text or draft.body
    return command.answer(
        commands.request(
            command.log,
            command.by,
            application_id,
            subject=subject or "",
            body=text or "",
            send_at=_send_at(body),
            template_id=body.template_id,
            in_reply_to=body.in_reply_to,
            occurred_at=body.occurred_at,
        )
    )


def _draft(
    on: Commanding | Asking, application_id: UUID, template_id: UUID, access: Access
) -> Draft:
    template = on.log.message_template(template_id)
    with on.log.database.transaction(on.log.organisation) as connection:
        subject, body = filled_in(on.log, connection, template, application_id, access)
    return Draft(subject=subject, body=body)


def _send_at(body: NewMessage) -> datetime:
    seconds = body.undo_seconds
    if seconds is None:
        seconds = MailSettings().undo_seconds
    return body.send_at or datetime.now(UTC) + timedelta(seconds=seconds)


@get("/applications/{application_id}/message-draft")
def draft_message(
    application_id: UUID,
    template_id: Annotated[UUID, Query(description="The template to fill in.")],
    ask: Asking = asking(SCHEDULING, (), Scope.PERSONAL),
) -> Draft:
    """What a template says for an application, to be looked over before it is sent."""
    access = Access(ask.caller.actor_id, "write message", ask.caller.request_id)
    return _draft(ask, application_id, template_id, access)


@get("/applications/{application_id}/messages")
def list_messages(
    application_id: UUID,
    request: Request,
    response: Response,
    ask: Asking = asking(KNOWING_PEOPLE, READS),
    cursor: Cursor = None,
    limit: Limit = 200,
) -> MessageList:
    """The correspondence about an application. Opening it is recorded."""
    with ask.at() as (connection, asked):
        if not applications(connection, asked, application_id=application_id):
            raise NotFound(what="application", id=application_id)
        rows = messages(connection, asked, application_id, cursor=cursor, limit=limit)
        facts = list(ask.log.facts.at_positions([row.position for row in rows]))
        opened = ask.open(connection, facts, [Category.COMMUNICATION], "read messages")
        said = {fact.position: words for fact, words in zip(facts, opened, strict=True)}
        if len(rows) == limit:
            link_next(request, response, cursor=rows[-1].message_id)
        return MessageList(
            **asked.model_dump(),
            items=[Message(**{**said[row.position], **row.model_dump()}) for row in rows],
        )


@post("/messages/{message_id}/cancellation")
def cancel_message(
    message_id: UUID, body: Body = NOW, command: Commanding = commanding(SCHEDULING)
) -> Answer:
    """Takes back a message that has not been handed to the mail server yet."""
    return command.answer(
        commands.cancel(command.log, command.by, message_id, occurred_at=body.occurred_at)
    )
