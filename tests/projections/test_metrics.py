"""Metrics of histories small enough to compute by hand."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from domain.candidate import Candidate
from domain.plan import STANDARD_PLAN
from domain.requisition import Requisition
from projections.asked import Asked, resolve
from projections.catalogue import READ_MODELS
from projections.engine import Projector
from projections.metrics.stage_conversion import FUNNEL
from projections.metrics.time_to_hire import TIME_TO_HIRE
from store.envelope import Attribution
from store.log import Log
from tests import examples
from tests.examples import day, the_application
from tests.measured import measured


def applied() -> tuple[Candidate, Requisition]:
    requisition = examples.open_requisition(openings=2)
    return examples.applied_on(day(0), requisition), requisition


def offer(candidate: Candidate, extended: float, accepted: float) -> None:
    offer_id = uuid4()
    candidate.at(day(extended)).extend_offer(the_application(candidate).id, offer_id, STANDARD_PLAN)
    candidate.at(day(accepted)).accept_offer(offer_id)


def hire(candidate: Candidate, requisition: Requisition, on: float) -> None:
    opening = requisition.free_opening()
    candidate.at(day(on)).hire(the_application(candidate).id, requisition.plan, opening)
    requisition.fill(opening, the_application(candidate).id)


def days_to_hire(
    log: Log,
    by: Attribution,
    candidate: Candidate,
    policy: str = "accepted",
    as_of: datetime | None = None,
) -> float | None:
    log.record(candidate, by=by)
    projector = Projector(log.database, log.organisation)
    while projector.step():
        pass
    with log.database.transaction(log.organisation) as connection:
        asked = resolve(connection, READ_MODELS, as_of=as_of)
        hires = measured(connection, asked, TIME_TO_HIRE, policy=policy)
    median: float | None = hires.median_days
    return median


def test_time_to_hire_ends_with_the_acceptance(log: Log, recruiter: Attribution) -> None:
    candidate, requisition = applied()
    offer(candidate, 10, 12)
    hire(candidate, requisition, 14)
    assert days_to_hire(log, recruiter, candidate) == 12


def test_time_to_hire_ends_with_the_hire_where_policy_says_so(
    log: Log, recruiter: Attribution
) -> None:
    candidate, requisition = applied()
    offer(candidate, 10, 12)
    hire(candidate, requisition, 14.5)
    assert days_to_hire(log, recruiter, candidate, "hired") == 14.5


def test_time_to_hire_ends_with_the_hire_where_nothing_was_accepted(
    log: Log, recruiter: Attribution
) -> None:
    candidate, requisition = applied()
    hire(candidate, requisition, 14)
    assert days_to_hire(log, recruiter, candidate) == 14


def test_a_reversed_hire_has_no_end_from_then_on(log: Log, recruiter: Attribution) -> None:
    candidate, requisition = applied()
    hire(candidate, requisition, 14)
    candidate.at(day(20)).reverse_hire(the_application(candidate).id, "visa_refused", False)
    assert days_to_hire(log, recruiter, candidate) is None
    with log.database.transaction(log.organisation) as connection:
        assert (
            measured(connection, resolve(connection, READ_MODELS, as_of=day(19)), TIME_TO_HIRE).n
            == 1
        )


def test_a_hire_entered_in_error_never_was_as_known_today(log: Log, recruiter: Attribution) -> None:
    candidate, requisition = applied()
    hire(candidate, requisition, 14)
    candidate.at(day(20)).reverse_hire(the_application(candidate).id, "wrong_person", True)
    assert days_to_hire(log, recruiter, candidate, as_of=day(19)) is None
    with log.database.transaction(log.organisation) as connection:
        today = resolve(connection, READ_MODELS)
        before = Asked(as_of=None, log_position=today.log_position - 1)
        assert measured(connection, before, TIME_TO_HIRE).n == 1


def test_a_hire_that_was_reversed_is_not_the_end_of_a_later_acceptance(
    log: Log, recruiter: Attribution
) -> None:
    candidate, requisition = applied()
    hire(candidate, requisition, 14)
    candidate.at(day(20)).reverse_hire(the_application(candidate).id, "visa_refused", False)
    offer(candidate, 30, 32)
    assert days_to_hire(log, recruiter, candidate) == 32
    with log.database.transaction(log.organisation) as connection:
        assert (
            measured(connection, resolve(connection, READ_MODELS), TIME_TO_HIRE, policy="hired").n
            == 0
        )


def test_an_acceptance_of_a_rescinded_offer_is_not_the_end(
    log: Log, recruiter: Attribution
) -> None:
    candidate, requisition = applied()
    offer(candidate, 10, 12)
    candidate.at(day(15)).rescind_offer(examples.the_offer(candidate), "budget")
    hire(candidate, requisition, 40)
    assert days_to_hire(log, recruiter, candidate) == 40


def test_a_decline_recorded_before_its_offer_concerns_the_offer_only(
    log: Log, projector: Projector, recruiter: Attribution
) -> None:
    candidate, _ = applied()
    offer_id = uuid4()
    candidate.at(day(30)).extend_offer(the_application(candidate).id, offer_id, STANDARD_PLAN)
    candidate.at(day(10)).decline_offer(offer_id, "salary")
    log.record(candidate, by=recruiter)
    while projector.step():
        pass
    with log.database.transaction(log.organisation) as connection:
        funnel = measured(connection, resolve(connection, READ_MODELS, as_of=day(20)), FUNNEL)
    assert {row.stage: row.pending for row in funnel.stages}["applied"] == 1


def test_a_rejection_dated_before_its_application_waits_for_it_in_the_cohort_that_applied(
    log: Log, projector: Projector, recruiter: Attribution
) -> None:
    candidate, _ = applied()
    requisition = examples.open_requisition(on=day(0))
    candidate.at(day(40)).apply_for(late := uuid4(), requisition)
    candidate.at(day(30)).from_history().reject(late, "experience")
    log.record(candidate, by=recruiter)
    while projector.step():
        pass
    with log.database.transaction(log.organisation) as connection:
        asked = resolve(connection, READ_MODELS, as_of=day(35))
        entered = measured(connection, asked, FUNNEL)
        of_applied = measured(connection, asked, FUNNEL, policy="applied")
    assert rejected(entered) == 1
    assert rejected(of_applied) == 0


def rejected(funnel: Any) -> int:
    entered: int = next(row.entered for row in funnel.stages if row.stage == "rejected")
    return entered


def test_a_funnel_counts_whom_it_may_still_lead_on(
    log: Log, projector: Projector, recruiter: Attribution
) -> None:
    requisition = examples.open_requisition(openings=3)
    people = [
        examples.applied(requisition),
        examples.screened(requisition),
        examples.offered(requisition),
        examples.hired(requisition),
        examples.rejected_after_interview(),
        examples.withdrawn(),
    ]
    log.record(*people, by=recruiter)
    while projector.step():
        pass
    with log.database.transaction(log.organisation) as connection:
        funnel = measured(connection, resolve(connection, READ_MODELS), FUNNEL)
    assert [(row.stage, row.entered, row.advanced, row.pending) for row in funnel.stages] == [
        ("applied", 6, 5, 1),
        ("screened", 5, 3, 1),
        ("interviewed", 3, 2, 0),
        ("offered", 2, 1, 1),
        ("hired", 1, None, None),
        ("rejected", 1, None, None),
        ("declined", 0, None, None),
    ]
    assert [row.conversion for row in funnel.stages][:4] == [1.0, 0.75, 2 / 3, 1.0]
