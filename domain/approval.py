"""Approval: who has to agree, in which order, before a requisition opens or an offer goes out."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.errors import Refusal
from domain.event import Amount, Code, Currency, Words


class ApprovalSubject(StrEnum):
    """What a chain of approval is for."""

    REQUISITION = "requisition"
    OFFER = "offer"


class ApprovalStep(BaseModel):
    """One agreement needed: that of any of its approvers."""

    model_config = ConfigDict(frozen=True)

    id: Code
    name: Words
    approver_ids: tuple[UUID, ...] = Field(
        min_length=1, max_length=50, description="Any one of them is enough."
    )


class ChainStep(ApprovalStep):
    """A step of an organisation's chain, and from which amount on it is needed."""

    from_amount: Annotated[
        Amount | None, Field(description="Needed from this yearly pay on; omitted: always.")
    ] = None
    currency: Annotated[Currency | None, Field(description="Of from_amount.")] = None

    @model_validator(mode="after")
    def _amount_has_currency(self) -> "ChainStep":
        if (self.from_amount is None) != (self.currency is None):
            raise ValueError("from_amount and currency belong together")
        return self

    def applies(self, amount: str | None, currency: str | None) -> bool:
        """Whether it is needed. What cannot be compared is asked about rather than let pass."""
        if self.from_amount is None or amount is None or currency != self.currency:
            return True
        return Decimal(amount) >= Decimal(self.from_amount)


class ApprovalChain(BaseModel):
    """The steps of approval, in order."""

    model_config = ConfigDict(frozen=True)

    steps: tuple[ChainStep, ...] = Field(
        default=(), max_length=20, description="In order; none: one approval by any approver."
    )

    @model_validator(mode="after")
    def _ids_differ(self) -> "ApprovalChain":
        if len({step.id for step in self.steps}) < len(self.steps):
            raise ValueError("two steps have the same id")
        return self

    def steps_at(self, amount: str | None, currency: str | None) -> tuple[ApprovalStep, ...]:
        """The steps needed at an amount, without saying the amounts they begin at."""
        return tuple(
            ApprovalStep(id=step.id, name=step.name, approver_ids=step.approver_ids)
            for step in self.steps
            if step.applies(amount, currency)
        )


NO_CHAIN = ApprovalChain()


class NotAnApprover(Refusal):
    """Approval waits in step {step} for one of its approvers, and you are none of them."""

    status = 403


class ApprovedBeforeAsked(Refusal):
    """Approval was asked for on {since}; it cannot have been decided before."""


@dataclass
class Approval:
    """An approval asked for, and how many of its steps have agreed."""

    steps: tuple[ApprovalStep, ...]
    since: datetime
    given: int = 0

    @property
    def step(self) -> ApprovalStep | None:
        """The step that waits; None after the last one, and where nobody in particular is asked."""
        return self.steps[self.given] if self.given < len(self.steps) else None

    def refusal(self, approver_id: UUID | None, on: datetime) -> Refusal | None:
        """Why this person cannot decide the step that waits, at this time; None if they can."""
        if self.step is None:
            return None
        if approver_id not in self.step.approver_ids:
            return NotAnApprover(step=self.step.id)
        return ApprovedBeforeAsked(since=self.since.isoformat()) if on < self.since else None
