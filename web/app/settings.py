"""Settings: people and keys, the careers page, words and vocabulary, and the house's rules."""

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from domain import catalogue
from domain.feedback import SurveyMoment
from domain.knock_out import KnockOutPolicy
from domain.message_template import Variable
from domain.plan import StageKind
from domain.reason import STANDARD_REASONS, ReasonKind
from domain.role import ADMINISTERING, Role, Scope
from web.app.asking import Ask, all_of, asking, names_of_members
from web.app.showing import Page, show, words

router = APIRouter(tags=["Application"], route_class=Page)

SECTION = "settings"


@router.get("/settings")
async def show_settings(ask: Annotated[Ask, asking]) -> Response:
    """Where settings begin for whoever looks."""
    path = "/settings/people" if ask.role in ADMINISTERING else "/settings/words"
    return RedirectResponse(ask.link(path))


@router.get("/settings/people")
async def show_people(ask: Annotated[Ask, asking]) -> Response:
    """Who works here, in which role; API keys and webhooks."""
    members, keys, webhooks = await all_of(
        ask.get("/api/members"), ask.items("/api/keys"), ask.items("/api/webhooks")
    )
    return show(
        ask,
        "settings",
        SECTION,
        members=members["items"],
        keys=keys,
        webhooks=webhooks,
        kinds=sorted(catalogue.events),
        roles=[one for one in Role if one is not Role.CANDIDATE],
        scopes=list(Scope),
    )


@router.get("/settings/careers")
async def show_careers(ask: Annotated[Ask, asking]) -> Response:
    """What is public of the organisation, and what follows a knock-out."""
    answer = await ask.get("/api/careers-page")
    return show(
        ask,
        "settings_careers",
        SECTION,
        page=answer["page"],
        knock_out_policy=answer["knock_out_policy"],
        knock_out_policies=list(KnockOutPolicy),
    )


@router.get("/settings/words")
async def show_words(ask: Annotated[Ask, asking]) -> Response:
    """Message templates, and what people we find are told and asked."""
    templates, texts = await all_of(
        ask.get("/api/message-templates", limit=1000), ask.get("/api/contact-texts")
    )
    return show(
        ask,
        "settings_words",
        SECTION,
        templates=templates["items"],
        texts=texts["texts"] or {},
        places=list(Variable),
    )


@router.get("/settings/vocabulary")
async def show_vocabulary(ask: Annotated[Ask, asking]) -> Response:
    """The reasons that may be given, and the tags that may be put on."""
    reasons, tags = await all_of(ask.get("/api/reason-codes"), ask.get("/api/tags"))
    return show(
        ask,
        "settings_vocabulary",
        SECTION,
        reasons={
            kind: [_named(row) for row in reasons["items"] if row["kind"] == kind]
            for kind in ReasonKind
        },
        tags=tags["items"],
    )


def _named(row: dict[str, Any]) -> dict[str, Any]:
    """A reason with a title, which a retired one has no more of its own."""
    standard = STANDARD_REASONS.get((ReasonKind(row["kind"]), row["code"]))
    return row | {"title": row["title"] or standard or words(row["code"])}


@router.get("/settings/rules")
async def show_rules(ask: Annotated[Ask, asking]) -> Response:
    """Plans to copy, who approves, what is asked by itself, and how often people are written to."""
    plans, chains, surveys, outreach, members = await all_of(
        ask.get("/api/plan-templates"),
        ask.get("/api/approval-chains"),
        ask.get("/api/survey-rules"),
        ask.get("/api/outreach-rules"),
        names_of_members(ask),
    )
    return show(
        ask,
        "settings_rules",
        SECTION,
        plans=plans["items"],
        stage_kinds=list(StageKind),
        chains={row["subject"]: row["steps"] for row in chains["items"]},
        surveys=surveys,
        moments=list(SurveyMoment),
        outreach=outreach,
        members=members,
    )
