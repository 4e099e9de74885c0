"""Timelines over HTTP, the same for everything that has one."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field

from api.asking import Answered, Asking
from api.paging import link_next
from domain.errors import NotFound
from projections.timeline import TimelineRow, timeline

TimelineCursor = Annotated[
    int | None,
    Query(
        ge=1,
        le=2**53,
        description="Goes on after the event at this position; the Link header carries the next.",
    ),
]


class Timeline(Answered):
    """What happened, in the order it happened."""

    items: Annotated[list[TimelineRow], Field(description="One sentence an event.")]


def timeline_of(
    entity_id: UUID,
    what: str,
    request: Request,
    response: Response,
    ask: Asking,
    cursor: int | None,
    limit: int,
    applications: list[UUID] | None = None,
) -> Timeline:
    """A page of a timeline, narrowed to these applications if any are named.

    Raises NotFound where nothing ever happened.
    """
    with ask.at() as (connection, asked):
        rows = timeline(
            connection, asked, entity_id, cursor=cursor, limit=limit, applications=applications
        )
    if not rows and cursor is None:
        raise NotFound(what=what, id=entity_id)
    if len(rows) == limit:
        link_next(request, response, cursor=rows[-1].position)
    return Timeline(**asked.model_dump(), items=rows)
