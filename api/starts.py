"""First days at work over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.commanding import Answer, Body, Commanding, commanding, example, posting
from commands import starts as commands
from domain.event import Code
from domain.role import RECRUITING

router = APIRouter(prefix="/api/applications/{application_id}/start", tags=["Applications"])
post = posting(router)


class FirstDay(Body):
    """When somebody came."""

    model_config = example(start_date="2026-05-01")

    start_date: Annotated[date, Field(examples=["2026-05-01"])]


class NoShow(Body):
    """Why somebody did not come, as far as is known."""

    model_config = example(reason_code="other_job")

    reason_code: Annotated[Code, Field(examples=["other_job"])]


@post("")
def start_hire(
    application_id: UUID, body: FirstDay, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Records that somebody hired came."""
    return command.answer(
        commands.start(command.log, command.by, application_id, **body.model_dump())
    )


@post("/no-show")
def miss_start(
    application_id: UUID, body: NoShow, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Records that somebody hired did not come; the hire stands until it is reversed."""
    return command.answer(
        commands.miss(command.log, command.by, application_id, **body.model_dump())
    )
