"""Candidates: their list, and one person with all that happened."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from domain.role import Role
from web.app.asking import Ask, all_of, asking, names_of_actors
from web.app.showing import Page, show

router = APIRouter(tags=["Application"], route_class=Page)

SECTION = "candidates"
LARGEST_PAGE = 1000
"""Of the API."""


@router.get("/candidates")
async def show_candidates(
    ask: Annotated[Ask, asking], q: str = "", tag: str = "", cursor: str = ""
) -> Response:
    """Everyone, or who is found by name, address, or words of their documents."""
    query = {"tag": tag or None, "cursor": cursor or None, "limit": 50}
    searches = ask.role is not Role.HIRING_MANAGER
    if q and searches:
        query["search"] = q
    answer, tags = await all_of(ask.get("/api/candidates", **query), ask.items("/api/tags"))
    return show(
        ask,
        "candidates",
        SECTION,
        answer=answer,
        tags=tags,
        q=q,
        searches=searches,
        tag=tag,
        after=answer["next_cursor"],
    )


@router.get("/candidates/new")
async def show_new_candidate(ask: Annotated[Ask, asking]) -> Response:
    """Where somebody is written down by hand."""
    return show(ask, "new_candidate", SECTION)


@router.get("/candidates/{candidate_id}")
async def show_candidate(
    ask: Annotated[Ask, asking], candidate_id: UUID, apply: str = "", kind: str = ""
) -> Response:
    """A person: who and what now, and the timeline."""
    path = f"/api/candidates/{candidate_id}"
    (
        answer,
        timeline,
        requisitions,
        pools,
        documents,
        touchpoints,
        accesses,
        score,
        actors,
        holds,
        certificate,
    ) = await all_of(
        ask.get(path),
        _timeline(ask, path),
        ask.items("/api/requisitions", limit=1000),
        ask.items("/api/pools", limit=1000),
        ask.items(f"{path}/documents"),
        ask.items(f"{path}/touchpoints", limit=100),
        ask.either(f"{path}/accesses", except_purpose="view today", limit=20),
        ask.either(f"{path}/engagement-score"),
        names_of_actors(ask),
        ask.items("/api/legal-holds", limit=1000),
        ask.either(f"{path}/erasure"),
    )
    person = answer["candidate"]
    if str(candidate_id) != person["candidate_id"]:
        return RedirectResponse(ask.link(f"/candidates/{person['candidate_id']}"))
    kinds = sorted({entry["type"].split(".")[0] for entry in timeline})
    return show(
        ask,
        "candidate",
        SECTION,
        answer=answer,
        person=person,
        entries=[entry for entry in timeline if entry["type"].split(".")[0] == kind or not kind],
        kinds=kinds,
        kind=kind,
        apply=apply,
        titles={row["requisition_id"]: row for row in requisitions},
        pools={row["pool_id"]: row for row in pools},
        documents=documents,
        touchpoints=touchpoints,
        accesses=accesses,
        score=score,
        actors=actors,
        holds=[
            hold for hold in holds if hold["on_id"] == str(candidate_id) and not hold["released_at"]
        ],
        certificate=certificate,
    )


async def _timeline(ask: Ask, path: str) -> list[dict[str, Any]]:
    """All that happened, newest first; nothing for whoever may not know."""
    found: list[dict[str, Any]] = []
    more = True
    while more:
        cursor = found[-1]["position"] if found else None
        rows = await ask.items(f"{path}/timeline", personal=True, limit=LARGEST_PAGE, cursor=cursor)
        found += rows
        more = len(rows) == LARGEST_PAGE
    return found[::-1]
