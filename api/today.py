"""Today over HTTP: what needs a person, across requisitions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from api.asking import Answered, Asking, Limit, asking, getting
from api.candidates import names_of
from domain.role import READING, Role
from projections.today import today as read_models
from projections.today.today import TodayRow, today

TODAY = READING | {Role.HIRING_MANAGER, Role.INTERVIEWER, Role.APPROVER}
FOR_ANYONE = {Role.APPROVER: {"approval"}}
"""What asks for nobody by name is nobody's of a limited role, but for these kinds."""

router = APIRouter(prefix="/api/today", tags=["Today"])
get = getting(router)


class Todo(TodayRow):
    """Something that needs a person."""

    full_name: Annotated[
        str | None, Field(description="With names=true, for callers who may know it.")
    ] = None


class Today(Answered):
    """What needs a person: by due date, what has none by age."""

    items: list[Todo]
    counts: Annotated[
        dict[str, int],
        Field(description="How much there is of each kind.", examples=[{"review": 12}]),
    ]


@get("")
def show_today(
    ask: Asking = asking(TODAY, read_models.READS, narrows=True),
    member_id: Annotated[
        UUID | None,
        Query(
            description="Only what asks for this member, or for nobody by name. For limited roles:"
            " themselves."
        ),
    ] = None,
    requisition_id: Annotated[UUID | None, Query(description="Only about this one.")] = None,
    kind: Annotated[list[str] | None, Query(description="Only these kinds.", max_length=20)] = None,
    names: Annotated[bool, Query(description="With names, which is recorded as access.")] = False,
    limit: Limit = 100,
) -> Today:
    """What needs a person across requisitions, so many of each kind at most."""
    limited = ask.caller.holder_if_limited
    with ask.at() as (connection, asked):
        rows = today(
            connection,
            asked,
            member_id=limited or member_id,
            for_anyone=FOR_ANYONE.get(ask.caller.role, ()) if limited else None,
            kinds=kind,
            requisition_id=requisition_id,
            limit=limit,
        )
        people = [row.candidate_id for row in rows if row.candidate_id] if names else []
        named = names_of(connection, ask, asked, people, "view today")
    return Today(
        **asked.model_dump(),
        items=[
            Todo(**dict(row), full_name=named.get(row.candidate_id) if row.candidate_id else None)
            for row in rows
        ],
        counts={row.kind: row.of_kind for row in rows},
    )
