"""Message templates over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import Field

from api.asking import Answered, Asking, Cursor, Limit, asking, getting
from api.commanding import NOW, Answer, Body, Commanding, commanding, example, posting
from api.paging import link_next
from commands import message_templates as commands
from domain.event import Words
from domain.message_template import TemplateText, Variable
from domain.role import READING, SCHEDULING
from projections import message_templates
from projections.message_templates import TemplateRow, templates

router = APIRouter(prefix="/api/message-templates", tags=["Messages"])
post, get = posting(router), getting(router)

PLACES = "Places to fill in: " + ", ".join(f"{{{{ {name} }}}}" for name in Variable) + "."


class TemplateWords(Body):
    """The words of a template. They are the organisation's own, and about nobody."""

    model_config = example(
        title="Invitation",
        subject="Your application as {{ job_title }}",
        body="Dear {{ candidate_name }}, we would like to meet you.",
    )

    title: Annotated[Words, Field(examples=["Invitation"])]
    subject: Annotated[Words, Field(description=PLACES)]
    body: Annotated[TemplateText, Field(description=PLACES)]


class TemplateList(Answered):
    """The templates in use, in a stable order."""

    items: list[TemplateRow]


@post("")
def create_message_template(
    body: TemplateWords, command: Commanding = commanding(SCHEDULING)
) -> Answer:
    """Starts a template."""
    return command.answer(commands.create(command.log, command.by, **body.model_dump()))


@post("/{template_id}/words")
def revise_message_template(
    template_id: UUID, body: TemplateWords, command: Commanding = commanding(SCHEDULING)
) -> Answer:
    """Gives a template other words; messages written by then keep theirs."""
    return command.answer(
        commands.revise(command.log, command.by, template_id, **body.model_dump())
    )


@post("/{template_id}/archive")
def archive_message_template(
    template_id: UUID, body: Body = NOW, command: Commanding = commanding(SCHEDULING)
) -> Answer:
    """Lets nobody use a template any more."""
    return command.answer(
        commands.archive(command.log, command.by, template_id, occurred_at=body.occurred_at)
    )


@get("")
def list_message_templates(
    request: Request,
    response: Response,
    ask: Asking = asking(READING, message_templates.READS),
    cursor: Cursor = None,
    limit: Limit = 100,
) -> TemplateList:
    """The templates in use."""
    with ask.at() as (connection, asked):
        rows = templates(connection, asked, cursor=cursor, limit=limit)
        if len(rows) == limit:
            link_next(request, response, cursor=rows[-1].template_id)
        return TemplateList(**asked.model_dump(), items=rows)
