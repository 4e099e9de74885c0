"""A requisition's life, and its openings."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from domain.application import Status
from domain.errors import NotFound
from domain.plan import STANDARD_PLAN, InterviewPlan, StageKind
from domain.requisition import (
    AlreadyPosted,
    ApprovalRefused,
    Closed,
    DetailsChanged,
    Drafted,
    NoFreeOpening,
    NothingToChange,
    NotInState,
    NotPosted,
    Opened,
    OpeningFilled,
    OpeningNotFree,
    OpeningReopened,
    OpeningState,
    PlanChanged,
    Posted,
    PostedAsItIs,
    PutOnHold,
    Requisition,
    RequisitionNotOpen,
    StagesInUse,
    State,
    TooManyOpenings,
)
from tests import examples
from tests.examples import day


def test_a_requisition_goes_from_draft_over_approval_to_open_and_closed() -> None:
    requisition = Requisition.begin(uuid4())
    requisition.draft("R-1", "Analyst", openings=(uuid4(),))
    steps: list[tuple[Callable[[], None], State]] = [
        (requisition.request_approval, State.AWAITING_APPROVAL),
        (lambda: requisition.refuse_approval("budget"), State.DRAFT),
        (requisition.request_approval, State.AWAITING_APPROVAL),
        (requisition.approve, State.APPROVED),
        (requisition.open, State.OPEN),
        (lambda: requisition.put_on_hold("budget"), State.ON_HOLD),
        (requisition.resume, State.OPEN),
        (lambda: requisition.close("filled"), State.CLOSED),
        (lambda: requisition.reopen("new_budget"), State.OPEN),
    ]
    for step, state in steps:
        step()
        assert requisition.state == state
    assert [type(event) for event in requisition.pending_events][:1] == [Drafted]


@pytest.mark.parametrize(
    ("state", "refused"),
    [
        (examples.approved_requisition, Requisition.request_approval),
        (examples.open_requisition, Requisition.approve),
        (examples.open_requisition, Requisition.open),
        (examples.open_requisition, Requisition.resume),
        (examples.open_requisition, lambda r: r.refuse_approval("budget")),
        (examples.open_requisition, lambda r: r.reopen("error")),
        (examples.approved_requisition, lambda r: r.put_on_hold("budget")),
        (examples.closed_requisition, Requisition.open),
        (examples.closed_requisition, lambda r: r.close("again")),
        (examples.closed_requisition, lambda r: r.add_opening(uuid4())),
        (examples.closed_requisition, lambda r: r.change_details(title="Analyst")),
    ],
)
def test_a_step_out_of_order_is_refused(
    state: Callable[[], Requisition], refused: Callable[[Requisition], None]
) -> None:
    requisition = state()
    before = len(requisition.pending_events)
    with pytest.raises(NotInState, match="needs it to be"):
        refused(requisition)
    assert len(requisition.pending_events) == before


@pytest.mark.parametrize("event_class", [ApprovalRefused, PutOnHold, Closed])
def test_what_stops_a_requisition_needs_a_reason(event_class: type[Closed]) -> None:
    assert event_class.model_fields["reason_code"].is_required()


def test_a_hire_fills_the_opening() -> None:
    requisition = examples.open_requisition()
    opening = requisition.free_opening()
    candidate = examples.hired(requisition)
    event = requisition.pending_events[-1]
    assert isinstance(event, OpeningFilled)
    assert event.application_id == examples.the_application(candidate).id
    assert requisition.openings == {opening: OpeningState.FILLED}


def test_after_the_last_opening_there_is_none() -> None:
    requisition = examples.open_requisition(openings=1)
    examples.hired(requisition)
    with pytest.raises(NoFreeOpening):
        requisition.free_opening()


def test_an_opening_is_filled_once() -> None:
    requisition = examples.open_requisition()
    opening = requisition.free_opening()
    requisition.fill(opening, uuid4())
    with pytest.raises(OpeningNotFree, match="is filled"):
        requisition.fill(opening, uuid4())


def test_a_closed_opening_is_not_filled() -> None:
    requisition = examples.open_requisition()
    opening = requisition.free_opening()
    requisition.close_opening(opening, "budget")
    with pytest.raises(OpeningNotFree, match="is closed"):
        requisition.fill(opening, uuid4())


def test_a_filled_opening_is_not_given_up() -> None:
    requisition = examples.open_requisition()
    opening = requisition.free_opening()
    requisition.fill(opening, uuid4())
    with pytest.raises(OpeningNotFree):
        requisition.close_opening(opening, "budget")


def test_a_requisition_that_is_not_open_hires_nobody() -> None:
    requisition = examples.open_requisition()
    opening = requisition.free_opening()
    requisition.put_on_hold("budget")
    with pytest.raises(RequisitionNotOpen):
        requisition.fill(opening, uuid4())


def test_a_reversed_hire_frees_its_opening() -> None:
    requisition = examples.open_requisition()
    candidate = examples.hired(requisition)
    application = examples.the_application(candidate)
    candidate.reverse_hire(application.id, "visa_refused", False)
    assert application.opening_id is not None
    requisition.reopen_opening(application.opening_id)
    assert requisition.free_opening() == application.opening_id
    assert application.now.status == Status.OPEN


def test_a_free_opening_is_not_reopened() -> None:
    requisition = examples.open_requisition()
    with pytest.raises(OpeningNotFree):
        requisition.reopen_opening(requisition.free_opening())


def test_an_unknown_opening_is_not_found() -> None:
    with pytest.raises(NotFound, match="no opening"):
        examples.open_requisition().fill(uuid4(), uuid4())


def test_an_added_opening_is_free() -> None:
    requisition = examples.open_requisition(openings=0)
    opening = uuid4()
    requisition.add_opening(opening)
    assert requisition.free_opening() == opening


def test_history_breaks_the_rules_of_a_requisition_and_says_which() -> None:
    requisition = examples.approved_requisition().from_history()
    requisition.fill(requisition.free_opening(), uuid4())
    requisition.open()
    assert [type(anomaly) for anomaly in requisition.anomalies or ()] == [RequisitionNotOpen]
    assert isinstance(requisition.pending_events[-1], Opened)


def test_a_hold_entered_late_fills_the_history_but_does_not_move_the_state() -> None:
    requisition = examples.open_requisition()
    opened_at = requisition.state_since
    requisition.put_on_hold("budget")
    requisition.resume()
    requisition.at(opened_at).put_on_hold("budget")
    assert requisition.state == "open"


def test_a_reopened_opening_says_which_filling_it_takes_back() -> None:
    requisition = examples.open_requisition()
    opening = requisition.free_opening()
    for _ in range(2):
        requisition.fill(opening, uuid4())
        filled = requisition.version
        requisition.reopen_opening(opening, entered_in_error=True)
    event = requisition.pending_events[-1]
    assert isinstance(event, OpeningReopened)
    assert (event.reverses, event.entered_in_error) == (filled, True)


def test_only_the_details_that_differ_are_changed() -> None:
    requisition, manager = examples.open_requisition(), uuid4()
    requisition.change_details(title="Data engineer", level="Senior", hiring_manager_id=manager)
    event = requisition.pending_events[-1]
    assert isinstance(event, DetailsChanged)
    assert (event.title, event.level, event.hiring_manager_id) == (None, "Senior", manager)
    assert requisition.details_at(event.timestamp)["title"] == "Data engineer"


@pytest.mark.parametrize("given", [{}, {"title": None}, {"title": "Data engineer"}])
def test_a_change_of_nothing_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(NothingToChange):
        examples.open_requisition().change_details(**given)


def test_a_late_change_is_held_against_what_was_so_then() -> None:
    requisition = examples.open_requisition(on=day(0))
    requisition.at(day(9)).change_details(title="Analyst")
    requisition.at(day(5)).change_details(title="Analyst")
    with pytest.raises(NothingToChange):
        requisition.at(day(7)).change_details(title="Analyst")


def test_a_change_of_details_leaves_the_state_as_it_is() -> None:
    requisition = examples.open_requisition(on=day(0))
    requisition.at(day(9)).change_details(title="Analyst")
    requisition.at(day(5)).put_on_hold("budget")
    assert requisition.state == State.ON_HOLD


def test_an_open_requisition_is_posted_once_on_each_channel() -> None:
    requisition = examples.open_requisition()
    requisition.post()
    requisition.post("linkedin")
    with pytest.raises(AlreadyPosted, match="already posted on linkedin"):
        requisition.post("linkedin")
    requisition.unpost("linkedin")
    assert requisition.posted_on == {"careers_page"}


def test_what_is_not_open_is_not_posted() -> None:
    with pytest.raises(RequisitionNotOpen, match="is approved"):
        examples.approved_requisition().post()


def test_what_is_not_posted_is_not_taken_off() -> None:
    requisition = examples.open_requisition()
    requisition.post()
    with pytest.raises(NotPosted, match="not posted on linkedin"):
        requisition.unpost("linkedin")


def test_a_closed_requisition_is_still_taken_off() -> None:
    requisition = examples.open_requisition()
    requisition.post()
    requisition.close("filled")
    requisition.unpost()
    assert requisition.posted_on == set()


def test_what_was_posted_stays_as_it_was_posted() -> None:
    requisition = examples.open_requisition()
    requisition.change_details(description="Look after data", basic_qualifications=("SQL",))
    requisition.post()
    event = requisition.pending_events[-1]
    assert isinstance(event, Posted)
    assert (event.text, event.basic_qualifications) == ("Look after data", ("SQL",))
    for change in ({"description": "Something else"}, {"basic_qualifications": ()}):
        with pytest.raises(PostedAsItIs, match="posted on careers_page"):
            requisition.change_details(**change)
    with pytest.raises(PostedAsItIs):
        requisition.correct_entry(5, "description", "Something else", "entered_wrong")
    requisition.change_details(title="Analyst")
    requisition.unpost()
    requisition.change_details(basic_qualifications=("SQL", "Python"))


def test_an_opening_given_up_may_be_taken_back() -> None:
    requisition = examples.open_requisition()
    opening = requisition.free_opening()
    with pytest.raises(OpeningNotFree):
        requisition.resume_opening(opening, "error")
    requisition.close_opening(opening, "budget")
    closed = requisition.version
    requisition.resume_opening(opening, "new_budget")
    event = requisition.pending_events[-1]
    assert isinstance(event, OpeningReopened)
    assert (event.reverses, event.reason_code) == (closed, "new_budget")
    assert requisition.free_opening() == opening


def test_openings_have_a_limit() -> None:
    requisition = examples.open_requisition(openings=1000)
    with pytest.raises(TooManyOpenings, match="at most 1000"):
        requisition.add_opening(uuid4())


def test_a_plan_keeps_the_stages_in_use() -> None:
    requisition, other = examples.open_requisition(), examples.two_interviews()
    with pytest.raises(StagesInUse, match="in screen, interview; the plan"):
        requisition.change_plan(other, {"applied", "interview", "screen", "offer"})
    requisition.change_plan(other, {"applied", "offer", "unheard_of"}, "tech")
    event = requisition.pending_events[-1]
    assert isinstance(event, PlanChanged)
    assert (requisition.plan, event.plan_template) == (other, "tech")
    with pytest.raises(NothingToChange):
        requisition.change_plan(other, ())


def test_a_stage_in_use_keeps_its_kind() -> None:
    requisition = examples.requisition_with_two_interviews()
    stages = [
        stage.model_copy(update={"kind": StageKind.INTERVIEW}) if stage.id == "phone" else stage
        for stage in requisition.plan.stages
    ]
    with pytest.raises(StagesInUse, match="in phone"):
        requisition.change_plan(InterviewPlan(stages=tuple(stages)), {"phone"})


def test_a_plan_entered_late_does_not_replace_a_younger_one() -> None:
    requisition = examples.open_requisition(on=day(0))
    requisition.at(day(9)).change_plan(examples.two_interviews(), ())
    requisition.at(day(5)).change_plan(
        InterviewPlan(stages=STANDARD_PLAN.stages[:1] + STANDARD_PLAN.stages[-1:]), ()
    )
    assert requisition.plan == examples.two_interviews()


@pytest.mark.parametrize("state", [Requisition.request_approval, lambda _: None])
def test_what_never_opened_is_closed_too(state: Callable[[Requisition], None]) -> None:
    requisition = Requisition.begin(uuid4())
    requisition.draft("R-1", "Analyst")
    state(requisition)
    requisition.close("given_up")
    assert requisition.state == State.CLOSED
