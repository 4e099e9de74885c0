"""Tracking links over HTTP: where applicants come from, without following anybody."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api.asking import Answered, Asking, asking, getting
from api.commanding import Answer, Commanding, commanding, posting
from commands import tracking_links as commands
from commands.agencies import REFERRAL, REFERRED, source_of
from domain.agency import AGENCY
from domain.errors import Refusal
from domain.event import Code
from domain.role import LIMITED, READING, SOURCING, Role
from projections import tracking_links as read_models
from projections.tracking_links import TrackingLinkRow, tracking_links

REFERRING = frozenset(Role) - {Role.CANDIDATE, Role.AUDITOR}
"""Members refer people, whatever else they may do."""

router = APIRouter(prefix="/api", tags=["Careers"])
post, get = posting(router), getting(router)

LinkCode = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,63}$",
        description="Stands in the address: ?via=CODE. Given once.",
        examples=["autumn-fair"],
    ),
]


class TrackingLink(BaseModel):
    """A link, and what whoever applies by it is attributed to."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"link": "autumn-fair", "source": "job_fair", "campaign": "autumn_2026"}]
        },
    )

    link: LinkCode
    source: Annotated[
        Code | None, Field(description="The channel; an agency's is agency:CODE.")
    ] = None
    origin: Code = "applied"
    campaign: Code | None = None
    requisition_id: Annotated[UUID | None, Field(description="Where it leads.")] = None
    agency: Annotated[Code | None, Field(description="Whose link it is: origin agency.")] = None


class ReferralLink(BaseModel):
    """A link of one's own, to refer people by."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"link": "by-eve"}]})

    link: LinkCode


class SourceMissing(Refusal):
    """Say the source; only an agency's link has one by itself."""


class TrackingLinkList(Answered):
    """The links there are and were, by code."""

    items: list[TrackingLinkRow]


@post("/tracking-links")
def make_tracking_link(body: TrackingLink, command: Commanding = commanding(SOURCING)) -> Answer:
    """Makes a link that whoever applies by it is attributed to."""
    said = body.model_dump()
    if body.agency is not None:
        said |= {"source": source_of(body.agency), "origin": AGENCY}
    elif body.source is None:
        raise SourceMissing
    return command.answer(commands.make(command.log, command.by, **said))


@post("/referral-links")
def make_referral_link(
    body: ReferralLink, command: Commanding = commanding(REFERRING, narrows=True)
) -> Answer:
    """Makes a link of the caller's own: they refer whoever applies by it."""
    return command.answer(
        commands.make(
            command.log,
            command.by,
            body.link,
            source=REFERRAL,
            origin=REFERRED,
            referrer_id=command.caller.actor_id,
        )
    )


@post("/tracking-links/{link}/retirement")
def retire_tracking_link(
    link: Annotated[str, Path(max_length=64)], command: Commanding = commanding(SOURCING)
) -> Answer:
    """Attributes nothing to a link any more; it still leads to the postings."""
    return command.answer(commands.retire(command.log, command.by, link))


@get("/tracking-links")
def list_tracking_links(
    ask: Asking = asking(READING | (LIMITED & REFERRING), read_models.READS, narrows=True),
) -> TrackingLinkList:
    """Links and how many applied by each; members in limited roles see their own."""
    with ask.at() as (connection, asked):
        rows = tracking_links(connection, asked, referrer_id=ask.caller.holder_if_limited)
    return TrackingLinkList(**asked.model_dump(), items=rows)
