"""Re-engagement yield, small enough to count by hand."""

from typing import Any
from uuid import uuid4

import pytest

from domain.candidate import Candidate
from domain.pool import TalentPool
from domain.requisition import Requisition
from projections.metrics.reengagement_yield import REENGAGEMENT_YIELD
from store.log import Log
from tests import examples
from tests.answers import answer, happened
from tests.examples import day

FEBRUARY = {"since": day(31), "until": day(59)}


def known_since(number: float, pool: TalentPool | None = None) -> Candidate:
    candidate = Candidate.begin(uuid4()).at(day(number))
    candidate.register(full_name="Grace Hopper", origin="sourced")
    candidate.grant_consent("contact", "v1")
    if pool:
        candidate.add_to_pool(pool, "silver_medalist")
    return candidate


def back(number: float, requisition: Requisition) -> Candidate:
    candidate = known_since(1)
    candidate.at(day(number)).reengage(uuid4(), requisition)
    return candidate


def applied(candidate: Candidate, number: float, requisition: Requisition) -> Candidate:
    candidate.at(day(number)).apply_for(uuid4(), requisition)
    return candidate


def hired(candidate: Candidate, number: float, requisition: Requisition) -> Candidate:
    opening, application_id = requisition.free_opening(), list(candidate.applications)[-1]
    candidate.at(day(number)).hire(application_id, requisition.plan, opening)
    requisition.at(day(number)).fill(opening, application_id)
    return candidate


def interviewed(candidate: Candidate, number: float, requisition: Requisition) -> Candidate:
    interview_id, application_id = uuid4(), list(candidate.applications)[-1]
    candidate.at(day(number)).schedule_interview(
        application_id, interview_id, requisition.plan, starts_at=None, ends_at=None
    )
    candidate.hold_interview(interview_id, requisition.plan)
    return candidate


def offered(candidate: Candidate, number: float, requisition: Requisition) -> Candidate:
    application_id = list(candidate.applications)[-1]
    candidate.at(day(number)).extend_offer(application_id, uuid4(), requisition.plan)
    return candidate


def yielded(log: Log, **asks: Any) -> Any:
    return answer(log, REENGAGEMENT_YIELD, **{**FEBRUARY, **asks})


def test_of_those_brought_back_some_are_interviewed_offered_and_hired(log: Log) -> None:
    requisition = examples.open_requisition(openings=4)
    further = interviewed(back(41, requisition), 45, requisition)
    furthest = interviewed(back(42, requisition), 45, requisition)
    people = [
        back(40, requisition),
        further,
        hired(offered(furthest, 50, requisition), 70, requisition),
        hired(back(5, requisition), 20, requisition),
        applied(known_since(1), 40, requisition),
    ]
    happened(log, requisition, *people)
    found = yielded(log)
    counts = (found.reengaged, found.interviewed, found.offered, found.hired)
    assert counts == (3, 2, 1, 1)
    assert found.reengagement_yield == pytest.approx(1 / 3)
    assert yielded(log, as_of=day(60)).hired == 0


def test_a_reversed_hire_has_yielded_nothing(log: Log) -> None:
    requisition = examples.open_requisition()
    candidate = hired(back(40, requisition), 50, requisition).at(day(55))
    candidate.reverse_hire(list(candidate.applications)[-1], "visa_refused", False)
    happened(log, requisition, candidate)
    assert (yielded(log).hired, yielded(log).hires) == (0, 0)


def test_bringing_nobody_back_yields_nothing_rather_than_zero(log: Log) -> None:
    requisition = examples.open_requisition()
    happened(log, requisition, hired(applied(known_since(1), 40, requisition), 50, requisition))
    found = yielded(log)
    assert (found.reengagement_yield, found.days_saved) == (None, None)
    assert found.share_of_hires_from_pools == 0


def test_hires_come_from_pools_and_save_days(log: Log) -> None:
    pool, requisition = examples.pool(), examples.open_requisition(openings=9)
    left = known_since(1, pool)
    left.at(day(20)).remove_from_pool(pool.id, "not_interested")
    joined_later = applied(known_since(1), 35, requisition).at(day(36))
    joined_later.add_to_pool(pool, "silver_medalist")
    people = [
        hired(back(40, requisition), 50, requisition),  # brought back: 10 days
        hired(applied(known_since(2, pool), 36, requisition), 50, requisition),  # member: 14 days
        hired(applied(left, 34, requisition), 50, requisition),  # a member no more: 16 days
        hired(joined_later, 55, requisition),  # not yet a member: 20 days
        hired(applied(known_since(2, pool), 36, requisition), 60, requisition),  # in March
    ]
    happened(log, pool, requisition, *people)
    found = yielded(log)
    assert (found.hires, found.hires_from_pools) == (4, 2)
    assert found.share_of_hires_from_pools == 0.5
    assert (found.mean_days_from_pools, found.mean_days_of_others) == (12, 18)
    assert found.days_saved == 6


def test_the_people_behind_can_be_told_by_source(log: Log) -> None:
    requisition = examples.open_requisition(openings=2)
    people = [hired(back(40, requisition), 50, requisition)]
    people.append(hired(applied(known_since(1), 40, requisition), 50, requisition))
    happened(log, requisition, *people)
    found = yielded(log, by=("source",))
    assert [(row.group, row.reengaged, row.hires) for row in found.rows] == [
        ("reengaged", 1, 1),
        ("unknown", 0, 1),
    ]
