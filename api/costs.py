"""Costs over HTTP."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.commanding import Answer, Body, Commanding, commanding, example, posting
from commands import costs as commands
from domain.cost import CostScope
from domain.event import Amount, Code, Currency
from domain.role import RECRUITING

router = APIRouter(prefix="/api/costs", tags=["Costs"])
post = posting(router)


class NewCost(Body):
    """What was spent. Each scope needs fields of its own, and has no other's."""

    model_config = example(
        scope="source",
        source_code="linkedin",
        category="advertising",
        internal=False,
        amount="480.50",
        currency="EUR",
    )

    scope: Annotated[CostScope, Field(description="What it was spent on.")]
    requisition_id: Annotated[UUID | None, Field(description="Of scope requisition.")] = None
    source_code: Annotated[Code | None, Field(description="Of scope source.")] = None
    campaign_id: Annotated[UUID | None, Field(description="Of scope campaign.")] = None
    starts_on: Annotated[date | None, Field(description="Of scope period: its first day.")] = None
    ends_on: Annotated[date | None, Field(description="Of scope period: its last day.")] = None
    category: Annotated[Code, Field(examples=["advertising"])]
    internal: Annotated[bool, Field(description="Paid to our own people, not to others.")]
    comparable: Annotated[
        bool, Field(description="Counts in the cost per hire that organisations compare.")
    ] = True
    amount: Amount
    currency: Currency


@post("")
def record_cost(body: NewCost, command: Commanding = commanding(RECRUITING)) -> Answer:
    """Keeps what was spent, and on what."""
    return command.answer(commands.record(command.log, command.by, **body.model_dump()))
