"""Sequences and campaigns: their list, one with its numbers and forecast, and a new one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from web.app.asking import Ask, all_of, asking
from web.app.showing import Page, show

router = APIRouter(tags=["Application"], route_class=Page)

SECTION = "campaigns"


@router.get("/campaigns")
async def show_campaigns(ask: Annotated[Ask, asking]) -> Response:
    """All of them."""
    answer = await ask.get("/api/campaigns", limit=1000)
    return show(ask, "campaigns", SECTION, answer=answer, rows=answer["items"])


@router.get("/campaigns/new")
async def show_new_campaign(ask: Annotated[Ask, asking], pool: str = "") -> Response:
    """Where one is written."""
    pools = await ask.get("/api/pools", limit=1000)
    return show(ask, "new_campaign", SECTION, pools=pools["items"], pool=pool)


@router.get("/campaigns/{campaign_id}")
async def show_campaign(
    ask: Annotated[Ask, asking], campaign_id: UUID, preview: str = ""
) -> Response:
    """Its steps, what came of them, who is enrolled, and what will be sent to whom when."""
    path = f"/api/campaigns/{campaign_id}"
    answer, enrolments, coming, pools = await all_of(
        ask.get(path),
        ask.get(f"{path}/enrolments", names=True, limit=200),
        ask.items(f"{path}/forecast", names=True, limit=100),
        ask.items("/api/pools", limit=1000),
    )
    shown = preview or (coming[0]["candidate_id"] if coming else "")
    return show(
        ask,
        "campaign",
        SECTION,
        answer=answer,
        campaign=answer["campaign"],
        numbers=answer["numbers"],
        came={row["step"]: row for row in answer["numbers"]["steps"]},
        enrolments=enrolments["items"],
        coming=coming,
        preview=await ask.either(f"{path}/previews/{shown}") if shown else None,
        shown=shown,
        shown_as=next((one["full_name"] for one in coming if one["candidate_id"] == shown), None),
        pools={row["pool_id"]: row["title"] for row in pools},
    )
