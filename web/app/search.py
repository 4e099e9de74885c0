"""Search across everything, from anywhere by Ctrl-K."""

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import Response

from web.app.asking import Ask, all_of, asking
from web.app.candidates import NOTHING
from web.app.showing import Page, show

router = APIRouter(tags=["Application"], route_class=Page)

MOST = 20
"""So many of each kind are shown."""


@router.get("/search")
async def search(ask: Annotated[Ask, asking], q: str = "") -> Response:
    """People by name, address and words; requisitions, pools and campaigns by name."""
    people, requisitions, pools, campaigns = await all_of(
        _people(ask, q),
        ask.either("/api/requisitions", limit=1000),
        ask.either("/api/pools", limit=1000),
        ask.either("/api/campaigns", limit=1000),
    )
    return show(
        ask,
        "search",
        "",
        q=q,
        people=(people or NOTHING)["items"],
        requisitions=_named(requisitions, q, "number", "title", "department"),
        pools=_named(pools, q, "title"),
        campaigns=_named(campaigns, q, "title"),
    )


async def _people(ask: Ask, q: str) -> Any:
    return await ask.either("/api/candidates", search=q, limit=MOST) if q.strip() else None


def _named(found: dict[str, Any] | None, q: str, *names: str) -> list[dict[str, Any]]:
    wanted = q.casefold().split()
    return [
        row
        for row in (found or NOTHING)["items"]
        if wanted and all(word in _text(row, names) for word in wanted)
    ][:MOST]


def _text(row: dict[str, Any], names: tuple[str, ...]) -> str:
    return " ".join(str(row[name] or "") for name in names).casefold()
