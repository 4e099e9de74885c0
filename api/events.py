"""The log itself over HTTP: its raw feed, and corrections of its entries."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from api.asking import PROBLEMS, Asking, asking
from api.caller import AUDITING, RECRUITING
from api.commanding import Answer, Body, Commanding, commanding, example, posting
from commands import events as commands
from domain.event import Code, Count, Text
from domain.role import Role
from store.feed import FeedPage, LoggedEvent, feed

router = APIRouter(prefix="/api/events", tags=["Events"])
post = posting(router)

CLOUDEVENTS = "application/cloudevents-batch+json"
FOLLOWING = AUDITING | RECRUITING | {Role.ANALYST}
AS_CLOUDEVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {CLOUDEVENTS: {"schema": {"type": "array", "items": {"type": "object"}}}},
        "description": "Events in order; as CloudEvents 1.0 if the Accept header asks for them.",
    }
}


class Correction(Body):
    """What an entry should have said."""

    model_config = example(
        field="occurred_at", value="2026-03-02T09:30:00+01:00", reason_code="entered_wrong"
    )

    field: Annotated[
        Code, Field(description="A field of the entry, or occurred_at.", examples=["source"])
    ]
    value: Annotated[
        Text | Count | bool | None,
        Field(description="What is right; null clears an optional field. Sealed if the field is."),
    ]
    reason_code: Annotated[Code, Field(examples=["entered_wrong"])]


@post("/{position}/correction")
def correct_event(
    position: Annotated[int, Path(ge=1, lt=2**53, description="Where the entry is in the log.")],
    body: Correction,
    command: Commanding = commanding(RECRUITING),
) -> Answer:
    """Corrects an entry from its own time: the past is what it should have been.

    As known before the correction, it stays what it was.
    """
    return command.answer(commands.correct(command.log, command.by, position, **body.model_dump()))


@router.get("", responses={**AS_CLOUDEVENTS, **PROBLEMS}, response_model=FeedPage)
def follow_events(
    request: Request,
    ask: Asking = asking(FOLLOWING, ()),
    after: Annotated[int, Query(ge=0, le=2**53, description="After this log position.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most this many.")] = 100,
    types: Annotated[str | None, Query(description="Only these types, comma-separated.")] = None,
) -> FeedPage | Response:
    """Events in position order with their envelopes, without what is sealed."""
    with ask.log.database.transaction(ask.caller.organisation) as connection:
        page = feed(connection, after, limit, types.split(",") if types else None)
    if CLOUDEVENTS not in request.headers.get("accept", ""):
        return page
    events = [cloudevent(event, ask.caller.organisation.id) for event in page.items]
    headers = {"Log-Next-After": str(page.next_after)}
    return JSONResponse(events, media_type=CLOUDEVENTS, headers=headers)


def cloudevent(event: LoggedEvent, organisation_id: UUID) -> dict[str, Any]:
    """An event as CloudEvents 1.0 has it."""
    body = event.model_dump(mode="json", exclude={"data", "type", "event_id", "occurred_at"})
    return {
        "specversion": "1.0",
        "id": str(event.event_id),
        "source": f"urn:uuid:{organisation_id}",
        "type": event.type,
        "subject": f"{event.stream_type}/{event.stream_id}",
        "time": event.occurred_at.isoformat(),
        "datacontenttype": "application/json",
        "data": {**body, "data": event.data},
    }
