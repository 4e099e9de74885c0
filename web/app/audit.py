"""Audit: every event, how the ledger stands, who looked at whom, and how the machinery runs."""

from datetime import date, timedelta
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from web.app.asking import Ask, Refused, all_of, asking, names_of_members
from web.app.showing import Page, show

router = APIRouter(tags=["Application"], route_class=Page)

SECTION = "audit"
A_PAGE = 100
WITH_A_PAGE = frozenset({"candidate", "requisition", "pool", "campaign"})


@router.get("/audit")
async def show_audit(
    ask: Annotated[Ask, asking], after: str = "", kind: str = "", on: str = ""
) -> Response:
    """Events by kind, from any position or day on; and how the ledger stands."""
    types = [kind] if kind else None
    checkpoint, models, accesses, members = await all_of(
        _checkpoint(ask),
        ask.items("/api/read-models"),
        ask.items("/api/accesses", limit=20),
        names_of_members(ask),
    )
    size = checkpoint["size"] if checkpoint else 0
    begin = int(after) if after.isdigit() else (0 if kind else max(0, size - A_PAGE))
    if on:
        begin = await _known_before(ask, on)
    events = await ask.either("/api/events", after=begin, limit=A_PAGE, types=types)
    return show(
        ask,
        "audit",
        SECTION,
        events=(events["items"] if events else [])[::-1],
        older=max(0, begin - A_PAGE) if begin else None,
        newer=events["next_after"] if events and len(events["items"]) == A_PAGE else None,
        kind=kind,
        on=on,
        checkpoint=checkpoint,
        models=models,
        accesses=accesses,
        members=members,
    )


async def _checkpoint(ask: Ask) -> Any | None:
    """How the ledger stands; None for who may not know, or as long as nothing is sealed."""
    try:
        return await ask.either("/api/audit/checkpoint")
    except Refused as refused:
        if refused.status == HTTPStatus.SERVICE_UNAVAILABLE:
            return None
        raise


async def _known_before(ask: Ask, day: str) -> int:
    """The last position that was recorded before a day."""
    try:
        before = date.fromisoformat(day) - timedelta(days=1)
    except ValueError:
        return 0
    known = await ask.either("/api/pools", limit=1, known_at=before.isoformat())
    return int(known["log_position"]) if known else 0


@router.get("/events/{position}")
async def show_event(ask: Annotated[Ask, asking], position: int) -> Response:
    """One event: who, when it happened, when we learned it, why, and its proof."""
    event, checkpoint, members = await all_of(
        ask.get(f"/api/events/{position}"), _checkpoint(ask), names_of_members(ask)
    )
    return show(
        ask,
        "event",
        SECTION,
        event=event,
        checkpoint=checkpoint,
        members=members,
        where=_where(event),
    )


def _where(event: dict[str, str]) -> str | None:
    """The page of what the event is about."""
    kind, about = event["stream_type"], event["stream_id"]
    return f"/{kind}s/{UUID(about)}" if kind in WITH_A_PAGE else None
