"""A requisition's life, and its openings."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from domain.application import Status
from domain.errors import NotFound
from domain.requisition import (
    ApprovalRefused,
    Closed,
    Drafted,
    NoFreeOpening,
    NotInState,
    Opened,
    OpeningFilled,
    OpeningNotFree,
    OpeningState,
    PutOnHold,
    Requisition,
    RequisitionNotOpen,
    State,
)
from tests import examples


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
