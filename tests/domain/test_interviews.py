"""Interviews: arranged, held, and assessed."""

from uuid import uuid4

import pytest

from domain.application import ApplicationClosed, BeforeApplication, Status
from domain.errors import NotFound
from domain.interview import (
    EndsBeforeItStarts,
    InterviewAlreadyHeld,
    Interviewed,
    InterviewScheduled,
    ScorecardSubmitted,
)
from domain.plan import STANDARD_PLAN, StageNotInPlan
from tests import examples
from tests.examples import day, the_application, the_interview


def test_an_arranged_interview_moves_nothing() -> None:
    candidate = examples.screened()
    candidate.schedule_interview(
        the_application(candidate).id,
        uuid4(),
        STANDARD_PLAN,
        starts_at=day(400),
        ends_at=day(400.05),
        time_zone="Europe/Vienna",
        interviewer_ids=(uuid4(), uuid4()),
        location="Room 4",
    )
    event = candidate.pending_events[-1]
    assert isinstance(event, InterviewScheduled)
    assert event.starts_at == day(400)
    assert the_application(candidate).now.stage == "screen"


def test_an_interview_held_moves_to_the_interview_stage() -> None:
    candidate = examples.interviewed()
    assert isinstance(candidate.pending_events[-1], Interviewed)
    assert the_application(candidate).now.stage == "interview"


def test_an_interview_moves_to_the_stage_it_was_arranged_for() -> None:
    requisition = examples.requisition_with_two_interviews()
    candidate, interview_id = examples.screened(requisition), uuid4()
    candidate.schedule_interview(
        the_application(candidate).id,
        interview_id,
        requisition.plan,
        starts_at=None,
        ends_at=None,
        stage_id="panel",
    )
    candidate.hold_interview(interview_id, requisition.plan)
    assert the_application(candidate).now.stage == "panel"


def test_an_interview_does_not_end_before_it_starts() -> None:
    candidate = examples.screened()
    with pytest.raises(EndsBeforeItStarts):
        candidate.schedule_interview(
            the_application(candidate).id, uuid4(), STANDARD_PLAN, starts_at=day(2), ends_at=day(1)
        )


def test_an_interview_is_for_a_stage_of_the_plan() -> None:
    candidate = examples.screened()
    with pytest.raises(StageNotInPlan):
        candidate.schedule_interview(
            the_application(candidate).id,
            uuid4(),
            STANDARD_PLAN,
            starts_at=None,
            ends_at=None,
            stage_id="panel",
        )


def test_an_interview_is_held_once() -> None:
    candidate = examples.interviewed()
    with pytest.raises(InterviewAlreadyHeld):
        candidate.hold_interview(examples.the_interview(candidate), STANDARD_PLAN)


def test_an_interview_that_was_not_arranged_is_not_found() -> None:
    with pytest.raises(NotFound, match="no interview"):
        examples.screened().hold_interview(uuid4(), STANDARD_PLAN)


def test_a_scorecard_is_taken_after_a_decision_too() -> None:
    candidate, interviewer = examples.rejected_after_interview(), uuid4()
    candidate.submit_scorecard(the_interview(candidate), interviewer, "strong_no", "Too junior")
    event = candidate.pending_events[-1]
    assert isinstance(event, ScorecardSubmitted)
    assert (event.interviewer_id, event.overall) == (interviewer, "strong_no")
    assert event.application_id == the_application(candidate).id
    assert the_application(candidate).now.status == Status.REJECTED


def test_a_scorecard_is_about_an_interview_there_was() -> None:
    with pytest.raises(NotFound, match="no interview"):
        examples.screened().submit_scorecard(uuid4(), uuid4(), "strong_yes")


def test_a_scorecard_is_not_older_than_the_application() -> None:
    candidate = examples.interviewed()
    with pytest.raises(BeforeApplication):
        candidate.at(day(0)).submit_scorecard(the_interview(candidate), uuid4(), "strong_yes")


def test_an_interview_after_a_rejection_is_refused_but_one_before_is_noted() -> None:
    candidate = examples.applied_on(day(1))
    application, interview_id = the_application(candidate), uuid4()
    candidate.at(day(2)).schedule_interview(
        application.id, interview_id, STANDARD_PLAN, starts_at=None, ends_at=None
    )
    candidate.at(day(9)).reject(application.id, "experience")
    with pytest.raises(ApplicationClosed):
        candidate.at(day(10)).hold_interview(interview_id, STANDARD_PLAN)
    with pytest.raises(BeforeApplication):
        candidate.at(day(0)).hold_interview(interview_id, STANDARD_PLAN)
    candidate.at(day(5)).hold_interview(interview_id, STANDARD_PLAN)
    assert application.standing_at(day(6)).stage == "interview"
    assert not application.is_open
