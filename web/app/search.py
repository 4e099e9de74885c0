"""Search across everything, from anywhere by Ctrl-K."""

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import Response

from web.app.asking import Ask, all_of, asking
from web.app.showing import Page, show

router = APIRouter(tags=["Application"], route_class=Page)

MOST = 20
"""So many of each kind are shown."""


@router.get("/search")
async def search(ask: Annotated[Ask, asking], q: str = "") -> Response:
    """People by name, address and words; requisitions, pools and campaigns by name."""
    people, requisitions, pools, campaigns = await all_of(
        _people(ask, q),
        ask.items("/api/requisitions", limit=1000),
        ask.items("/api/pools", limit=1000),
        ask.items("/api/campaigns", limit=1000),
    )
    return show(
        ask,
        "search",
        "",
        q=q,
        people=people,
        requisitions=_first(requisitions, q, "number", "title", "department"),
        pools=_first(pools, q, "title"),
        campaigns=_first(campaigns, q, "title"),
    )


async def _people(ask: Ask, q: str) -> list[dict[str, Any]]:
    return await ask.items("/api/candidates", search=q, limit=MOST) if q.strip() else []


def _first(rows: list[dict[str, Any]], q: str, *names: str) -> list[dict[str, Any]]:
    return matching(rows, q, *names)[:MOST] if q.strip() else []


def matching(rows: list[dict[str, Any]], q: str, *names: str) -> list[dict[str, Any]]:
    """Those that say every word of `q` somewhere in these fields; all of them for no word."""
    words = q.casefold().split()

    def says_all(row: dict[str, Any]) -> bool:
        text = " ".join(str(row[name] or "") for name in names).casefold()
        return all(word in text for word in words)

    return [row for row in rows if says_all(row)]
