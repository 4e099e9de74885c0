"""Reason codes over HTTP: why applications end."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from api.asking import Answered, Asking, asking, getting
from api.commanding import NOW, Answer, Body, Commanding, commanding, example, posting
from commands import organisation as commands
from domain.event import Code, Words
from domain.reason import ReasonKind
from domain.role import READING, RECRUITING, Role
from projections import vocabulary
from projections.vocabulary import ReasonRow, reasons

router = APIRouter(prefix="/api/reason-codes", tags=["Reason codes"])
post, get = posting(router), getting(router)


class Reason(Body):
    """A reason why applications end, beside those every organisation begins with."""

    model_config = example(kind="we_rejected", code="portfolio", title="Portfolio did not convince")

    kind: Annotated[ReasonKind, Field(description="Who says no.")]
    code: Annotated[
        Code, Field(description="A code in use gets another title.", examples=["portfolio"])
    ]
    title: Annotated[Words, Field(examples=["Portfolio did not convince"])]


class ReasonList(Answered):
    """The reasons there are, by kind and code."""

    items: list[ReasonRow]


@post("")
def define_reason_code(body: Reason, command: Commanding = commanding(RECRUITING)) -> Answer:
    """Lets a reason be given from now on, a retired one again."""
    return command.answer(commands.define_reason_code(command.log, command.by, **body.model_dump()))


@post("/{kind}/{code}/retirement")
def retire_reason_code(
    kind: ReasonKind,
    code: Annotated[Code, Path()],
    body: Body = NOW,
    command: Commanding = commanding(RECRUITING),
) -> Answer:
    """Lets nobody give a reason any more; where it was given it stays."""
    return command.answer(
        commands.retire_reason_code(
            command.log, command.by, kind, code, occurred_at=body.occurred_at
        )
    )


@get("")
def list_reason_codes(
    ask: Asking = asking(READING | {Role.HIRING_MANAGER}, vocabulary.READS, narrows=True),
    kind: Annotated[ReasonKind | None, Query(description="Only these.")] = None,
) -> ReasonList:
    """The reasons that may be given, and those that were retired; now or as of any date."""
    with ask.at() as (connection, asked):
        rows = reasons(connection, asked, kind)
    return ReasonList(**asked.model_dump(), items=rows)
