"""Cost per hire, added up by hand."""

from datetime import date
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from domain.candidate import Candidate
from domain.cost import Cost, CostScope
from domain.requisition import Requisition
from projections.metrics.cost_per_hire import COST_PER_HIRE
from projections.metrics.policy import UnknownPolicy
from store.log import Log
from tests import examples
from tests.answers import answer, happened
from tests.examples import day, the_application

JANUARY: dict[str, Any] = {"starts_on": date(2025, 1, 1), "ends_on": date(2025, 1, 31)}


def hire(requisition: Requisition, on: float = 10, source: str = "referral") -> Candidate:
    candidate = Candidate.begin(uuid4()).at(day(0))
    candidate.register(source=source)
    candidate.apply_for(uuid4(), requisition, source=source)
    application_id, opening = the_application(candidate).id, requisition.free_opening()
    candidate.at(day(on)).hire(application_id, requisition.plan, opening)
    requisition.at(day(on)).fill(opening, application_id)
    return candidate


def cost(
    amount: str,
    scope: CostScope = CostScope.SOURCE,
    *,
    on: float = 10,
    currency: str = "EUR",
    internal: bool = False,
    comparable: bool = True,
    **spent_on: Any,
) -> Cost:
    spent = Cost.begin(uuid4()).at(day(on))
    spent.record(
        scope,
        category="advertising",
        internal=internal,
        comparable=comparable,
        amount=amount,
        currency=currency,
        **(spent_on or {"source_code": "referral"}),
    )
    return spent


def test_external_and_internal_costs_are_divided_by_the_hires(log: Log) -> None:
    requisition = examples.open_requisition(openings=2)
    happened(log, hire(requisition), hire(requisition), cost("700.50"), cost("300", internal=True))
    said = answer(log, COST_PER_HIRE)
    assert (said.hires, said.costs, said.cost_per_hire) == (2, 1000.5, 500.25)
    assert (said.currency, said.policy) == ("EUR", "all-currency:EUR")


def test_only_comparable_costs_make_the_comparable_figure(log: Log) -> None:
    happened(log, hire(examples.open_requisition()), cost("700"), cost("300", comparable=False))
    assert answer(log, COST_PER_HIRE).cost_per_hire == 1000
    assert answer(log, COST_PER_HIRE, policy="comparable").cost_per_hire == 700


def test_what_cost_nothing_and_what_hired_nobody(log: Log) -> None:
    happened(log, hire(examples.open_requisition()))
    said = answer(log, COST_PER_HIRE)
    assert (said.hires, said.costs, said.cost_per_hire, said.currency) == (1, 0, 0, None)
    happened(log, cost("10", on=50))
    said = answer(log, COST_PER_HIRE, since=day(40), until=day(60))
    assert (said.hires, said.costs, said.cost_per_hire, said.currency) == (0, 10, None, "EUR")


def test_a_hire_that_was_reversed_is_none_from_then_on(log: Log) -> None:
    requisition = examples.open_requisition(openings=2)
    reversed_, stands = hire(requisition), hire(requisition)
    reversed_.at(day(20)).reverse_hire(the_application(reversed_).id, "visa_refused", False)
    happened(log, reversed_, stands, cost("900"))
    assert answer(log, COST_PER_HIRE).hires == 1
    assert answer(log, COST_PER_HIRE, as_of=day(15)).hires == 2


def test_a_cost_of_a_period_counts_day_by_day(log: Log) -> None:
    happened(log, cost("310", CostScope.PERIOD, on=0, **JANUARY))
    assert answer(log, COST_PER_HIRE).costs == 310
    assert answer(log, COST_PER_HIRE, since=day(10), until=day(15)).costs == 50
    assert answer(log, COST_PER_HIRE, since=day(30), until=day(90)).costs == 10
    assert answer(log, COST_PER_HIRE, as_of=day(4.5)).costs == 50
    months = answer(log, COST_PER_HIRE, since=day(3), until=day(90), every="month").rows
    assert [row.costs for row in months] == [280, 0, 0]


def test_a_day_begins_in_the_organisation_s_zone(log: Log) -> None:
    happened(log, cost("310", CostScope.PERIOD, on=0, **JANUARY))
    berlin, hour = ZoneInfo("Europe/Berlin"), 1 / 24
    before = {"since": day(10), "until": day(15 - 2 * hour)}
    # At 23:00 UTC the next day has begun in Berlin.
    assert answer(log, COST_PER_HIRE, since=day(10), until=day(15 - hour / 2)).costs == 50
    assert answer(log, COST_PER_HIRE, zone=berlin, **before).costs == 40
    after = {"since": day(10), "until": day(15 - hour / 2)}
    assert answer(log, COST_PER_HIRE, zone=berlin, **after).costs == 50


def test_currencies_are_never_added(log: Log) -> None:
    happened(
        log,
        hire(examples.open_requisition()),
        cost("100"),
        cost("200"),
        cost("999", currency="USD"),
    )
    said = answer(log, COST_PER_HIRE)
    assert (said.costs, said.currency, said.other_currencies) == (300, "EUR", ["USD"])
    said = answer(log, COST_PER_HIRE, policy="currency:USD")
    assert (said.costs, said.currency, said.other_currencies) == (999, "USD", ["EUR"])
    with pytest.raises(UnknownPolicy, match="currency: String should match pattern"):
        answer(log, COST_PER_HIRE, policy="currency:dollars")


def test_all_periods_are_in_the_currency_of_the_whole_answer(log: Log) -> None:
    happened(log, cost("1", on=5), cost("2", on=6), cost("3", on=40, currency="USD"))
    rows = answer(log, COST_PER_HIRE, since=day(0), until=day(59), every="month").rows
    assert [(row.costs, row.currency, row.other_currencies) for row in rows] == [
        (3, "EUR", []),
        (0, None, ["USD"]),
    ]


def test_costs_fall_into_the_group_they_were_spent_on(log: Log) -> None:
    requisition = Requisition.begin(uuid4())
    requisition.draft("R-1", "Analyst", openings=(uuid4(),), department="Finance")
    requisition.request_approval()
    requisition.approve()
    requisition.open()
    happened(
        log,
        hire(requisition),
        requisition,
        cost("600", CostScope.REQUISITION, requisition_id=requisition.id),
        cost("80"),
        cost("20", source_code="job_board"),
    )
    rows = answer(log, COST_PER_HIRE, by=("department",)).rows
    assert [(row.group, row.costs, row.cost_per_hire) for row in rows] == [
        ("Finance", 600, 600),
        ("not stated", 100, None),
    ]
    rows = answer(log, COST_PER_HIRE, by=("source",)).rows
    assert [(row.group, row.costs, row.cost_per_hire) for row in rows] == [
        ("job_board", 20, None),
        ("not stated", 600, None),
        ("referral", 80, 80),
    ]


def test_costs_of_all_four_scopes_add_up(log: Log) -> None:
    requisition, campaign = examples.open_requisition(), uuid4()
    happened(
        log,
        requisition,
        hire(requisition),
        cost("100", CostScope.REQUISITION, requisition_id=requisition.id),
        cost("200", CostScope.SOURCE, source_code="referral"),
        cost("400", CostScope.CAMPAIGN, campaign_id=campaign),
        cost("310", CostScope.PERIOD, on=0, **JANUARY),
    )
    assert answer(log, COST_PER_HIRE).cost_per_hire == 1010
    assert answer(log, COST_PER_HIRE, since=day(10), until=day(15)).costs == 750
    rows = answer(log, COST_PER_HIRE, by=("campaign",)).rows
    assert {row.group: row.costs for row in rows} == {str(campaign): 400, "not stated": 610}


def test_periods_that_overlap_each_count_their_own_days(log: Log) -> None:
    later: dict[str, Any] = {"starts_on": date(2025, 1, 22), "ends_on": date(2025, 2, 10)}
    happened(
        log,
        cost("310", CostScope.PERIOD, on=0, **JANUARY),
        cost("40", CostScope.PERIOD, on=0, **later),
    )
    assert answer(log, COST_PER_HIRE, since=day(21), until=day(31)).costs == 120
    assert answer(log, COST_PER_HIRE, since=day(31), until=day(60)).costs == 20


def test_a_period_put_right_spreads_its_cost_anew(log: Log) -> None:
    spent = cost("310", CostScope.PERIOD, on=0, **JANUARY)
    happened(log, spent)
    spent.at(None).correct_entry(1, "ends_on", "2025-01-10", "entered_wrong")
    happened(log, spent)
    assert answer(log, COST_PER_HIRE, since=day(0), until=day(5)).costs == 155
