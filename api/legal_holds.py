"""Legal holds over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.asking import Answered, Asking, Cursor, Limit, asking, getting
from api.commanding import Answer, Commanding, commanding, posting
from api.paging import link_next
from commands import legal_holds as commands
from domain.event import Code, Text
from domain.role import AUDITING, COMPLIANCE
from projections import legal_holds as read_model
from projections.legal_holds import HoldRow, legal_holds

router = APIRouter(prefix="/api", tags=["Legal holds"])
post, get = posting(router), getting(router)


class Matter(BaseModel):
    """What a hold is for."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"matter": "case-2026-17"}]}
    )

    matter: Annotated[Code, Field(description="The matter's code.", examples=["case-2026-17"])]
    note: Annotated[Text | None, Field(min_length=1, description="Sealed.")] = None


class HoldList(Answered):
    """Legal holds in a stable order."""

    items: list[HoldRow]


@post("/candidates/{candidate_id}/legal-holds")
def hold_candidate(
    candidate_id: UUID, body: Matter, command: Commanding = commanding(COMPLIANCE)
) -> Answer:
    """Forbids to destroy what a matter needs of one candidate."""
    return command.answer(
        commands.hold_candidate(command.log, command.by, candidate_id, body.matter, note=body.note)
    )


@post("/requisitions/{requisition_id}/legal-holds")
def hold_requisition(
    requisition_id: UUID, body: Matter, command: Commanding = commanding(COMPLIANCE)
) -> Answer:
    """Forbids to destroy what a matter needs of all who applied for a requisition, or will."""
    return command.answer(
        commands.hold_requisition(
            command.log, command.by, requisition_id, body.matter, note=body.note
        )
    )


@post("/legal-holds/{hold_id}/release")
def release_legal_hold(hold_id: UUID, command: Commanding = commanding(COMPLIANCE)) -> Answer:
    """Proposes to release a hold; called by a second person, releases it.

    Erasures that waited for it are carried out then.
    """
    return command.answer(commands.release(command.log, command.by, hold_id))


@get("/legal-holds")
def list_legal_holds(
    request: Request,
    response: Response,
    ask: Asking = asking(AUDITING, read_model.READS),
    released: Annotated[bool, Query(description="Those released too.")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> HoldList:
    """The legal holds that stand."""
    with ask.at() as (connection, asked):
        rows = legal_holds(connection, asked, released=released, cursor=cursor, limit=limit)
        if len(rows) == limit:
            link_next(request, response, cursor=rows[-1].hold_id)
        return HoldList(**asked.model_dump(), items=rows)
