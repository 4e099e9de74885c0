"""Timelines over HTTP, the same for everything that has one."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field

from api.asking import Answered, Asking
from api.paging import link_next
from domain.errors import NotFound
from projections.timeline import TimelineRow, timeline

TimelineCursor = Annotated[
    str | None,
    Query(
        pattern=r"^\d{4}-\d\d-\d\dT[0-9:.]{8,15}(Z|\+00:00)/\d{1,16}$",
        description="Goes on after this one; the Link header carries the next.",
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
    cursor: str | None,
    limit: int,
) -> Timeline:
    """A page of a timeline. Raises NotFound where nothing ever happened."""
    with ask.at() as (connection, asked):
        rows = timeline(connection, asked, entity_id, cursor=_place(cursor), limit=limit)
    if not rows and cursor is None:
        raise NotFound(what=what, id=entity_id)
    if len(rows) == limit:
        last = rows[-1]
        link_next(request, response, cursor=f"{last.occurred_at.isoformat()}/{last.position}")
    return Timeline(**asked.model_dump(), items=rows)


def _place(cursor: str | None) -> tuple[datetime, int] | None:
    if cursor is None:
        return None
    moment, _, position = cursor.partition("/")
    return datetime.fromisoformat(moment), int(position)
