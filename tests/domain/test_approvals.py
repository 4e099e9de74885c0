"""Who has to agree before a requisition opens: step by step, and again after a change."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from pydantic import ValidationError

from domain.approval import (
    NO_CHAIN,
    ApprovalChain,
    ApprovalSubject,
    ApprovedBeforeAsked,
    ChainStep,
    NotAnApprover,
)
from domain.errors import NotFound
from domain.organisation import Organisation
from domain.requisition import (
    ApprovalGiven,
    ApprovalRequested,
    Approved,
    ApprovedAsItIs,
    BudgetNeedsCurrency,
    ChangeAsksAgain,
    NeverApproved,
    NotInState,
    Opened,
    PutOnHold,
    Requisition,
    State,
)
from tests import examples
from tests.examples import BOARD, FINANCE, LEAD, chain, day


def asked(budget: str | None = "60000", level: str | None = None) -> Requisition:
    requisition = Requisition.begin(uuid4()).at(day(0))
    requisition.draft(
        "R-1",
        "Analyst",
        openings=(uuid4(),),
        level=level,
        budget_amount=budget,
        currency="EUR" if budget else None,
    )
    requisition.at(day(1)).request_approval(chain())
    return requisition.at(day(2))


def approved(budget: str | None = "60000") -> Requisition:
    requisition = asked(budget)
    for approver in (LEAD, FINANCE, BOARD)[: len(steps(requisition))]:
        requisition.approve(approver)
    return requisition


def opened() -> Requisition:
    requisition = approved()
    requisition.open()
    return requisition


def steps(requisition: Requisition) -> list[str]:
    assert requisition.approval is not None
    return [step.id for step in requisition.approval.steps]


def kinds(requisition: Requisition, last: int) -> list[type]:
    return [type(event) for event in requisition.pending_events[-last:]]


@pytest.mark.parametrize(
    ("amount", "currency", "needed"),
    [
        ("79999.99", "EUR", ["lead", "finance"]),
        ("80000", "EUR", ["lead", "finance", "board"]),
        ("80000.00", "EUR", ["lead", "finance", "board"]),
        ("9000", "EUR", ["lead", "finance"]),
        ("9000", "USD", ["lead", "finance", "board"]),
        (None, None, ["lead", "finance", "board"]),
    ],
)
def test_a_step_is_needed_from_its_amount_on_or_where_nobody_can_tell(
    amount: str | None, currency: str | None, needed: list[str]
) -> None:
    assert [step.id for step in chain().steps_at(amount, currency)] == needed


def test_whoever_is_asked_is_not_told_the_amounts() -> None:
    assert all("from_amount" not in step.model_dump() for step in chain().steps_at("90000", "EUR"))


def test_a_chain_is_well_formed() -> None:
    step = chain().steps[0]
    with pytest.raises(ValidationError, match="same id"):
        ApprovalChain(steps=(step, step))
    with pytest.raises(ValidationError, match="belong together"):
        ChainStep(id="a", name="A", approver_ids=(LEAD,), from_amount="1")
    with pytest.raises(ValidationError):
        ChainStep(id="a", name="A", approver_ids=())


def test_the_last_step_approves() -> None:
    requisition = asked()
    requisition.approve(LEAD)
    assert requisition.state == "awaiting_approval"
    requisition.approve(BOARD)
    assert requisition.state == "approved"
    assert kinds(requisition, 3) == [ApprovalGiven, ApprovalGiven, Approved]


@pytest.mark.parametrize(
    "decide", [Requisition.approve, lambda r, who: r.refuse_approval("b", who)]
)
@pytest.mark.parametrize("who", [FINANCE, BOARD, None])
def test_only_an_approver_of_the_step_that_waits_decides(
    decide: Callable[..., None], who: object
) -> None:
    requisition = asked()
    before = requisition.version
    with pytest.raises(NotAnApprover, match="step lead"):
        decide(requisition, who)
    assert requisition.version == before


def test_a_refusal_says_which_step_and_makes_it_a_draft_again() -> None:
    requisition = asked()
    requisition.approve(LEAD)
    requisition.refuse_approval("budget", FINANCE)
    event = requisition.pending_events[-1]
    assert (event.step, requisition.state) == ("finance", State.DRAFT)  # type: ignore[attr-defined]
    requisition.request_approval(chain())
    with pytest.raises(NotAnApprover, match="step lead"):
        requisition.approve(FINANCE)


def test_approval_is_not_given_before_it_was_asked_for() -> None:
    with pytest.raises(ApprovedBeforeAsked):
        asked().at(day(0.5)).approve(LEAD)


def test_without_a_chain_one_approval_by_anyone_is_enough() -> None:
    requisition = examples.approved_requisition()
    assert kinds(requisition, 2) == [ApprovalRequested, Approved]
    requisition.change_details(NO_CHAIN, level="Senior")
    assert requisition.state == State.APPROVED


more: list[Callable[[Requisition], None]] = [
    lambda r: r.change_details(chain(), budget_amount="60000.01"),
    lambda r: r.change_details(chain(), currency="USD"),
    lambda r: r.change_details(chain(), level="Senior"),
    lambda r: r.add_opening(uuid4(), chain()),
]
less: list[Callable[[Requisition], None]] = [
    lambda r: r.change_details(chain(), budget_amount="59999"),
    lambda r: r.change_details(chain(), title="Senior analyst"),
]


@pytest.mark.parametrize("change", more)
def test_more_than_was_approved_is_asked_about_again(
    change: Callable[[Requisition], None],
) -> None:
    requisition = opened()
    change(requisition)
    assert requisition.state == State.AWAITING_APPROVAL
    requisition.approve(LEAD)
    requisition.approve(FINANCE)
    while requisition.state == State.AWAITING_APPROVAL:
        requisition.approve(BOARD)
    assert kinds(requisition, 2) == [Approved, Opened]


@pytest.mark.parametrize("change", less)
def test_no_more_than_was_approved_is_not(change: Callable[[Requisition], None]) -> None:
    requisition = opened()
    change(requisition)
    assert requisition.state == State.OPEN


def test_what_was_on_hold_is_on_hold_again() -> None:
    requisition = opened()
    requisition.put_on_hold("reorganisation")
    requisition.change_details(chain(), level="Senior")
    requisition.approve(LEAD)
    requisition.approve(FINANCE)
    event = requisition.pending_events[-1]
    assert kinds(requisition, 3) == [Approved, Opened, PutOnHold]
    assert isinstance(event, PutOnHold)
    assert (requisition.state, event.reason_code) == (State.ON_HOLD, "reorganisation")


def test_what_was_only_approved_is_only_approved_again() -> None:
    requisition = approved()
    requisition.change_details(chain(), level="Senior")
    requisition.approve(LEAD)
    requisition.approve(FINANCE)
    assert requisition.state == State.APPROVED


def test_a_change_while_approval_is_asked_for_begins_it_anew() -> None:
    requisition = opened()
    requisition.change_details(chain(), level="Senior")
    requisition.approve(LEAD)
    requisition.change_details(chain(), budget_amount="85000")
    assert steps(requisition) == ["lead", "finance", "board"]
    for approver in (LEAD, FINANCE, BOARD):
        requisition.approve(approver)
    assert requisition.state == State.OPEN


def test_a_change_that_asks_again_is_not_entered_late() -> None:
    requisition = opened()
    requisition.at(day(9)).put_on_hold("budget")
    with pytest.raises(ChangeAsksAgain):
        requisition.at(day(5)).change_details(chain(), level="Senior")


def test_a_refused_change_does_not_open_it_again() -> None:
    requisition = opened()
    requisition.change_details(chain(), level="Senior")
    requisition.refuse_approval("budget", LEAD)
    requisition.request_approval(chain())
    requisition.approve(LEAD)
    requisition.approve(FINANCE)
    assert requisition.state == State.APPROVED


@pytest.mark.parametrize(
    ("field", "value"), [("level", "Senior"), ("budget_amount", "99000"), ("currency", "USD")]
)
def test_a_correction_does_not_get_round_approval(field: str, value: str) -> None:
    requisition = opened()
    with pytest.raises(ApprovedAsItIs, match=field):
        requisition.correct_entry(1, field, value, "entered_wrong")
    requisition.correct_entry(1, "title", "Senior analyst", "entered_wrong")


def test_a_budget_is_in_a_currency() -> None:
    with pytest.raises(BudgetNeedsCurrency, match="currency is missing"):
        Requisition.begin(uuid4()).draft("R-1", "Analyst", budget_amount="60000")
    with pytest.raises(BudgetNeedsCurrency, match="budget_amount is missing"):
        examples.open_requisition().change_details(currency="EUR")


def test_what_was_closed_unapproved_is_not_opened_again() -> None:
    requisition = asked()
    requisition.close("given_up")
    with pytest.raises(NotInState):
        requisition.approve(LEAD)
    with pytest.raises(NeverApproved):
        requisition.reopen("error")


def test_a_chain_defined_late_does_not_replace_a_younger_one() -> None:
    organisation = Organisation.begin(uuid4())
    organisation.at(day(9)).define_approval_chain(ApprovalSubject.OFFER, chain())
    organisation.at(day(5)).define_approval_chain(ApprovalSubject.OFFER, NO_CHAIN)
    assert organisation.approval_chain(ApprovalSubject.OFFER) == chain()
    assert organisation.approval_chain(ApprovalSubject.REQUISITION) == NO_CHAIN


def test_a_retired_template_is_no_longer_copied() -> None:
    organisation = Organisation.begin(uuid4())
    organisation.save_plan_template("tech", "Tech", examples.two_interviews())
    assert organisation.plan_template("tech") == examples.two_interviews()
    organisation.retire_plan_template("tech")
    with pytest.raises(NotFound, match="no plan template tech"):
        organisation.plan_template("tech")
    with pytest.raises(NotFound):
        organisation.retire_plan_template("tech")
