"""Tags over HTTP: on candidates and applications, and the vocabulary they are taken from."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import Field

from api.asking import Answered, Asking, asking, getting
from api.commanding import NOW, Answer, Body, Commanding, commanding, example, posting
from commands import organisation, tags
from domain.event import Code, Words
from domain.role import READING, RECRUITING, SCHEDULING, SOURCING, Role
from projections import vocabulary
from projections.vocabulary import TagMeaning, tag_meanings

TAGGING = SCHEDULING | SOURCING | {Role.HIRING_MANAGER}

router = APIRouter(prefix="/api", tags=["Tags"])
post, get = posting(router), getting(router)


class Tagging(Body):
    """A tag for a person, or for one of their applications."""

    model_config = example(tag="finalist")

    tag: Annotated[
        Code, Field(description="Of the vocabulary, if there is one.", examples=["finalist"])
    ]
    application_id: Annotated[UUID | None, Field(description="Omitted: the person.")] = None


class Meaning(Body):
    """What a tag means. Whoever defines one lets no others be put on than those defined."""

    model_config = example(tag="finalist", title="Finalist")

    tag: Annotated[Code, Field(examples=["finalist"])]
    title: Annotated[Words, Field(description="Nothing about a person.", examples=["Finalist"])]


class TagList(Answered):
    """The vocabulary; empty where any code may be put on."""

    items: list[TagMeaning]


@post("/candidates/{candidate_id}/tags")
def tag_candidate(
    candidate_id: UUID, body: Tagging, command: Commanding = commanding(TAGGING)
) -> Answer:
    """Puts a tag on a candidate, or on one of their applications."""
    return command.answer(tags.tag(command.log, command.by, candidate_id, **body.model_dump()))


@post("/candidates/{candidate_id}/tags/removal")
def untag_candidate(
    candidate_id: UUID, body: Tagging, command: Commanding = commanding(TAGGING)
) -> Answer:
    """Takes a tag off."""
    return command.answer(tags.untag(command.log, command.by, candidate_id, **body.model_dump()))


@post("/tags")
def define_tag(body: Meaning, command: Commanding = commanding(RECRUITING)) -> Answer:
    """Puts a tag into the vocabulary, or gives it another title."""
    return command.answer(organisation.define_tag(command.log, command.by, **body.model_dump()))


@post("/tags/{tag}/retirement")
def retire_tag(
    tag: Annotated[Code, Path()], body: Body = NOW, command: Commanding = commanding(RECRUITING)
) -> Answer:
    """Lets nobody put a tag on any more; where it was put it stays."""
    return command.answer(
        organisation.retire_tag(command.log, command.by, tag, occurred_at=body.occurred_at)
    )


@get("/tags")
def list_tags(ask: Asking = asking(READING, vocabulary.READS)) -> TagList:
    """The vocabulary, now or as of any date."""
    with ask.at() as (connection, asked):
        rows = tag_meanings(connection, asked)
    return TagList(**asked.model_dump(), items=rows)
