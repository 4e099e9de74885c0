"""Bulk actions over HTTP: asked for at once, carried out behind, outcomes by application."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.asking import Asking, asking, getting
from api.commanding import SOME_ID, Answer, Commanding, commanding, example, posting
from api.messages import MOST_UNDO_SECONDS
from api.problems import NotAllowed
from api.tags import TAGGING
from commands import bulk_actions as commands
from domain.bulk_action import MOST_ITEMS, BulkKind, RefusedItem
from domain.event import Code, Count
from domain.role import DECIDING, RECRUITING, SCHEDULING, SOURCING, Role
from policies.settings import MailSettings

MAY = {
    BulkKind.REJECT: DECIDING,
    BulkKind.REVERSE_REJECTION: RECRUITING,
    BulkKind.MOVE: SCHEDULING,
    BulkKind.TAG: TAGGING,
    BulkKind.UNTAG: TAGGING,
    BulkKind.ASSIGN_OWNER: SOURCING,
    BulkKind.MESSAGE: SCHEDULING,
    BulkKind.TRANSFER: RECRUITING,
    BulkKind.ASSIGN: RECRUITING,
}
"""Who may ask for what: whoever may do it to one application."""
ACTING: frozenset[Role] = frozenset().union(*MAY.values())

router = APIRouter(prefix="/api/bulk-actions", tags=["Bulk actions"])
post, get = posting(router), getting(router)


class NewBulkAction(BaseModel):
    """What is to be done with many applications. Each kind needs fields of its own."""

    model_config = example(kind="reject", application_ids=[SOME_ID], reason_code="experience") | {
        "extra": "forbid"
    }

    kind: Annotated[BulkKind, Field(description="What is to be done with each of them.")]
    application_ids: Annotated[
        list[UUID],
        Field(min_length=1, max_length=MOST_ITEMS, description="Each is named once."),
    ]
    if_match: Annotated[
        dict[UUID, Count],
        Field(
            description="The version of its candidate's stream that the change to an application is"
            " meant for; another one is refused. Omitted: any."
        ),
    ] = {}
    reason_code: Annotated[
        Code | None, Field(description="Of reject, reverse_rejection.", examples=["experience"])
    ] = None
    stage: Annotated[Code | None, Field(description="Of move; of transfer, if not the first.")] = (
        None
    )
    tag: Annotated[Code | None, Field(description="Of tag, untag.")] = None
    owner_id: Annotated[UUID | None, Field(description="Of assign_owner.")] = None
    requisition_id: Annotated[UUID | None, Field(description="Of transfer, assign.")] = None
    template_id: Annotated[
        UUID | None, Field(description="Of message; of reject, if they are written to.")
    ] = None
    undo_seconds: Annotated[
        int | None,
        Field(
            ge=0,
            le=MOST_UNDO_SECONDS,
            description="How long each message waits before it is sent; until then it can be"
            " cancelled. Omitted: as the installation says.",
        ),
    ] = None


class BulkActionAnswer(BaseModel):
    """How far a bulk action has come."""

    bulk_action_id: UUID
    kind: BulkKind
    applications: Annotated[int, Field(description="How many it was asked for.")]
    done: Annotated[int, Field(description="How many are done.")]
    waiting: Annotated[int, Field(description="How many were not dealt with yet.")]
    refused: Annotated[
        list[RefusedItem],
        Field(description="Those that stay as they were: the rule in the way, and its words."),
    ]


@post("")
def request_bulk_action(
    body: NewBulkAction, command: Commanding = commanding(ACTING, narrows=True)
) -> Answer:
    """Asks for something to be done with up to 500 applications.

    Once this is answered it will be carried out, each application for itself. With the same
    Idempotency-Key it is asked for once, however often it is repeated.
    """
    if command.caller.role not in MAY[body.kind]:
        raise NotAllowed(role=command.caller.role)
    said = body.model_dump(exclude={"kind", "application_ids", "if_match"})
    if body.template_id is not None and body.undo_seconds is None:
        said["undo_seconds"] = MailSettings().undo_seconds
    return command.answer(
        commands.request(
            command.log,
            command.by,
            kind=body.kind,
            application_ids=body.application_ids,
            expected_versions=body.if_match,
            **said,
        )
    )


@get("/{bulk_action_id}")
def get_bulk_action(bulk_action_id: UUID, ask: Asking = asking(ACTING, ())) -> BulkActionAnswer:
    """How far a bulk action has come, and which applications a rule kept as they were."""
    bulk = ask.log.bulk_action(bulk_action_id)
    return BulkActionAnswer(
        bulk_action_id=bulk.id,
        kind=bulk.asked.kind,
        applications=len(bulk.asked.application_ids),
        done=len(bulk.done),
        waiting=len(bulk.waiting),
        refused=[bulk.refused[id] for id in bulk.asked.application_ids if id in bulk.refused],
    )
