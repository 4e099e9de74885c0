"""What was spent on hiring."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from domain.cost import (
    Cost,
    CostRecorded,
    CostScope,
    CostScopeIncomplete,
    CostScopeMismatch,
    PeriodEndsBeforeItStarts,
)
from tests import examples

OWN: dict[CostScope, dict[str, Any]] = {
    CostScope.REQUISITION: {"requisition_id": uuid4()},
    CostScope.SOURCE: {"source_code": "linkedin"},
    CostScope.CAMPAIGN: {"campaign_id": uuid4()},
    CostScope.PERIOD: {"starts_on": date(2025, 1, 1), "ends_on": date(2025, 3, 31)},
}


def record(scope: CostScope, amount: str = "480.50", **spent_on: Any) -> Cost:
    cost = Cost.begin(uuid4())
    cost.record(
        scope, category="advertising", internal=False, amount=amount, currency="EUR", **spent_on
    )
    return cost


@pytest.mark.parametrize("scope", CostScope)
def test_a_cost_says_what_it_was_spent_on(scope: CostScope) -> None:
    event = record(scope, **OWN[scope]).pending_events[-1]
    assert isinstance(event, CostRecorded)
    assert OWN[scope].items() <= dict(event).items()
    assert event.comparable


@pytest.mark.parametrize("scope", CostScope)
def test_a_cost_without_what_its_scope_needs_is_refused(scope: CostScope) -> None:
    for field in OWN[scope]:
        rest = {name: value for name, value in OWN[scope].items() if name != field}
        with pytest.raises(CostScopeIncomplete, match=f"{scope} needs {field}"):
            record(scope, **rest)


@pytest.mark.parametrize("scope", CostScope)
def test_a_cost_with_what_another_scope_needs_is_refused(scope: CostScope) -> None:
    for other in set(CostScope) - {scope}:
        for field, value in OWN[other].items():
            with pytest.raises(CostScopeMismatch, match=f"{scope} has no {field}"):
                record(scope, **OWN[scope], **{field: value})


def test_a_period_has_its_days_in_order() -> None:
    record(CostScope.PERIOD, starts_on=date(2025, 3, 1), ends_on=date(2025, 3, 1))
    with pytest.raises(PeriodEndsBeforeItStarts, match="2025-02-28 is before"):
        record(CostScope.PERIOD, starts_on=date(2025, 3, 1), ends_on=date(2025, 2, 28))


@pytest.mark.parametrize("amount", ["", "-1", "1.234", "1e3", "٣", "1234567890123", "1,5", "1\n"])
def test_an_amount_is_decimal_text(amount: str) -> None:
    with pytest.raises(ValidationError, match="amount"):
        record(CostScope.SOURCE, amount, source_code="linkedin")


def test_an_amount_is_corrected() -> None:
    cost = examples.source_cost()
    cost.correct_entry(1, "amount", "48.05", "mistyped")
    entry = cost.history[0]
    assert isinstance(entry, CostRecorded)
    assert entry.amount == "48.05"


def test_a_correction_leaves_a_cost_what_its_scope_needs() -> None:
    cost = examples.source_cost()
    with pytest.raises(CostScopeIncomplete, match="needs source_code"):
        cost.correct_entry(1, "source_code", None, "mistyped")
    with pytest.raises(CostScopeMismatch, match="has no ends_on"):
        cost.correct_entry(1, "ends_on", "2025-03-31", "mistyped")
