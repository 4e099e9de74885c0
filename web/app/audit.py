"""Audit: every entry, who looked at whom, the ledger's proof, and how the machinery runs."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from domain import catalogue
from domain.role import AUDITING
from web.app.asking import Ask, Refused, all_of, asking, names_of_actors
from web.app.showing import Page, show

router = APIRouter(tags=["Application"], route_class=Page)

SECTION = "audit"
A_PAGE = 100
MOST_NAMESAKES = 20
WITH_A_PAGE = frozenset({"candidate", "requisition", "pool", "campaign"})


@router.get("/audit")
async def show_audit(
    ask: Annotated[Ask, asking],
    about: str = "",
    actor: str = "",
    kind: str = "",
    since: str = "",
    until: str = "",
    before: str = "",
) -> Response:
    """Every entry, the newest first; or those about somebody, by somebody, of a kind, of a time."""
    about_id, people = await _whom(ask, about)
    query = {
        "about": about_id,
        "actor_id": actor or None,
        "types": kind or None,
        "recorded_from": since or None,
        "recorded_to": until or None,
    }
    entries, actors = await all_of(
        ask.get("/api/audit/entries", **query, before=before or None, limit=A_PAGE)
        if about_id or not about
        else _none(),
        names_of_actors(ask),
    )
    rows = entries["items"]
    asked = {"about": about, "actor": actor, "kind": kind, "since": since, "until": until}
    return show(
        ask,
        "audit",
        SECTION,
        rows=rows,
        older=rows[-1]["position"] if len(rows) == A_PAGE else None,
        people=people,
        kinds=sorted(catalogue.events),
        asked=asked,
        actors=actors,
    )


async def _none() -> dict[str, Any]:
    return {"items": []}


async def _whom(ask: Ask, about: str) -> tuple[str | None, list[dict[str, Any]]]:
    """Whom, or what, words mean; else those it may be."""
    try:
        return str(UUID(about)), []
    except ValueError:
        pass
    if not about.strip():
        return None, []
    found = await ask.items("/api/candidates", search=about, limit=MOST_NAMESAKES)
    return (found[0]["candidate_id"], []) if len(found) == 1 else (None, found)


@router.get("/audit/accesses")
async def show_accesses(
    ask: Annotated[Ask, asking], actor: str = "", purpose: str = "", cursor: str = ""
) -> Response:
    """Who looked at whose personal data, the newest first."""
    accesses, actors = await all_of(
        ask.get(
            "/api/accesses",
            actor=actor or None,
            purpose=purpose or None,
            cursor=cursor or None,
            limit=A_PAGE,
        ),
        names_of_actors(ask),
    )
    rows = accesses["items"]
    return show(
        ask,
        "accesses",
        SECTION,
        rows=rows,
        older=rows[-1]["access_id"] if len(rows) == A_PAGE else None,
        actor=actor,
        purpose=purpose,
        actors=actors,
    )


@router.get("/audit/ledger")
async def show_ledger(ask: Annotated[Ask, asking]) -> Response:
    """How the ledger stands, and what verifications of it have found."""
    checkpoint, verifications, actors = await all_of(
        _checkpoint(ask), ask.get("/api/audit/verifications"), names_of_actors(ask)
    )
    return show(
        ask,
        "ledger",
        SECTION,
        checkpoint=checkpoint,
        verifications=verifications["items"],
        actors=actors,
    )


async def _checkpoint(ask: Ask) -> Any | None:
    """How the ledger stands; None for who may not know, or as long as nothing is sealed."""
    try:
        return await ask.either("/api/audit/checkpoint")
    except Refused as refused:
        if refused.status == HTTPStatus.SERVICE_UNAVAILABLE:
            return None
        raise


@router.get("/audit/read-models")
async def show_read_models(ask: Annotated[Ask, asking]) -> Response:
    """How far each read model has come, and rebuilds that were asked for."""
    models, rebuilds, actors = await all_of(
        ask.get("/api/read-models"), ask.get("/api/read-models/rebuilds"), names_of_actors(ask)
    )
    return show(
        ask,
        "read_models",
        SECTION,
        models=models["items"],
        rebuilds=rebuilds["items"],
        actors=actors,
    )


@router.get("/audit/outbox")
async def show_outbox(ask: Annotated[Ask, asking]) -> Response:
    """What acts by itself, what it will do next, and what nobody knows whether it was done."""
    policies, waiting, doubts, unmatched = await all_of(
        ask.get("/api/policies"),
        ask.get("/api/outbox", state="waiting", limit=A_PAGE),
        ask.get("/api/outbox", state="in_doubt", limit=A_PAGE),
        ask.items("/api/unmatched-mail", limit=A_PAGE),
    )
    return show(
        ask,
        "outbox",
        SECTION,
        policies=policies["items"],
        waiting=waiting["items"],
        doubts=doubts["items"],
        unmatched=unmatched,
    )


@router.get("/events/{position}")
async def show_event(ask: Annotated[Ask, asking], position: int) -> Response:
    """One event: who, when it happened, when we learned it, why, and its proof."""
    event, actors = await all_of(ask.get(f"/api/events/{position}"), names_of_actors(ask))
    return show(
        ask,
        "event",
        SECTION,
        event=event,
        proves=ask.role in AUDITING,
        actors=actors,
        where=_where(event),
    )


def _where(event: dict[str, str]) -> str | None:
    """The page of what the event is about."""
    kind, about = event["stream_type"], event["stream_id"]
    return f"/{kind}s/{UUID(about)}" if kind in WITH_A_PAGE else None
