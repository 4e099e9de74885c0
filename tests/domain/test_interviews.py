"""Interviews: arranged, held, and assessed."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from domain.application import ApplicationClosed, BeforeApplication, Status
from domain.candidate import Candidate
from domain.errors import NotFound
from domain.event import utc_text
from domain.interview import (
    BeforeScheduling,
    EndsBeforeItStarts,
    InterviewAlreadyHeld,
    InterviewCancelled,
    InterviewChanged,
    Interviewed,
    InterviewIsCancelled,
    InterviewRescheduled,
    InterviewScheduled,
    InterviewState,
    InterviewWasMissed,
    NotAnInterviewer,
    NothingRearranged,
    Participation,
    Party,
    RescheduleInstead,
    ScorecardSubmitted,
    UnknownTimeZone,
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


def to_come(starts_at: float = 20, **said: Any) -> tuple[Candidate, UUID]:
    """An interview arranged on day 2, to begin on another."""
    candidate, interview_id = examples.applied_on(day(1)), uuid4()
    candidate.at(day(2)).schedule_interview(
        the_application(candidate).id,
        interview_id,
        STANDARD_PLAN,
        starts_at=day(starts_at),
        ends_at=day(starts_at + 0.1),
        **{"time_zone": "Europe/Berlin", "interviewer_ids": (GRACE, ALAN), **said},
    )
    return candidate, interview_id


GRACE, ALAN = uuid4(), uuid4()


def test_a_moved_interview_counts_its_changes_and_says_who_is_released() -> None:
    candidate, id = to_come()
    candidate.at(day(3)).rearrange_interview(id, starts_at=day(21), ends_at=day(22))
    candidate.at(day(4)).rearrange_interview(id, interviewer_ids=(ALAN,), location="Room 1")
    moved, changed = candidate.pending_events[-2:]
    assert isinstance(moved, InterviewRescheduled)
    assert isinstance(changed, InterviewChanged)
    assert (moved.sequence, changed.sequence) == (1, 2)
    assert (moved.interviewer_ids, changed.released_ids) == ((GRACE, ALAN), (GRACE,))
    assert (changed.starts_at, changed.time_zone) == (day(21), "Europe/Berlin")
    with pytest.raises(NothingRearranged):
        candidate.rearrange_interview(id, interviewer_ids=(ALAN,))


@pytest.mark.parametrize("end", ["hold", "cancel", "miss"])
def test_an_interview_ends_once(end: str) -> None:
    candidate, id = to_come()

    def hold() -> None:
        candidate.hold_interview(id, STANDARD_PLAN)

    def cancel() -> None:
        candidate.cancel_interview(id, "ill")

    def miss() -> None:
        candidate.miss_interview(id, Party.CANDIDATE)

    ends = {"hold": hold, "cancel": cancel, "miss": miss}
    refusals = {
        "hold": InterviewAlreadyHeld,
        "cancel": InterviewIsCancelled,
        "miss": InterviewWasMissed,
    }
    candidate.at(day(20))
    ends[end]()
    for again in ends.values():
        # Neither later nor, as a late entry, before.
        for moment in (day(25), day(19)):
            candidate.at(moment)
            with pytest.raises(refusals[end]):
                again()
    with pytest.raises(refusals[end]):
        candidate.at(day(25)).rearrange_interview(id, location="Room 1")
    candidate.at(day(15)).rearrange_interview(id, location="Room 1")


def test_a_late_entry_takes_its_place_among_arrangements() -> None:
    candidate, id = to_come()
    candidate.at(day(6)).rearrange_interview(id, starts_at=day(30), ends_at=day(31))
    candidate.at(day(4)).rearrange_interview(id, starts_at=day(25), ends_at=day(26))
    assert candidate.interview(id).now.starts_at == day(30)
    assert candidate.interview(id).at(day(5)).starts_at == day(25)
    with pytest.raises(BeforeScheduling):
        candidate.at(day(1.5)).rearrange_interview(id, starts_at=day(30), ends_at=day(31))


@pytest.mark.parametrize("end", ["reject", "withdraw"])
def test_an_ended_application_calls_off_what_is_to_come(end: str) -> None:
    candidate, id = to_come()
    candidate.at(day(10))
    getattr(candidate, end)(the_application(candidate).id, "reason")
    event = candidate.pending_events[-1]
    assert isinstance(event, InterviewCancelled)
    assert event.reason_code == "application_ended"
    assert event.cancelled_by == (Party.CANDIDATE if end == "withdraw" else Party.US)
    assert candidate.interview(id).state is InterviewState.CANCELLED


def test_what_was_over_or_is_history_is_not_called_off() -> None:
    candidate, id = to_come()
    candidate.at(day(21)).reject(the_application(candidate).id, "reason")
    assert candidate.interview(id).state is InterviewState.SCHEDULED
    candidate, id = to_come()
    candidate.from_history().at(day(10)).reject(the_application(candidate).id, "reason")
    assert candidate.interview(id).state is InterviewState.SCHEDULED


def test_whoever_is_invited_hears_of_another_time_so_it_is_not_corrected() -> None:
    candidate, _ = to_come(starts_at=20_000)
    version = candidate.version
    with pytest.raises(RescheduleInstead):
        candidate.at(None).correct_entry(version, "starts_at", "2079-01-01T00:00:00Z", "typo")
    candidate.correct_entry(version, "location", "Room 5", "typo")
    past, id = to_come()
    past.at(None).correct_entry(past.version, "starts_at", "2025-01-20T12:00:00Z", "typo")
    assert past.interview(id).now.starts_at == day(19.5)


def test_a_first_arrangement_is_not_corrected_to_have_come_second() -> None:
    candidate, id = to_come()
    scheduled = candidate.version
    candidate.at(day(3)).rearrange_interview(id, starts_at=day(21), ends_at=day(22))
    with pytest.raises(BeforeScheduling):
        candidate.at(None).correct_entry(scheduled, "occurred_at", utc_text(day(4)), "typo")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "/etc/localtime", "Europe/../UTC"])
def test_a_time_zone_is_one_of_the_iana_database(zone: str) -> None:
    with pytest.raises((UnknownTimeZone, ValidationError)):
        to_come(time_zone=zone)


def test_a_scorecard_again_is_a_revision_of_ones_own() -> None:
    candidate, id = to_come()
    candidate.at(day(21)).submit_scorecard(id, GRACE, "yes")
    first = candidate.version
    candidate.submit_scorecard(id, ALAN, "no")
    candidate.submit_scorecard(id, GRACE, "strong_yes")
    *_, of_alan, again = candidate.pending_events
    assert isinstance(of_alan, ScorecardSubmitted)
    assert isinstance(again, ScorecardSubmitted)
    assert (of_alan.revises, again.revises) == (None, first)


def test_whoever_is_to_assess_owes_until_they_have() -> None:
    candidate, id = to_come()
    application = the_application(candidate).id
    assert candidate.owes_scorecard(application, GRACE)
    assert not candidate.owes_scorecard(application, uuid4())
    candidate.at(day(21)).submit_scorecard(id, GRACE, "yes")
    assert not candidate.owes_scorecard(application, GRACE)
    candidate.cancel_interview(id, "ill")
    assert not candidate.owes_scorecard(application, ALAN)
    with pytest.raises(InterviewIsCancelled):
        candidate.submit_scorecard(id, ALAN, "yes")


def test_only_interviewers_of_an_interview_answer_for_it() -> None:
    candidate, id = to_come()
    candidate.answer_interview(id, Participation.ACCEPTED, interviewer_id=GRACE)
    with pytest.raises(NotAnInterviewer):
        candidate.answer_interview(id, Participation.ACCEPTED, interviewer_id=uuid4())
    with pytest.raises(NotAnInterviewer):
        candidate.miss_interview(id, Party.US, uuid4())
