"""Home: what needs a person, across requisitions."""

from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import Response

from web.app.asking import Ask, all_of, asking
from web.app.showing import Page, show

router = APIRouter(tags=["Application"], route_class=Page)

SAID = {
    "review": "First reviews",
    "knock_out": "Knocked out, to confirm",
    "scorecard": "Scorecards to write",
    "interview_outcome": "Interviews that may have taken place",
    "interview_answer": "Invitations to answer",
    "interview_other_time": "Other times asked for",
    "approval": "Approvals",
    "mention": "Mentions",
    "reply": "Replies",
    "returned_mail": "Mail that came back",
    "profile": "Profiles to confirm",
    "start": "First days",
    "hire": "Accepted offers to hire upon",
    "offer_to_extend": "Offers to extend",
    "offer_to_revise": "Offers to revise",
    "offer_expiring": "Offers that expire",
}
"""Kinds of things to do; others are said by their code."""
VERBS = {
    "review": "Review",
    "scorecard": "Score",
    "interview_outcome": "Answer",
    "approval": "Decide",
    "reply": "Read",
    "profile": "Check",
    "hire": "Hire",
}


@router.get("/")
async def show_today(ask: Annotated[Ask, asking], kind: str = "", mine: bool = False) -> Response:
    """What needs me, or anyone; by due date, then by age."""
    query: dict[str, Any] = {"kind": kind or None, "names": True, "limit": 200}
    if mine:
        query["member_id"] = ask.member_id
    todo, rows = await all_of(
        ask.get("/api/today", **query), ask.items("/api/requisitions", limit=1000)
    )
    titles = {row["requisition_id"]: row for row in rows}
    due = [item for item in todo["items"] if item["due_at"]]
    open_ended = [item for item in todo["items"] if not item["due_at"]]
    return show(
        ask,
        "today",
        section="today",
        due=due,
        open_ended={kind: list(items) for kind, items in groupby(open_ended, _kind)},
        counts=todo["counts"],
        titles=titles,
        said=SAID,
        verbs=VERBS,
        kind=kind,
        mine=mine,
        nothing_yet=not rows,
    )


def _kind(item: dict[str, Any]) -> str:
    return str(item["kind"])
