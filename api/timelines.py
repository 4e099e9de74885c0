"""Timelines over HTTP, the same for everything that has one."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field

from api.asking import Answered, Asking
from api.paging import link_next
from api.scorecards import Hiding
from domain.errors import NotFound
from domain.event import Category
from projections.timeline import TimelineRow, timeline
from store.database import Connection

TimelineCursor = Annotated[
    int | None,
    Query(
        ge=1,
        le=2**53,
        description="Goes on after the event at this position; the Link header carries the next.",
    ),
]


class TimelineEntry(TimelineRow):
    """One event, with what is personal in it where it was asked for."""

    personal: Annotated[
        dict[str, Any] | None,
        Field(description="Personal fields in the clear, those that the caller may see."),
    ] = None


class Timeline(Answered):
    """What happened, in the order it happened."""

    items: Annotated[list[TimelineEntry], Field(description="One sentence an event.")]


def timeline_of(
    entity_id: UUID,
    what: str,
    request: Request,
    response: Response,
    ask: Asking,
    cursor: int | None,
    limit: int,
    personal: bool = False,
    applications: list[UUID] | None = None,
) -> Timeline:
    """A page of a timeline, narrowed to these applications if any are named.

    Raises NotFound where nothing ever happened.
    """
    with ask.at() as (connection, asked):
        rows = timeline(
            connection, asked, entity_id, cursor=cursor, limit=limit, applications=applications
        )
        hiding = Hiding(ask.caller)
        told = [row for row in rows if not hiding.hides(row.type, row.data)]
        opened = _opened(connection, ask, told) if personal else {}
    if not rows and cursor is None:
        raise NotFound(what=what, id=entity_id)
    if len(rows) == limit:
        link_next(request, response, cursor=rows[-1].position)
    return Timeline(
        **asked.model_dump(),
        items=[TimelineEntry(**dict(row), personal=opened.get(row.position)) for row in rows],
    )


def _opened(
    connection: Connection, ask: Asking, rows: Sequence[TimelineRow]
) -> dict[int | None, dict[str, Any]]:
    """The personal fields of all these events, by position, in one access."""
    facts = ask.log.facts.at_positions([row.position for row in rows])
    opened = ask.open(connection, facts, Category, "view timeline")
    return {fact.position: fields for fact, fields in zip(facts, opened, strict=True) if fields}
