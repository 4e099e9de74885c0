"""Pools: their list, and one with its members, growth and rule."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from web.app.asking import Ask, all_of, asking, names_of_actors
from web.app.showing import Page, show

router = APIRouter(tags=["Application"], route_class=Page)

SECTION = "pools"
A_PAGE = 200


@router.get("/pools")
async def show_pools(ask: Annotated[Ask, asking], q: str = "") -> Response:
    """All pools, searched by name."""
    answer = await ask.get("/api/pools", limit=1000)
    rows = [row for row in answer["items"] if q.casefold() in (row["title"] or "").casefold()]
    return show(ask, "pools", SECTION, answer=answer, rows=rows, q=q)


@router.get("/pools/{pool_id}")
async def show_pool(ask: Annotated[Ask, asking], pool_id: UUID, cursor: str = "") -> Response:
    """Who is in it, how it grows and answers, and by what rule people join."""
    path = f"/api/pools/{pool_id}"
    answer, members, history, growth, actors = await all_of(
        ask.get(path),
        ask.get(f"{path}/members", names=True, limit=A_PAGE, cursor=cursor or None),
        ask.get(f"{path}/timeline", limit=1000),
        ask.either("/api/metrics/pipeline-growth", pool=str(pool_id)),
        names_of_actors(ask),
    )
    items = members["items"]
    return show(
        ask,
        "pool",
        SECTION,
        answer=answer,
        pool=answer["pool"],
        members=items,
        after=items[-1]["candidate_id"] if len(items) == A_PAGE else None,
        history=history["items"][::-1],
        growth=growth,
        actors=actors,
        contacted=sum(1 for one in items if one["touchpoints"]),
        replied=sum(1 for one in items if one["replies"]),
    )
