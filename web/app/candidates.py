"""Candidates: their list, and one person with all that happened."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from domain.role import Role
from web.app.asking import Ask, all_of, asking
from web.app.showing import Page, show

router = APIRouter(tags=["Application"], route_class=Page)

SECTION = "candidates"
NOTHING: dict[str, list[Any]] = {"items": []}


@router.get("/candidates")
async def show_candidates(
    ask: Annotated[Ask, asking], q: str = "", tag: str = "", cursor: str = ""
) -> Response:
    """Everyone, or who is found by name, address, or words of their documents."""
    query = {"tag": tag or None, "cursor": cursor or None, "limit": 50}
    searches = ask.role is not Role.HIRING_MANAGER
    if q and searches:
        query["search"] = q
    answer, tags = await all_of(ask.get("/api/candidates", **query), ask.either("/api/tags"))
    return show(
        ask,
        "candidates",
        SECTION,
        answer=answer,
        tags=(tags or NOTHING)["items"],
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
        members,
        holds,
        certificate,
    ) = await all_of(
        ask.get(path),
        _timeline(ask, path),
        ask.either("/api/requisitions", limit=1000),
        ask.either("/api/pools", limit=1000),
        ask.either(f"{path}/documents"),
        ask.either(f"{path}/touchpoints", limit=100),
        ask.either(f"{path}/accesses", except_purpose="view today", limit=20),
        ask.either(f"{path}/engagement-score"),
        ask.either("/api/members"),
        ask.either("/api/legal-holds", limit=1000),
        ask.either(f"{path}/erasure"),
    )
    person = answer["candidate"]
    if str(candidate_id) != person["candidate_id"]:
        return RedirectResponse(ask.link(f"/candidates/{person['candidate_id']}"))
    found = timeline or []
    kinds = sorted({entry["type"].split(".")[0] for entry in found})
    return show(
        ask,
        "candidate",
        SECTION,
        answer=answer,
        person=person,
        entries=[entry for entry in found if entry["type"].split(".")[0] == kind or not kind],
        kinds=kinds,
        kind=kind,
        apply=apply,
        titles={row["requisition_id"]: row for row in (requisitions or NOTHING)["items"]},
        pools={row["pool_id"]: row for row in (pools or NOTHING)["items"]},
        documents=(documents or NOTHING)["items"],
        touchpoints=(touchpoints or NOTHING)["items"],
        accesses=accesses,
        score=score,
        members=names_of(members),
        holds=[
            hold
            for hold in (holds or NOTHING)["items"]
            if hold["on_id"] == str(candidate_id) and not hold["released_at"]
        ],
        certificate=certificate,
    )


async def _timeline(ask: Ask, path: str) -> list[dict[str, Any]] | None:
    """All that happened, newest first; None for whoever may not know."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = await ask.either(f"{path}/timeline", personal=True, limit=1000, cursor=cursor)
        if page is None:
            return None
        found += page["items"]
        if len(page["items"]) < 1000:  # noqa: PLR2004  # the API's largest page
            return found[::-1]
        cursor = page["items"][-1]["position"]


def names_of(members: dict[str, Any] | None) -> dict[str, str]:
    """What members are called, by id."""
    return {
        row["member_id"]: row["full_name"]
        for row in (members or NOTHING)["items"]
        if row["full_name"]
    }
