"""Who looks after a candidate, and whom they let contact them, over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.commanding import SOME_ID, Answer, Body, Commanding, commanding, example, posting
from commands import owners as commands
from domain.event import Moment
from domain.role import SOURCING

router = APIRouter(prefix="/api/candidates/{candidate_id}/owner", tags=["Consents"])
post = posting(router)


class Ownership(Body):
    """Who looks after a candidate."""

    model_config = example(owner_id=SOME_ID)

    owner_id: UUID
    application_id: UUID | None = None


class Agreement(Body):
    """Somebody else may contact the candidate."""

    model_config = example(member_id=SOME_ID)

    member_id: UUID
    until: Annotated[Moment | None, Field(description="Omitted: until there is another owner.")] = (
        None
    )


@post("")
def assign_candidate_owner(
    candidate_id: UUID, body: Ownership, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Says who looks after a candidate."""
    return command.answer(
        commands.assign(command.log, command.by, candidate_id, **body.model_dump())
    )


@post("/agreements")
def agree_to_contact(
    candidate_id: UUID, body: Agreement, command: Commanding = commanding(SOURCING)
) -> Answer:
    """Lets somebody else contact the candidate, where outreach asks for the owner's agreement."""
    return command.answer(
        commands.agree(command.log, command.by, candidate_id, **body.model_dump())
    )
