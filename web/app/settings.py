"""Settings: people and roles, and API keys."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from domain.role import Role, Scope
from web.app.asking import Ask, all_of, asking
from web.app.showing import Page, show

router = APIRouter(tags=["Application"], route_class=Page)

SECTION = "settings"


@router.get("/settings/people")
async def show_people(ask: Annotated[Ask, asking]) -> Response:
    """Who works here, in which role; and API keys."""
    members, keys = await all_of(ask.get("/api/members"), ask.items("/api/keys"))
    return show(
        ask,
        "settings",
        SECTION,
        members=members["items"],
        keys=keys,
        roles=[one for one in Role if one is not Role.CANDIDATE],
        scopes=list(Scope),
    )
