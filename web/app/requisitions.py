"""Requisitions: their list, one of them, a new one, and those rediscovered for one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from web.app.asking import Ask, all_of, asking, names_of_actors
from web.app.forms import body_of
from web.app.search import matching
from web.app.showing import Page, show

router = APIRouter(tags=["Application"], route_class=Page)

SECTION = "requisitions"
STATES = ("open", "draft", "awaiting_approval", "approved", "on_hold", "closed")


@router.get("/requisitions")
async def show_requisitions(
    ask: Annotated[Ask, asking], state: str = "open", q: str = ""
) -> Response:
    """All of a state, searched by number, title, department or place."""
    answer = await ask.get("/api/requisitions", state=state or None, limit=1000)
    rows = matching(answer["items"], q, "number", "title", "department", "location", "level")
    return show(
        ask, "requisitions", SECTION, rows=rows, states=STATES, state=state, q=q, answer=answer
    )


@router.get("/requisitions/new")
async def show_new_requisition(ask: Annotated[Ask, asking]) -> Response:
    """Where a requisition begins: a number and a title are enough."""
    templates = await ask.items("/api/plan-templates")
    return show(ask, "new_requisition", SECTION, templates=templates)


@router.get("/requisitions/{requisition_id}")
async def show_requisition(ask: Annotated[Ask, asking], requisition_id: UUID) -> Response:
    """One requisition: its state, openings, plan and history."""
    path = f"/api/requisitions/{requisition_id}"
    answer, openings, history, postings, actors = await all_of(
        ask.get(path),
        ask.get(f"{path}/openings"),
        ask.get(f"{path}/timeline", limit=1000),
        ask.get(f"{path}/postings"),
        names_of_actors(ask),
    )
    return show(
        ask,
        "requisition",
        SECTION,
        answer=answer,
        requisition=answer["requisition"],
        openings=openings["items"],
        history=history["items"][::-1],
        postings=postings["items"],
        actors=actors,
    )


@router.get("/requisitions/{requisition_id}/rediscovery")
async def show_rediscovery(ask: Annotated[Ask, asking], requisition_id: UUID) -> Response:
    """Who was close before, from applications, pools and talks, with the reasons for each."""
    asked = body_of(ask.request.query_params.multi_items()).get("criteria", {})
    path = f"/api/requisitions/{requisition_id}"
    answer, found, matches, pools = await all_of(
        ask.get(path),
        ask.post(f"{path}/rediscovery", {"criteria": asked, "names": True, "limit": 50}),
        ask.items(f"{path}/pool-matches"),
        ask.items("/api/pools", limit=1000),
    )
    return show(
        ask,
        "rediscovery",
        SECTION,
        requisition=answer["requisition"],
        found=found["items"],
        asked=asked,
        pools=matches,
        pool_titles={row["pool_id"]: row["title"] for row in pools if not row["archived"]},
    )
