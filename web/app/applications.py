"""One application: what it waits for, and everything that can be done with it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from web.app.asking import POLICY_NAMES, Ask, all_of, asking, names_of_members, reasons_in_use
from web.app.showing import Page, show

router = APIRouter(tags=["Application"], route_class=Page)


@router.get("/applications/{application_id}")
async def show_application(ask: Annotated[Ask, asking], application_id: UUID) -> Response:
    """Where it stands, its interviews, scorecards, offers and mail, and what comes next."""
    path = f"/api/applications/{application_id}"
    answer = await ask.get(path)
    application = answer["application"]
    requisition_id = application["requisition_id"]
    (
        person,
        requisition,
        interviews,
        scorecards,
        offers,
        messages,
        history,
        todo,
        rejected,
        withdrew,
        members,
        documents,
        earlier,
        templates,
    ) = await all_of(
        ask.get(f"/api/candidates/{application['candidate_id']}"),
        ask.either(f"/api/requisitions/{requisition_id}") if requisition_id else _nothing(),
        ask.items("/api/interviews", application_id=str(application_id), limit=100),
        ask.either(f"{path}/scorecards"),
        ask.items(f"{path}/offers"),
        ask.items(f"{path}/messages", limit=100),
        ask.items(f"{path}/timeline", limit=1000),
        ask.items("/api/today", requisition_id=requisition_id, limit=1000),
        reasons_in_use(ask, "we_rejected"),
        reasons_in_use(ask, "they_withdrew"),
        names_of_members(ask),
        ask.items(f"/api/candidates/{application['candidate_id']}/documents"),
        ask.either(f"{path}/earlier"),
        ask.items("/api/message-templates", limit=1000),
    )
    kits = await all_of(*(_kit(ask, one) for one in interviews))
    return show(
        ask,
        "application",
        "requisitions",
        answer=answer,
        application=application,
        person=person["candidate"],
        requisition=(requisition or {}).get("requisition"),
        interviews=interviews,
        kits=dict(kit for kit in kits if kit is not None),
        scorecards=scorecards or {"items": [], "hidden": False},
        offers=offers,
        messages=messages,
        history=history[::-1],
        waits=[item for item in todo if item["application_id"] == str(application_id)],
        rejected=rejected,
        withdrew=withdrew,
        members=members,
        actors=POLICY_NAMES | members,
        documents=documents,
        earlier=earlier,
        templates=templates,
    )


async def _nothing() -> None:
    """Stands for a question that need not be asked."""


async def _kit(ask: Ask, interview: dict[str, Any]) -> tuple[str, Any] | None:
    """What an interview assesses, if its scorecard may be written here."""
    if ask.times or interview["status"] not in ("scheduled", "held"):
        return None
    kit = await ask.either(f"/api/interviews/{interview['interview_id']}/kit")
    return None if kit is None else (interview["interview_id"], kit)
