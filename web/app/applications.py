"""One application: what it waits for, and everything that can be done with it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from web.app.asking import Ask, all_of, asking
from web.app.candidates import NOTHING, names_of
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
        templates,
        documents,
        earlier,
    ) = await all_of(
        ask.get(f"/api/candidates/{application['candidate_id']}"),
        ask.either(f"/api/requisitions/{requisition_id}") if requisition_id else _nothing(),
        ask.either("/api/interviews", application_id=str(application_id), limit=100),
        ask.either(f"{path}/scorecards"),
        ask.either(f"{path}/offers"),
        ask.either(f"{path}/messages", limit=100),
        ask.either(f"{path}/timeline", limit=1000),
        ask.either("/api/today", requisition_id=requisition_id, limit=1000),
        ask.either("/api/reason-codes", kind="we_rejected"),
        ask.either("/api/reason-codes", kind="they_withdrew"),
        ask.either("/api/members"),
        ask.either("/api/message-templates", limit=100),
        ask.either(f"/api/candidates/{application['candidate_id']}/documents"),
        ask.either(f"{path}/earlier"),
    )
    kits = await all_of(*(_kit(ask, one) for one in (interviews or NOTHING)["items"]))
    return show(
        ask,
        "application",
        "requisitions",
        answer=answer,
        application=application,
        person=person["candidate"],
        requisition=(requisition or {}).get("requisition"),
        interviews=(interviews or NOTHING)["items"],
        kits=dict(kit for kit in kits if kit is not None),
        scorecards=scorecards or {**NOTHING, "hidden": False},
        offers=(offers or NOTHING)["items"],
        messages=(messages or NOTHING)["items"],
        history=(history or NOTHING)["items"][::-1],
        waits=[
            item
            for item in (todo or NOTHING)["items"]
            if item["application_id"] == str(application_id)
        ],
        rejected=_in_use(rejected),
        withdrew=_in_use(withdrew),
        members=names_of(members),
        templates=(templates or NOTHING)["items"],
        documents=(documents or NOTHING)["items"],
        earlier=earlier,
    )


async def _nothing() -> None:
    """Stands for a question that need not be asked."""


async def _kit(ask: Ask, interview: dict[str, Any]) -> tuple[str, Any] | None:
    """What an interview assesses, if its scorecard may be written here."""
    if ask.times or interview["status"] not in ("scheduled", "held"):
        return None
    kit = await ask.either(f"/api/interviews/{interview['interview_id']}/kit")
    return None if kit is None else (interview["interview_id"], kit)


def _in_use(reasons: dict[str, Any] | None) -> list[dict[str, Any]]:
    return [row for row in (reasons or NOTHING)["items"] if not row["retired"]]
