"""How fast we look, assess and offer, counted by hand."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.candidate import Candidate
from domain.event import utc_text
from domain.interview import Interviewed
from domain.plan import STANDARD_PLAN
from projections.metrics.days_to_offer import DAYS_TO_OFFER
from projections.metrics.metric import Metric
from projections.metrics.scorecard_turnaround import SCORECARD_TURNAROUND
from projections.metrics.time_to_first_review import TIME_TO_FIRST_REVIEW
from store.log import Log
from tests import examples
from tests.answers import answer, happened
from tests.examples import day, the_application, the_interview


def mean(log: Log, metric: Metric, **asks: Any) -> tuple[int, float | None]:
    said = answer(log, metric, **asks)
    return said.n, said.mean_days


def extend(candidate: Candidate, offer_id: UUID, on: float) -> None:
    candidate.at(day(on)).extend_offer(the_application(candidate).id, offer_id, STANDARD_PLAN)


def screened(on: float, rule: str | None = None) -> Candidate:
    candidate = examples.applied_on(day(0))
    screen(candidate, on, rule)
    return candidate


def screen(candidate: Candidate, on: float, rule: str | None = None) -> None:
    application_id = the_application(candidate).id
    candidate.at(day(on)).screen(application_id, STANDARD_PLAN, outcome="passed", rule=rule)


def interviewed(on: float) -> Candidate:
    candidate = examples.applied_on(day(0))
    interview(candidate, on)
    return candidate


def interview(candidate: Candidate, on: float) -> UUID:
    interview_id = uuid4()
    candidate.at(day(1)).schedule_interview(
        the_application(candidate).id, interview_id, STANDARD_PLAN, starts_at=None, ends_at=None
    )
    candidate.at(day(on)).hold_interview(interview_id, STANDARD_PLAN)
    return interview_id


def assess(candidate: Candidate, on: float, interview_id: UUID | None = None) -> None:
    about = interview_id or the_interview(candidate)
    candidate.at(day(on)).submit_scorecard(about, uuid4(), "yes")


def test_the_first_offer_ends_the_wait_for_it(log: Log) -> None:
    candidate, offer_id = examples.applied_on(day(0)), uuid4()
    extend(candidate, offer_id, 10)
    extend(candidate, offer_id, 14)
    happened(log, candidate)
    assert mean(log, DAYS_TO_OFFER) == (1, 10)
    assert mean(log, DAYS_TO_OFFER, since=day(12)) == (0, None)
    assert mean(log, DAYS_TO_OFFER, as_of=day(9)) == (0, None)


def test_days_to_an_offer_may_be_business_days(log: Log) -> None:
    candidate = examples.applied_on(day(0))
    extend(candidate, uuid4(), 10.5)
    happened(log, candidate)
    # From Wednesday 1 to Saturday 11 January.
    assert mean(log, DAYS_TO_OFFER) == (1, 10.5)
    assert mean(log, DAYS_TO_OFFER, policy="calendar") == (1, 10)
    assert mean(log, DAYS_TO_OFFER, policy="business") == (1, 7)


def test_a_rule_reviews_nothing(log: Log) -> None:
    candidate = screened(on=1, rule="knock_out")
    screen(candidate, 3)
    screen(candidate, 5)
    happened(log, candidate)
    assert mean(log, TIME_TO_FIRST_REVIEW) == (1, 3)
    assert mean(log, TIME_TO_FIRST_REVIEW, until=day(3)) == (0, None)
    assert mean(log, TIME_TO_FIRST_REVIEW, since=day(4)) == (0, None)


def test_what_the_candidate_does_is_no_review(log: Log) -> None:
    candidate = examples.applied_on(day(0))
    application_id = the_application(candidate).id
    candidate.at(day(2)).withdraw(application_id, "other_job")
    candidate.at(day(4)).reverse_withdrawal(application_id, "changed_mind", False)
    happened(log, candidate)
    assert mean(log, TIME_TO_FIRST_REVIEW, as_of=day(3)) == (0, None)
    assert mean(log, TIME_TO_FIRST_REVIEW) == (1, 4)


def test_scheduling_an_interview_is_a_review(log: Log) -> None:
    happened(log, interviewed(on=5))
    assert mean(log, TIME_TO_FIRST_REVIEW, until=day(2)) == (1, 1)


def test_every_scorecard_is_timed_from_its_interview(log: Log) -> None:
    candidate = interviewed(on=5)
    assess(candidate, 6)
    assess(candidate, 9)
    assess(candidate, 20, interview(candidate, on=19))
    happened(log, candidate)
    assert mean(log, SCORECARD_TURNAROUND) == (3, 2)
    assert mean(log, SCORECARD_TURNAROUND, since=day(7), until=day(10)) == (1, 4)


def test_a_scorecard_of_an_interview_not_yet_held_is_not_timed(log: Log) -> None:
    candidate = interviewed(on=5)
    assess(candidate, 4)
    happened(log, candidate)
    assert mean(log, SCORECARD_TURNAROUND, as_of=day(4.5)) == (0, None)
    assert mean(log, SCORECARD_TURNAROUND) == (1, -1)


def test_a_corrected_interview_corrects_its_turnaround(log: Log) -> None:
    candidate = interviewed(on=5)
    assess(candidate, 9)
    happened(log, candidate)
    candidate = log.candidate(candidate.id)
    [version] = [e.originator_version for e in candidate.history if isinstance(e, Interviewed)]
    candidate.correct_entry(version, "occurred_at", utc_text(day(8)), "typing_error")
    happened(log, candidate)
    assert mean(log, SCORECARD_TURNAROUND) == (1, 1)


@pytest.mark.parametrize("metric", [DAYS_TO_OFFER, TIME_TO_FIRST_REVIEW, SCORECARD_TURNAROUND])
def test_each_falls_into_the_group_of_its_application(log: Log, metric: Metric) -> None:
    candidate = interviewed(on=5)
    assess(candidate, 6)
    extend(candidate, uuid4(), 10)
    happened(log, candidate)
    rows = answer(log, metric, by=("source",)).rows
    assert [(row.group, row.n) for row in rows] == [("unknown", 1)]
