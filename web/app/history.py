"""How far back the history goes, for sliders."""

from typing import Annotated

from fastapi import APIRouter

from web.app.asking import Ask, asking
from web.app.showing import Page

router = APIRouter(tags=["Application"], route_class=Page)


@router.get("/history")
async def show_history(ask: Annotated[Ask, asking]) -> dict[str, str | None]:
    """The day the organisation's history begins on, for whoever may know."""
    days = [event["occurred_at"] for event in await ask.items("/api/events", after=0, limit=100)]
    return {"begins": min(days)[:10] if days else None}
