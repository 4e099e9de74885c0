"""The log over HTTP: its raw feed, page by page or live, and corrections of its entries."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import Field

from api.asking import PROBLEMS, Asking, asking
from api.caller import Caller, may
from api.commanding import Answer, Body, Commanding, commanding, example, posting
from api.live import Listener, Live
from api.opening import opened_for
from api.problems import problem_responses
from api.scorecards import Hiding
from commands import events as commands
from domain.errors import NotFound
from domain.event import Category, Code, Count, Text
from domain.role import FOLLOWING, KNOWING_PEOPLE, READING, RECRUITING, Role
from projections.live import Change, Standing, standing
from projections.timeline import sentence_of
from store.feed import FeedPage, LoggedEvent, feed
from store.recorder import fact

router = APIRouter(prefix="/api/events", tags=["Events"])
post = posting(router)

CLOUDEVENTS = "application/cloudevents-batch+json"
RECONNECT_AFTER_MS = 1000
LISTENING = READING | {Role.HIRING_MANAGER}
"""A message tells types of events and a log position, never about whom."""
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


class OpenedEvent(LoggedEvent):
    """One event with its whole envelope, and what is personal in it for those who may see it."""

    sentence: Annotated[str, Field(description="What happened, in words.")]
    personal: Annotated[
        dict[str, Any] | None,
        Field(
            description="Personal fields in the clear, those of categories the caller may open;"
            " Redacted where the key is gone.",
        ),
    ]


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
    hiding = Hiding(ask.caller)
    page.items = [hiding.told(event) for event in page.items]
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


async def listening(
    request: Request,
    calling: Annotated[Caller, may(LISTENING, narrows=True)],
    last_event_id: Annotated[
        int | None,
        Header(alias="Last-Event-ID", ge=0, le=2**53, description="After this log position."),
    ] = None,
    after: Annotated[
        int | None,
        Query(ge=0, le=2**53, description="The same without a header; the header prevails."),
    ] = None,
) -> AsyncIterator[Listener]:
    """Someone who listens for as long as their request lasts."""
    now = await run_sync(_standing, calling)
    _must_be_of_this_log(("header", "Last-Event-ID"), last_event_id, now.head)
    _must_be_of_this_log(("query", "after"), after, now.head)
    begin = after if last_event_id is None else last_event_id
    if begin is None:
        begin = now.head if now.taken_in is None else now.taken_in
    live: Live = request.app.state.live
    with live.listener(calling.organisation, calling.credential, begin) as listener:
        yield listener


def _standing(calling: Caller) -> Standing:
    with calling.log.database.transaction(calling.organisation) as connection:
        return standing(connection)


def _must_be_of_this_log(place: tuple[str, str], position: int | None, head: int) -> None:
    if position is not None and position > head:
        words = f"this log ends at {head}, so {position} is of the log of another installation"
        raise RequestValidationError(
            [{"type": "position", "loc": place, "msg": words, "input": position}]
        )


@router.get(
    "/stream",
    response_class=EventSourceResponse,
    responses=problem_responses(401, 403, 422, 503),
)
async def stream_events(
    listener: Annotated[Listener, Depends(listening)],
) -> AsyncIterator[Change]:
    """Tells, as it happens, that the read side has taken in new events, and of which types.

    Each message is an event `changed` whose id is the log position reached: a query made after it
    takes everything up to there into account. The stream goes on after Last-Event-ID, with at
    most 10,000 positions a message; without one it begins now. A first message without data says
    where it begins.
    """
    yield _message(id=str(listener.after), retry=RECONNECT_AFTER_MS)
    async for change in listener.changes:
        yield _message(id=str(change.log_position), event="changed", data=change)


@router.get("/{position}", responses=PROBLEMS)
def get_event(
    position: Annotated[int, Path(ge=1, lt=2**53, description="Where it is in the log.")],
    calling: Annotated[Caller, may(FOLLOWING | KNOWING_PEOPLE)],
) -> OpenedEvent:
    """One event as it was recorded; what is personal in it is opened on the record."""
    with calling.log.database.transaction(calling.organisation) as connection:
        found = feed(connection, position - 1, 1, None).items
        if not found or found[0].position != position:
            raise NotFound(what="event", id=position)
        event = Hiding(calling).told(found[0])
        held = [fact(dict(event))] if event is found[0] else []
        personal = opened_for(calling, connection, held, Category, "view event")
        return OpenedEvent(
            **dict(event),
            sentence=sentence_of(event.type, event.data, event.reason_code),
            personal=personal[0] or None if personal else None,
        )


def _message(**fields: Any) -> Any:
    # The endpoint's return type describes the data of a message, not what it comes in.
    return ServerSentEvent(**fields)
