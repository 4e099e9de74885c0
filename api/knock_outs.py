"""Knock-outs over HTTP: applications that wait for a person because of an answer."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.applications import SealedText
from api.asking import Answered, Asking, Cursor, Limit, asking, getting
from api.commanding import Answer, Commanding, commanding, posting
from api.paging import link_next
from commands import knock_outs as commands
from domain.event import Code
from domain.role import DECIDING, READING
from projections import knock_outs as read_models
from projections.knock_outs import KnockOutRow, awaiting_review

router = APIRouter(prefix="/api", tags=["Careers"])
post, get = posting(router), getting(router)


class Waiver(BaseModel):
    """Why an application goes on nevertheless."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason_code": "equivalent_experience"}]}
    )

    reason_code: Annotated[Code, Field(examples=["equivalent_experience"])]


class Confirmation(BaseModel):
    """That somebody has looked, and the rule holds."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    notes: SealedText | None = None


LOOKED_AT = Confirmation()


class KnockOutList(Answered):
    """Applications that wait, in a stable order."""

    items: list[KnockOutRow]


@get("/knock-outs")
def list_knock_outs(
    request: Request,
    response: Response,
    ask: Asking = asking(READING, read_models.READS),
    requisition_id: Annotated[UUID | None, Query(description="Only for this one.")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> KnockOutList:
    """Applications with an answer that does not meet a basic qualification, and no decision yet."""
    with ask.at() as (connection, asked):
        rows = awaiting_review(
            connection, asked, requisition_id=requisition_id, cursor=cursor, limit=limit
        )
    if len(rows) == limit:
        link_next(request, response, cursor=rows[-1].application_id)
    return KnockOutList(**asked.model_dump(), items=rows)


@post("/applications/{application_id}/knock-out/waiver")
def waive_knock_out(
    application_id: UUID, body: Waiver, command: Commanding = commanding(DECIDING)
) -> Answer:
    """Lets an application go on as if every rule had been met."""
    return command.answer(commands.waive(command.log, command.by, application_id, body.reason_code))


@post("/applications/{application_id}/knock-out/confirmation")
def confirm_knock_out(
    application_id: UUID,
    body: Confirmation = LOOKED_AT,
    command: Commanding = commanding(DECIDING),
) -> Answer:
    """Rejects an application for the rule it does not meet."""
    return command.answer(commands.confirm(command.log, command.by, application_id, body.notes))
