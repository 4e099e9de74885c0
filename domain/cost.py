"""Costs: what was spent on hiring, each an entry of its own."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.aggregate import Aggregate
from domain.correction import EntryCorrected
from domain.errors import Refusal
from domain.event import Amount, Code, Currency, Event


class CostScope(StrEnum):
    """What a cost was spent on."""

    REQUISITION = "requisition"
    SOURCE = "source"
    CAMPAIGN = "campaign"
    PERIOD = "period"


class CostEvent(Event):
    """Something that happened to the entry of a cost."""


class CostRecorded(CostEvent, name="cost.recorded"):
    sentence = "Cost recorded: {amount} {currency}, {category}"
    scope: CostScope
    requisition_id: UUID | None = None
    source_code: Code | None = None
    campaign_id: UUID | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    category: Code
    internal: bool
    comparable: bool = True
    """Whether it counts in the figure that organisations compare."""
    amount: Amount
    currency: Currency


class CostEntryCorrected(EntryCorrected, CostEvent, name="cost.entry_corrected"):
    sentence = "Entry {corrects} corrected: {field}"


class CostScopeIncomplete(Refusal):
    """A cost of scope {scope} needs {field}."""


class CostScopeMismatch(Refusal):
    """A cost of scope {scope} has no {field}."""


class PeriodEndsBeforeItStarts(Refusal):
    """ends_on {ends_on} is before starts_on {starts_on}."""


class Cost(Aggregate):
    """One cost. What it says is a fact about the organisation, nothing that others wait for."""

    stream_type = "cost"
    event_class = CostEvent
    correction_class = CostEntryCorrected

    def record(
        self,
        scope: CostScope,
        *,
        category: str,
        internal: bool,
        amount: str,
        currency: str,
        comparable: bool = True,
        **spent_on: Any,
    ) -> None:
        """Keeps a cost; `spent_on` are the fields its scope needs."""
        self._guard_scope(scope, spent_on)
        self.happened(
            CostRecorded,
            scope=scope,
            category=category,
            internal=internal,
            comparable=comparable,
            amount=amount,
            currency=currency,
            **spent_on,
        )

    def guard_correction(self, entry: Event, instead: Event) -> None:
        super().guard_correction(entry, instead)
        if isinstance(instead, CostRecorded):
            self._guard_scope(instead.scope, dict(instead))

    def _guard_scope(self, scope: CostScope, said: dict[str, Any]) -> None:
        for owner, fields in _needed.items():
            for field in fields:
                known = said.get(field) is not None
                if owner == scope and not known:
                    self.guard(False, CostScopeIncomplete(scope=scope, field=field))
                if owner != scope and known:
                    self.guard(False, CostScopeMismatch(scope=scope, field=field))
        starts_on, ends_on = said.get("starts_on"), said.get("ends_on")
        if starts_on is not None and ends_on is not None:
            self.guard(
                starts_on <= ends_on,
                PeriodEndsBeforeItStarts(starts_on=starts_on, ends_on=ends_on),
            )

    def note(self, event: Event) -> None:
        """A cost decides nothing, so there is nothing to know."""


_needed = {
    CostScope.REQUISITION: ("requisition_id",),
    CostScope.SOURCE: ("source_code",),
    CostScope.CAMPAIGN: ("campaign_id",),
    CostScope.PERIOD: ("starts_on", "ends_on"),
}
