"""Quality of hire, weighed by hand."""

from typing import Any
from uuid import uuid4

import pytest

from domain.candidate import Candidate
from domain.requisition import Requisition
from projections.metrics.policy import UnknownPolicy
from projections.metrics.quality_of_hire import QUALITY_OF_HIRE
from store.log import Log
from tests import examples
from tests.answers import answer, happened
from tests.examples import day, the_application
from tests.projections.test_cost_per_hire import hire


def outcome(candidate: Candidate, on: float, after: int, **indicators: Any) -> Candidate:
    candidate.at(day(on)).record_outcome(the_application(candidate).id, after, **indicators)
    return candidate


def hired(requisition: Requisition | None = None) -> Candidate:
    return hire(requisition or examples.open_requisition())


def quality(log: Log, **asks: Any) -> dict[int, tuple[int, float | None]]:
    return {row.day: (row.hires, row.quality) for row in answer(log, QUALITY_OF_HIRE, **asks).days}


def test_indicators_are_weighed_and_hires_averaged_by_day(log: Log) -> None:
    everything: dict[str, Any] = {
        "performance": 80,
        "retained": True,
        "ramp_up": 60,
        "manager_satisfaction": 40,
    }
    happened(
        log,
        outcome(hired(), 100, 90, **everything),
        outcome(hired(), 100, 90, performance=70, retained=False),
        outcome(hired(), 100, 180, ramp_up=55),
    )
    # (80 * 40 + 100 * 30 + 60 * 15 + 40 * 15) / 100 = 77; (70 * 40 + 0 * 30) / 70 = 40.
    assert quality(log) == {90: (2, 58.5), 180: (1, 55), 365: (0, None)}


def test_the_answer_names_its_weights_and_takes_others(log: Log) -> None:
    happened(log, outcome(hired(), 100, 90, performance=80, retained=False))
    said = answer(log, QUALITY_OF_HIRE)
    assert said.policy == "performance:40-retention:30-ramp_up:15-manager_satisfaction:15"
    assert quality(log, policy="performance:10-retention:30")[90] == (1, 20)
    assert quality(log, policy="performance:0-retention:0")[90] == (0, None)
    with pytest.raises(UnknownPolicy, match="retention: Input should be less than or equal to 100"):
        quality(log, policy="retention:400")


def test_the_last_answer_for_a_day_counts_in_its_own_window(log: Log) -> None:
    candidate = outcome(hired(), 100, 90, performance=10)
    outcome(candidate, 120, 90, performance=90)
    outcome(candidate, 190, 180, performance=50)
    happened(log, candidate)
    assert (quality(log)[90], quality(log)[180]) == ((1, 90), (1, 50))
    assert quality(log, as_of=day(110))[90] == (1, 10)
    assert quality(log, until=day(110))[90] == (0, None)
    assert quality(log, since=day(110), until=day(130))[90] == (1, 90)


def test_a_hire_that_was_reversed_has_no_quality(log: Log) -> None:
    candidate = outcome(hired(), 100, 90, performance=10)
    candidate.at(day(110)).reverse_hire(the_application(candidate).id, "visa_refused", False)
    happened(log, candidate)
    assert quality(log)[90] == (0, None)
    assert quality(log, as_of=day(105))[90] == (1, 10)


def test_any_day_is_told_of_and_every_hire_falls_into_its_group(log: Log) -> None:
    requisition = Requisition.begin(uuid4())
    requisition.draft("R-1", "Analyst", openings=(uuid4(),), department="Finance")
    requisition.request_approval()
    requisition.approve()
    requisition.open()
    happened(log, requisition, outcome(hired(requisition), 45, 30, ramp_up=50))
    assert quality(log)[30] == (1, 50)
    rows = answer(log, QUALITY_OF_HIRE, by=("department",)).rows
    assert [(row.group, row.hires) for row in rows if row.day == 30] == [("Finance", 1)]
