"""Webhooks over HTTP: which addresses are told of events, and how each stands."""

from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from api.asking import PROBLEMS
from api.caller import Caller, may
from api.commanding import Answer, Commanding, commanding, example, posting
from api.session import Form
from commands import webhooks as commands
from domain import catalogue
from domain.errors import NotFound, Refusal
from domain.event import Code, Words
from domain.role import ADMINISTERING
from entrance.browser import system
from store.webhooks import WebhookRow, all_webhooks

router = APIRouter(prefix="/api/webhooks", tags=["Webhooks"])
post = posting(router)


class UrlNotAllowed(Refusal):
    """A webhook's address begins with https:// and names a host."""


class NewWebhook(Form):
    """Where to tell of what."""

    model_config = example(
        label="Payroll", url="https://hr.example.org/hooks", types=["application.hired"]
    )

    label: Annotated[Words, Field(description="What it is for.", examples=["Payroll"])]
    url: Annotated[Words, Field(examples=["https://hr.example.org/hooks"])]
    types: Annotated[
        tuple[Code, ...], Field(max_length=100, description="Which events; none named: all.")
    ] = ()
    after: Annotated[
        int | None,
        Field(ge=0, le=2**53, description="Begins after this log position; omitted: now."),
    ] = None


class Made(Answer):
    """A secret that was just made."""

    secret: Annotated[
        str | None,
        Field(description="What signs its messages: shown this once, and not in a repeat."),
    ] = None


class Removal(Form):
    """Why a webhook ends."""

    model_config = example(reason_code="replaced")

    reason_code: Annotated[Code, Field(examples=["replaced"])]


class WebhookList(BaseModel):
    """Every webhook there is, oldest first."""

    items: list[WebhookRow]


@post("")
def create_webhook(
    request: Request, body: NewWebhook, command: Commanding = commanding(ADMINISTERING)
) -> Made:
    """Tells an address of events from now on, signed as Standard Webhooks 1.0 says."""
    _guard_url(body.url, system(request).settings.webhooks_to_private)
    for name in body.types:
        if name not in catalogue.events:
            raise NotFound(what="event type", id=name)
    recorded, secret = commands.create(command.log, command.by, **body.model_dump())
    return Made(**command.answer(recorded).model_dump(), secret=secret)


@post("/{webhook_id}/secret")
def rotate_webhook_secret(
    webhook_id: UUID, command: Commanding = commanding(ADMINISTERING)
) -> Made:
    """Signs by a new secret; for a day the old one signs, too."""
    recorded, secret = commands.rotate_secret(command.log, command.by, webhook_id)
    return Made(**command.answer(recorded).model_dump(), secret=secret)


@post("/{webhook_id}/stop")
def stop_webhook(webhook_id: UUID, command: Commanding = commanding(ADMINISTERING)) -> Answer:
    """Tells it nothing until it is resumed; nothing is skipped."""
    return command.answer(commands.stop(command.log, command.by, webhook_id))


@post("/{webhook_id}/resumption")
def resume_webhook(webhook_id: UUID, command: Commanding = commanding(ADMINISTERING)) -> Answer:
    """Goes on with the event after the last one it took."""
    return command.answer(commands.resume(command.log, command.by, webhook_id))


@post("/{webhook_id}/removal")
def remove_webhook(
    webhook_id: UUID, body: Removal, command: Commanding = commanding(ADMINISTERING)
) -> Answer:
    """Tells it nothing any more."""
    return command.answer(commands.remove(command.log, command.by, webhook_id, body.reason_code))


@router.get("", responses=PROBLEMS)
def list_webhooks(calling: Annotated[Caller, may(ADMINISTERING)]) -> WebhookList:
    """The webhooks, how far each has been told, and what was in the way."""
    with calling.log.database.transaction(calling.organisation) as connection:
        return WebhookList(items=all_webhooks(connection))


def _guard_url(url: str, to_private: bool) -> None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise UrlNotAllowed from None
    schemes = {"https", "http"} if to_private else {"https"}
    if parts.scheme not in schemes or not host or parts.username or parts.password:
        raise UrlNotAllowed
