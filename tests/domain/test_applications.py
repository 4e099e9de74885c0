"""What may be decided about an application, and where that leaves it."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from pydantic import ValidationError

from domain.application import (
    AlreadyApplied,
    AlreadyAssigned,
    AlreadyInStage,
    ApplicationClosed,
    Applied,
    AssignedToRequisition,
    BeforeApplication,
    HasMovedOn,
    HireByMove,
    Hired,
    HireReversed,
    MovedToStage,
    NotStanding,
    Rejected,
    RejectionReversed,
    Screened,
    Status,
    WithdrawalReversed,
    Withdrawn,
)
from domain.candidate import Candidate
from domain.errors import NotFound
from domain.event import Event
from domain.plan import STANDARD_PLAN, StageKind, StageNotInPlan
from domain.requisition import RequisitionNotOpen
from tests import examples
from tests.examples import day, the_application


def last(candidate: Candidate) -> Event:
    event = candidate.pending_events[-1]
    assert isinstance(event, Event)
    return event


def test_an_application_begins_in_the_first_stage() -> None:
    requisition = examples.open_requisition()
    candidate = examples.applied(requisition)
    application = the_application(candidate)
    assert isinstance(last(candidate), Applied)
    assert application.requisition_id == requisition.id
    assert (application.now.stage, application.now.status) == ("applied", Status.OPEN)


def test_a_candidate_applies_once_for_a_requisition() -> None:
    requisition = examples.open_requisition()
    candidate = examples.applied(requisition)
    with pytest.raises(AlreadyApplied, match=str(the_application(candidate).id)):
        candidate.apply_for(uuid4(), requisition)


def test_a_candidate_applies_for_several_requisitions() -> None:
    candidate = examples.applied()
    candidate.apply_for(uuid4(), examples.open_requisition())
    assert len(list(candidate.open_applications())) == 2


def test_a_candidate_applies_again_after_a_rejection() -> None:
    requisition = examples.open_requisition()
    candidate = examples.applied(requisition)
    candidate.reject(the_application(candidate).id, "experience")
    candidate.apply_for(uuid4(), requisition)
    assert len(list(candidate.open_applications())) == 1


def test_a_requisition_not_yet_open_takes_no_applications() -> None:
    with pytest.raises(RequisitionNotOpen, match="is approved"):
        examples.ada().apply_for(uuid4(), examples.approved_requisition())


def test_a_closed_requisition_takes_no_applications() -> None:
    with pytest.raises(RequisitionNotOpen, match="is closed"):
        examples.ada().apply_for(uuid4(), examples.closed_requisition())


def test_a_requisition_on_hold_takes_no_applications() -> None:
    requisition = examples.open_requisition()
    requisition.put_on_hold("budget")
    with pytest.raises(RequisitionNotOpen, match="is on_hold"):
        examples.ada().apply_for(uuid4(), requisition)


def test_a_general_application_is_assigned_later() -> None:
    candidate, requisition = examples.ada(), examples.open_requisition()
    candidate.apply_for(uuid4(), None)
    application = the_application(candidate)
    assert application.requisition_id is None
    candidate.assign(application.id, requisition)
    assert isinstance(last(candidate), AssignedToRequisition)
    assert application.requisition_id == requisition.id


def test_an_assignment_keeps_the_kind_of_stage_reached() -> None:
    candidate = examples.ada()
    candidate.apply_for(uuid4(), None)
    application = the_application(candidate)
    candidate.screen(application.id, STANDARD_PLAN, outcome="passed")
    candidate.assign(application.id, examples.requisition_with_two_interviews())
    assert application.now.stage == "phone"


def test_an_assigned_application_stays_with_its_requisition() -> None:
    candidate = examples.applied()
    with pytest.raises(AlreadyAssigned):
        candidate.assign(the_application(candidate).id, examples.open_requisition())


def test_an_assignment_is_refused_where_the_candidate_already_applied() -> None:
    requisition = examples.open_requisition()
    candidate, general = examples.applied(requisition), uuid4()
    candidate.apply_for(general, None)
    with pytest.raises(AlreadyApplied):
        candidate.assign(general, requisition)


def test_a_closed_requisition_is_assigned_no_application() -> None:
    candidate = examples.ada()
    candidate.apply_for(uuid4(), None)
    with pytest.raises(RequisitionNotOpen):
        candidate.assign(the_application(candidate).id, examples.closed_requisition())


def test_a_screening_moves_to_the_first_screen_stage() -> None:
    candidate = examples.screened()
    assert isinstance(last(candidate), Screened)
    assert the_application(candidate).now.stage == "screen"


def test_interviews_move_to_the_first_interview_stage_not_passed() -> None:
    requisition = examples.requisition_with_two_interviews()
    candidate = examples.interviewed(requisition)
    application, second, third = the_application(candidate), uuid4(), uuid4()
    assert application.now.stage == "team"
    for interview_id, expected in ((second, "panel"), (third, "panel")):
        candidate.schedule_interview(
            application.id, interview_id, requisition.plan, starts_at=None, ends_at=None
        )
        candidate.hold_interview(interview_id, requisition.plan)
        assert application.now.stage == expected


def test_a_screening_moves_to_the_stage_it_names() -> None:
    requisition = examples.requisition_with_two_interviews()
    candidate = examples.applied(requisition)
    application = the_application(candidate)
    candidate.screen(application.id, requisition.plan, outcome="passed", stage_id="team")
    assert application.now.stage == "team"


def test_a_screening_never_moves_back() -> None:
    candidate = examples.interviewed()
    candidate.screen(the_application(candidate).id, STANDARD_PLAN, outcome="passed")
    assert isinstance(last(candidate), Screened)
    assert the_application(candidate).now.stage == "interview"


def test_no_step_but_a_hire_leads_to_the_hired_stage() -> None:
    candidate = examples.applied()
    with pytest.raises(HireByMove):
        candidate.screen(
            the_application(candidate).id, STANDARD_PLAN, outcome="passed", stage_id="hired"
        )


def test_a_move_goes_back_and_stays_in_the_history() -> None:
    candidate = examples.interviewed()
    application = the_application(candidate)
    candidate.move(application.id, "screen", STANDARD_PLAN)
    event = last(candidate)
    assert isinstance(event, MovedToStage)
    assert (event.from_stage, event.stage) == ("interview", "screen")
    assert [standing.stage for standing in application.standings] == [
        "applied", "screen", "interview", "screen",
    ]  # fmt: skip


def test_a_move_to_where_it_stands_is_refused() -> None:
    candidate = examples.screened()
    with pytest.raises(AlreadyInStage):
        candidate.move(the_application(candidate).id, "screen", STANDARD_PLAN)


def test_a_move_is_no_hire() -> None:
    candidate = examples.offered()
    with pytest.raises(HireByMove):
        candidate.move(the_application(candidate).id, "hired", STANDARD_PLAN)


def test_a_move_out_of_the_plan_is_refused() -> None:
    candidate = examples.screened()
    with pytest.raises(StageNotInPlan, match="no stage panel"):
        candidate.move(the_application(candidate).id, "panel", STANDARD_PLAN)


def test_a_hire_takes_an_opening() -> None:
    requisition = examples.open_requisition()
    opening = requisition.free_opening()
    candidate = examples.hired(requisition)
    application, event = the_application(candidate), last(candidate)
    assert isinstance(event, Hired)
    assert event.opening_id == opening == application.opening_id
    assert event.requisition_id == requisition.id
    assert (application.now.kind, application.now.status) == (StageKind.HIRED, Status.HIRED)


def test_a_rejection_leaves_the_application_where_it_stood() -> None:
    application = the_application(examples.rejected_after_interview())
    assert (application.now.stage, application.now.status) == ("interview", Status.REJECTED)


@pytest.mark.parametrize(
    ("closed", "standing"),
    [
        (examples.rejected_after_interview, "rejected"),
        (examples.withdrawn, "withdrawn"),
        (examples.hired, "hired"),
    ],
)
def test_a_closed_application_takes_no_decision(
    closed: Callable[[], Candidate], standing: str
) -> None:
    candidate = closed()
    id, before = the_application(candidate).id, len(candidate.pending_events)
    offer, opening = uuid4(), uuid4()
    decisions: list[Callable[[], object]] = [
        lambda: candidate.move(id, "applied", STANDARD_PLAN),
        lambda: candidate.screen(id, STANDARD_PLAN, outcome="passed"),
        lambda: candidate.hire(id, STANDARD_PLAN, opening),
        lambda: candidate.reject(id, "experience"),
        lambda: candidate.withdraw(id, "other_job"),
        lambda: candidate.assign(id, examples.open_requisition()),
        lambda: candidate.extend_offer(id, offer, STANDARD_PLAN),
        lambda: candidate.schedule_interview(
            id, uuid4(), STANDARD_PLAN, starts_at=None, ends_at=None
        ),
    ]
    for decide in decisions:
        with pytest.raises(ApplicationClosed, match=f"is {standing};"):
            decide()
    assert len(candidate.pending_events) == before


def test_a_closed_application_takes_evidence() -> None:
    candidate = examples.rejected_after_interview()
    application = the_application(candidate)
    candidate.add_note("Would fit the next opening", application_id=application.id)
    assert application.now.status == Status.REJECTED


def test_a_closed_application_takes_late_entries_from_before() -> None:
    candidate = examples.applied_on(day(1))
    application = the_application(candidate)
    candidate.at(day(20)).reject(application.id, "experience")
    candidate.at(day(10)).screen(application.id, STANDARD_PLAN, outcome="passed")
    assert [(s.since, s.stage, s.status) for s in application.standings] == [
        (day(1), "applied", Status.OPEN),
        (day(10), "screen", Status.OPEN),
        (day(20), "applied", Status.REJECTED),
    ]
    with pytest.raises(ApplicationClosed):
        candidate.at(day(21)).move(application.id, "interview", STANDARD_PLAN)


def test_a_late_entry_does_not_move_the_state() -> None:
    candidate = examples.applied_on(day(1))
    application = the_application(candidate)
    candidate.at(day(10)).move(application.id, "interview", STANDARD_PLAN)
    candidate.at(day(5)).move(application.id, "screen", STANDARD_PLAN)
    event = last(candidate)
    assert isinstance(event, MovedToStage)
    assert event.from_stage == "applied"
    assert application.now.stage == "interview"
    assert application.standing_at(day(7)).stage == "screen"


def test_of_two_entries_at_the_same_time_the_later_recorded_counts() -> None:
    candidate = examples.applied_on(day(1))
    application = the_application(candidate)
    candidate.at(day(5)).move(application.id, "interview", STANDARD_PLAN)
    candidate.move(application.id, "screen", STANDARD_PLAN)
    assert application.now.stage == "screen"


def test_nothing_happens_to_an_application_before_it_began() -> None:
    candidate = examples.applied_on(day(10))
    application = the_application(candidate)
    with pytest.raises(BeforeApplication, match="2025-01-11"):
        candidate.at(day(5)).screen(application.id, STANDARD_PLAN, outcome="passed")
    with pytest.raises(BeforeApplication):
        candidate.at(day(5)).reject(application.id, "experience")


def test_a_reversed_rejection_is_a_new_fact() -> None:
    candidate = examples.applied_on(day(1))
    application = the_application(candidate)
    candidate.at(day(5)).move(application.id, "interview", STANDARD_PLAN)
    candidate.at(day(10)).reject(application.id, "experience")
    rejection = candidate.version
    candidate.at(day(12)).reverse_rejection(application.id, "new_budget", False)
    event = last(candidate)
    assert isinstance(event, RejectionReversed)
    assert (event.reverses, event.stage) == (rejection, "interview")
    assert (application.now.stage, application.now.status) == ("interview", Status.OPEN)
    assert application.standing_at(day(11)).status == Status.REJECTED


def test_a_rejection_entered_in_error_never_was() -> None:
    candidate = examples.applied_on(day(1))
    application = the_application(candidate)
    candidate.at(day(10)).reject(application.id, "experience")
    candidate.at(day(12)).reverse_rejection(application.id, "wrong_person", True)
    assert application.standing_at(day(11)).status == Status.OPEN
    assert [s.since for s in application.standings] == [day(1)]


def test_a_withdrawal_is_reversed() -> None:
    candidate = examples.withdrawn()
    application = the_application(candidate)
    candidate.reverse_withdrawal(application.id, "changed_their_mind", False)
    assert isinstance(last(candidate), WithdrawalReversed)
    assert (application.now.stage, application.now.status) == ("screen", Status.OPEN)


def test_a_reversed_hire_stands_where_it_stood_before() -> None:
    candidate = examples.hired()
    application = the_application(candidate)
    candidate.reverse_hire(application.id, "visa_refused", False)
    assert isinstance(last(candidate), HireReversed)
    assert (application.now.stage, application.now.status) == ("offer", Status.OPEN)


@pytest.mark.parametrize("reverse", ["reverse_rejection", "reverse_withdrawal", "reverse_hire"])
def test_only_what_happened_is_reversed(reverse: str) -> None:
    candidate = examples.applied()
    with pytest.raises(NotStanding, match="is open, not"):
        getattr(candidate, reverse)(the_application(candidate).id, "error", False)


def test_a_reversal_is_not_before_what_it_reverses() -> None:
    candidate = examples.applied_on(day(1))
    candidate.at(day(10)).reject(the_application(candidate).id, "experience")
    with pytest.raises(BeforeApplication):
        candidate.at(day(9)).reverse_rejection(the_application(candidate).id, "error", False)


@pytest.mark.parametrize("in_error", [False, True])
def test_a_reversal_does_not_make_a_second_open_application(in_error: bool) -> None:
    requisition = examples.open_requisition()
    candidate = examples.applied(requisition)
    first = the_application(candidate)
    candidate.reject(first.id, "experience")
    candidate.apply_for(uuid4(), requisition)
    with pytest.raises(AlreadyApplied):
        candidate.reverse_rejection(first.id, "new_budget", in_error)


@pytest.mark.parametrize("event_class", [Rejected, Withdrawn, HireReversed, RejectionReversed])
def test_a_negative_outcome_needs_a_reason(event_class: type[Event]) -> None:
    assert event_class.model_fields["reason_code"].is_required()


def test_a_reason_is_not_empty() -> None:
    candidate = examples.applied()
    with pytest.raises(ValidationError, match="reason_code"):
        candidate.reject(the_application(candidate).id, "")
    with pytest.raises(ValidationError, match="reason_code"):
        candidate.withdraw(the_application(candidate).id, "")
    assert the_application(candidate).is_open


def test_an_unknown_application_is_not_found() -> None:
    with pytest.raises(NotFound, match="no application"):
        examples.ada().reject(uuid4(), "experience")


def test_history_breaks_the_rules_and_says_which() -> None:
    candidate = examples.rejected_after_interview().from_history()
    application = the_application(candidate)
    candidate.apply_for(uuid4(), examples.closed_requisition())
    candidate.hire(application.id, STANDARD_PLAN, None)
    assert [type(anomaly) for anomaly in candidate.anomalies or ()] == [
        RequisitionNotOpen,
        ApplicationClosed,
    ]
    assert application.now.status == Status.HIRED


def test_a_screening_after_a_rejection_in_history_moves_nothing() -> None:
    candidate = examples.rejected_after_interview().from_history()
    application = the_application(candidate)
    candidate.screen(application.id, STANDARD_PLAN, outcome="passed")
    assert [type(anomaly) for anomaly in candidate.anomalies or ()] == [ApplicationClosed]
    assert (application.now.stage, application.now.status) == ("interview", Status.REJECTED)


def test_a_hire_cannot_have_come_before_where_the_application_stands_now() -> None:
    requisition = examples.open_requisition()
    candidate = examples.offered(requisition)
    application = examples.the_application(candidate)
    with pytest.raises(HasMovedOn):
        candidate.at(application.began).hire(
            application.id, requisition.plan, requisition.free_opening()
        )
