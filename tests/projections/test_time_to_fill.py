"""Time to fill, counted by hand."""

from typing import Any
from uuid import UUID, uuid4

from domain.candidate import Candidate
from domain.requisition import Requisition
from projections.metrics.time_to_fill import TIME_TO_FILL
from store.log import Log
from tests import examples
from tests.answers import answer, happened
from tests.examples import day, the_application


def approved_on(on: float = 0, opened: float = 4) -> Requisition:
    requisition = examples.approved_requisition(openings=1, on=day(on))
    requisition.at(day(opened)).open()
    return requisition


def accepted(requisition: Requisition, on: float = 24) -> Candidate:
    candidate, offer_id = examples.applied_on(day(6), requisition), uuid4()
    application_id = the_application(candidate).id
    candidate.at(day(20)).extend_offer(application_id, offer_id, requisition.plan)
    candidate.at(day(on)).accept_offer(offer_id)
    return candidate


def fill(candidate: Candidate, requisition: Requisition, on: float = 30) -> UUID:
    opening, application_id = requisition.free_opening(), the_application(candidate).id
    candidate.at(day(on)).hire(application_id, requisition.plan, opening)
    requisition.at(day(on)).fill(opening, application_id)
    return opening


def filled() -> tuple[Candidate, Requisition]:
    """Approved on day 0, opened on 4, accepted on 24, hired on 30."""
    requisition = approved_on()
    candidate = accepted(requisition)
    fill(candidate, requisition)
    return candidate, requisition


def days(log: Log, policy: str | None = None, **asks: Any) -> list[float]:
    said = answer(log, TIME_TO_FILL, policy=policy, **asks)
    return [said.mean_days] * said.n


def test_an_opening_takes_from_being_open_to_the_acceptance(log: Log) -> None:
    happened(log, *filled())
    assert days(log) == [20]
    assert days(log, "approved") == [24]
    assert days(log, since=day(20), until=day(25)) == [20]
    assert days(log, since=day(25)) == []


def test_it_ends_with_the_hire_where_nothing_stands_accepted(log: Log) -> None:
    requisition = approved_on()
    candidate = accepted(requisition)
    candidate.at(day(26)).rescind_offer(examples.the_offer(candidate), "budget")
    fill(candidate, requisition)
    happened(log, candidate, requisition)
    assert days(log) == [26]
    assert days(log, until=day(25)) == []


def test_an_opening_added_later_starts_later_whatever_the_clock(log: Log) -> None:
    requisition = examples.open_requisition(openings=0, on=day(0))
    requisition.at(day(1)).post()
    requisition.at(day(10)).add_opening(uuid4())
    candidate = accepted(requisition)
    fill(candidate, requisition)
    happened(log, candidate, requisition)
    assert days(log) == days(log, "approved") == days(log, "posted") == [14]


def test_the_clock_of_postings_starts_with_the_first_since_it_was_open(log: Log) -> None:
    candidate, requisition = filled()
    happened(log, candidate, requisition)
    assert days(log, "posted") == []
    requisition = log.requisition(requisition.id)
    requisition.at(day(9)).post("linkedin")
    requisition.at(day(7)).post("careers_page")
    happened(log, requisition)
    assert days(log, "posted") == [17]


def test_only_openings_that_stand_filled_count(log: Log) -> None:
    candidate, requisition = filled()
    application_id = the_application(candidate).id
    [opening] = requisition.openings
    candidate.at(day(40)).reverse_hire(application_id, "visa_refused", False)
    requisition.at(day(40)).reopen_opening(opening)
    happened(log, candidate, requisition)
    assert days(log) == []
    assert days(log, as_of=day(35)) == [20]
    assert days(log, as_of=day(29)) == []
    candidate.at(day(45)).hire(application_id, requisition.plan, opening)
    requisition.at(day(45)).fill(opening, application_id)
    happened(log, candidate, requisition)
    assert days(log) == [20]


def test_an_opening_whose_hire_was_undone_in_the_history_does_not_count(log: Log) -> None:
    candidate, requisition = filled()
    candidate.from_history()
    candidate.at(day(35)).rescind_offer(examples.the_offer(candidate), "budget")
    happened(log, candidate, requisition)
    assert days(log) == []


def test_days_on_hold_may_be_left_out(log: Log) -> None:
    requisition = approved_on()
    candidate = accepted(requisition)
    for held, resumed in ((8, 10.5), (12, 15)):
        requisition.at(day(held)).put_on_hold("budget")
        requisition.at(day(resumed)).resume()
    fill(candidate, requisition)
    happened(log, candidate, requisition)
    assert days(log) == [20]
    assert days(log, "without_hold") == [14.5]
    # Held from Thursday 9 to Saturday 11, and from Monday 13 to Thursday 16 January.
    assert days(log, "without_hold-calendar") == [15]
    assert days(log, "business") == [15]
    assert days(log, "without_hold-business") == [11]


def test_a_hold_counts_only_as_far_as_it_falls_in_between(log: Log) -> None:
    requisition = approved_on()
    candidate = accepted(requisition)
    requisition.at(day(22)).put_on_hold("budget")
    requisition.at(day(27)).resume()
    fill(candidate, requisition)
    happened(log, candidate, requisition)
    assert days(log, "without_hold") == [18]
