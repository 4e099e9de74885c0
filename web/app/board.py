"""The board of a requisition: its stages as columns, now or at any time."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from domain.role import DECIDING, SCHEDULING
from web.app.asking import Ask, all_of, asking, reasons_in_use
from web.app.showing import Page, moment, show, words

router = APIRouter(tags=["Application"], route_class=Page)

AT_ONCE = 50
"""So many of each stage are shown at once; opening a name takes a fifth of a millisecond."""
WAITS = {
    "review": "First review",
    "scorecard": "Scorecard due",
    "interview_outcome": "Did it take place?",
    "approval": "Approval",
    "reply": "Wrote to us",
    "hire": "To be hired",
}
"""What a card says of what its application waits for; the rest is said by its code."""


@router.get("/requisitions/{requisition_id}/board")
async def show_board(
    ask: Annotated[Ask, asking],
    requisition_id: UUID,
    status: str = "open",
    tag: str = "",
    whole: bool = False,
) -> Response:
    """Who stands where: of each stage those who wait longest, and by script, or a link, all.

    In the past everything is read-only.
    """
    path = f"/api/requisitions/{requisition_id}"
    answer, cards, reasons, tags, history = await all_of(
        ask.get(path),
        _cards(ask, path, status, tag, first=None if whole else AT_ONCE),
        reasons_in_use(ask, "we_rejected"),
        ask.items("/api/tags"),
        ask.get(f"{path}/timeline", limit=1),
    )
    return show(
        ask,
        "board",
        "requisitions",
        **cards,
        requisition=answer["requisition"],
        status=status,
        tag=tag,
        tags=tags,
        reasons=reasons,
        begins=history["items"][0]["occurred_at"][:10] if history["items"] else None,
    )


@router.get("/requisitions/{requisition_id}/board/cards")
async def show_cards(
    ask: Annotated[Ask, asking],
    requisition_id: UUID,
    status: str = "open",
    tag: str = "",
    since: int | None = None,
) -> Response:
    """All cards without the page around them; or those that changed after a log position."""
    path = f"/api/requisitions/{requisition_id}"
    cards = await _cards(ask, path, status, tag, changed_after=since)
    return show(ask, "cards", "requisitions", **cards)


async def _cards(ask: Ask, path: str, status: str, tag: str, **which: int | None) -> dict[str, Any]:
    """The columns, and what each card says its application waits for."""
    board, todo = await all_of(
        ask.get(f"{path}/board", status=status, tag=tag or None, names=True, **which),
        ask.items("/api/today", requisition_id=path.rpartition("/")[2], limit=1000),
    )
    changes = status == "open" and not ask.times
    return {
        "board": board,
        "now": moment(board["as_of"]) or datetime.now(UTC),
        "facts": {
            item["application_id"]: WAITS.get(item["kind"], words(item["kind"]))
            for item in reversed(todo)
        },
        "left_out": sum(one["count"] - len(one["cards"]) for one in board["columns"]),
        "moves": ask.role in SCHEDULING and changes,
        "rejects": ask.role in DECIDING and changes,
    }
