"""The policies of time to hire, and its groups and periods, computed by hand."""

from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from domain.candidate import Candidate
from domain.requisition import Requisition
from projections.metrics.time_to_hire import TIME_TO_HIRE
from store.log import Log
from tests import examples
from tests.answers import answer, happened
from tests.examples import day, the_application

SOURCED = "first_touch"


def hired_on(number: float, candidate: Candidate, requisition: Requisition) -> Candidate:
    """Hired for their latest application."""
    application_id = list(candidate.applications)[-1]
    opening = requisition.free_opening()
    candidate.at(day(number)).hire(application_id, requisition.plan, opening)
    requisition.at(day(number)).fill(opening, application_id)
    return candidate


def in_touch_from(number: float) -> Candidate:
    candidate = Candidate.begin(uuid4()).at(day(number))
    candidate.register(full_name="Grace Hopper", origin="sourced")
    candidate.grant_consent("contact", "v1")
    candidate.nurture(uuid4(), "phone", logged_by_hand=True)
    return candidate


def days(log: Log, policy: str) -> list[float]:
    found = answer(log, TIME_TO_HIRE, policy=policy)
    return [found.n, found.mean_days]


def test_the_first_touch_starts_the_clock_where_it_came_before_the_application(log: Log) -> None:
    requisition = examples.open_requisition()
    candidate = in_touch_from(4)
    candidate.at(day(10)).apply_for(uuid4(), requisition)
    happened(log, requisition, hired_on(20, candidate, requisition))
    assert days(log, SOURCED) == [1, 16]
    assert days(log, "applied") == [1, 10]


def test_a_touch_before_the_previous_application_closed_belongs_to_that_one(log: Log) -> None:
    requisition, other = examples.open_requisition(), examples.open_requisition()
    candidate = in_touch_from(1)
    candidate.at(day(2)).apply_for(uuid4(), other)
    candidate.at(day(5)).reject(the_application(candidate).id, "experience")
    candidate.at(day(8)).nurture(uuid4(), "phone", logged_by_hand=True)
    candidate.at(day(10)).apply_for(uuid4(), requisition)
    happened(log, requisition, hired_on(20, candidate, requisition))
    assert days(log, SOURCED) == [1, 12]


def test_a_touch_after_the_application_is_not_its_start(log: Log) -> None:
    requisition = examples.open_requisition()
    candidate = examples.applied_on(day(3), requisition)
    candidate.grant_consent("contact", "v1")
    candidate.from_history()
    candidate.at(day(5)).nurture(uuid4(), "phone", logged_by_hand=True)
    happened(log, requisition, hired_on(9, candidate, requisition))
    assert days(log, SOURCED) == [1, 6]


def test_the_last_reopening_before_the_end_starts_the_clock(log: Log) -> None:
    requisition = examples.open_requisition()
    candidate = examples.applied_on(day(0), requisition)
    id = the_application(candidate).id
    for closed, reopened in ((2, 5), (7, 9)):
        candidate.at(day(closed)).reject(id, "experience")
        candidate.at(day(reopened)).reverse_rejection(id, "new_facts", False)
    happened(log, requisition, hired_on(20, candidate, requisition))
    assert days(log, "last_reopened") == [1, 11]
    assert days(log, "applied") == [1, 20]


def test_a_reversed_hire_reopens_the_application(log: Log) -> None:
    requisition = examples.open_requisition(openings=2)
    candidate = hired_on(4, examples.applied_on(day(0), requisition), requisition)
    candidate.at(day(6)).reverse_hire(the_application(candidate).id, "visa_refused", False)
    happened(log, requisition, hired_on(16, candidate, requisition))
    assert days(log, "last_reopened") == [1, 10]


def test_a_reopening_after_the_acceptance_that_counts_does_not_start_the_clock(log: Log) -> None:
    requisition = examples.open_requisition()
    candidate, offer_id = examples.applied_on(day(0), requisition), uuid4()
    id = the_application(candidate).id
    candidate.at(day(4)).extend_offer(id, offer_id, requisition.plan)
    candidate.at(day(5)).accept_offer(offer_id)
    candidate.at(day(8)).reject(id, "experience")
    candidate.at(day(9)).reverse_rejection(id, "new_facts", False)
    happened(log, requisition, hired_on(20, candidate, requisition))
    assert days(log, "last_reopened") == [1, 5]


def hired_twice(requisition: Requisition) -> Candidate:
    """A history with the same hire told twice, as imports have them."""
    candidate = hired_on(10, examples.applied_on(day(0), requisition), requisition)
    candidate.from_history()
    candidate.at(day(14)).hire(the_application(candidate).id, requisition.plan, None)
    return candidate


def test_of_two_hires_the_last_counts_or_by_policy_the_first(log: Log) -> None:
    requisition = examples.open_requisition()
    happened(log, requisition, hired_twice(requisition))
    assert days(log, "hired") == [1, 14]
    assert days(log, "hired-first") == [1, 10]


def test_an_acceptance_between_two_hires_precedes_only_the_second(log: Log) -> None:
    requisition = examples.open_requisition()
    candidate, offer_id = (
        hired_on(10, examples.applied_on(day(0), requisition), requisition),
        uuid4(),
    )
    id = the_application(candidate).id
    candidate.from_history()
    candidate.at(day(11)).extend_offer(id, offer_id, requisition.plan)
    candidate.at(day(12)).accept_offer(offer_id)
    candidate.at(day(14)).hire(id, requisition.plan, None)
    happened(log, requisition, candidate)
    assert days(log, "accepted") == [1, 12]
    assert days(log, "accepted-first") == [1, 10]


def test_days_are_counted_by_the_clock_the_calendar_or_the_working_week(log: Log) -> None:
    requisition = examples.open_requisition()  # day 0 is Wednesday, 1 January 2025
    candidate = examples.applied_on(day(0.5), requisition)
    happened(log, requisition, hired_on(6.25, candidate, requisition))
    assert days(log, "elapsed") == [1, 5.75]
    assert days(log, "calendar") == [1, 6]
    assert days(log, "business") == [1, 4]  # Thursday, Friday, Monday, Tuesday


def test_the_calendar_is_the_organisations(log: Log) -> None:
    requisition = examples.open_requisition()
    candidate = examples.applied_on(day(0.1), requisition)  # still 31 December in New York
    happened(log, requisition, hired_on(2.5, candidate, requisition))
    there = ZoneInfo("America/New_York")
    assert answer(log, TIME_TO_HIRE, policy="calendar", zone=there).mean_days == 3


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [("event", [("Data", 1), ("Research", 1)]), ("current", [("Research", 2)])],
)
def test_a_hire_belongs_to_the_department_of_its_day_or_of_today(
    log: Log, attributes: str, expected: list[tuple[str, int]]
) -> None:
    requisition = examples.open_requisition(openings=2, on=day(0))
    requisition.at(day(1)).change_details(department="Data")
    people = [
        hired_on(10, examples.applied_on(day(2), requisition), requisition),
        hired_on(20, examples.applied_on(day(2), requisition), requisition),
    ]
    requisition.at(day(15)).change_details(department="Research")
    happened(log, requisition, *people)
    found = answer(log, TIME_TO_HIRE, by=("department",), attributes=attributes)
    assert [(row.group, row.n) for row in found.rows] == expected


def test_a_hire_before_anything_was_said_of_the_requisition_takes_what_was_said_first(
    log: Log,
) -> None:
    requisition = examples.open_requisition(on=day(30))
    requisition.at(day(40)).change_details(department="Research")
    candidate = examples.applied_on(day(2), requisition)
    happened(log, requisition, hired_on(10, candidate, requisition))
    found = answer(log, TIME_TO_HIRE, by=("requisition", "department"))
    assert [(row.group, row.n) for row in found.rows] == [("R-104 / not stated", 1)]


def test_a_month_begins_at_its_first_midnight_there(log: Log) -> None:
    requisition = examples.open_requisition(openings=2)
    people = [
        hired_on(31.1, examples.applied_on(day(2), requisition), requisition),  # 31 January there
        hired_on(31.3, examples.applied_on(day(2), requisition), requisition),
    ]
    happened(log, requisition, *people)
    there = ZoneInfo("America/New_York")
    found = answer(log, TIME_TO_HIRE, since=day(0), until=day(60), every="month", zone=there)
    assert [(row.since, row.n) for row in found.rows][1:] == [
        (day(5 / 24), 1),
        (day(31 + 5 / 24), 1),
        (day(59 + 5 / 24), 0),
    ]
