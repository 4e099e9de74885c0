"""Whoever asks, approves, refuses and changes in whatever order: approval is as a plain model says.

The model knows what was last approved and who still has to agree, as a list; nothing else.
"""

from contextlib import suppress
from decimal import Decimal
from typing import Any
from uuid import uuid4

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.approval import NotAnApprover
from domain.errors import Refusal
from domain.offer import Draft, OfferState
from domain.plan import STANDARD_PLAN
from domain.requisition import Requisition, State
from tests import examples
from tests.examples import BOARD, FINANCE, LEAD, the_application

APPROVERS = {"lead": {LEAD}, "finance": {FINANCE, BOARD}, "board": {BOARD}}
people = st.sampled_from([LEAD, FINANCE, BOARD, None])
budgets = st.sampled_from(["50000", "79999.99", "80000", "120000"])


def needed(amount: str) -> list[str]:
    """Who has to agree."""
    return ["lead", "finance", "board"] if Decimal(amount) >= 80_000 else ["lead", "finance"]


class RequisitionApproval(RuleBasedStateMachine):
    """One requisition, and what the model knows of it."""

    def __init__(self) -> None:
        super().__init__()
        self.requisition = Requisition.begin(uuid4())
        self.requisition.draft("R-1", "Analyst", budget_amount="50000", currency="EUR")
        self.state, self.left, self.again = "draft", list[str](), ""
        self.budget, self.seats = "50000", 0

    def ask(self) -> None:
        if self.state in ("open", "on_hold"):
            self.again = self.state
        elif self.state != "awaiting_approval":
            self.again = ""
        self.state, self.left = "awaiting_approval", needed(self.budget)

    @rule()
    def request(self) -> None:
        with suppress(Refusal):
            self.requisition.request_approval(examples.chain())
        if self.state == "draft":
            self.ask()

    @rule(who=people, refuses=st.sampled_from([False, False, False, True]))
    def decide(self, who: object, refuses: bool) -> None:
        try:
            if refuses:
                self.requisition.refuse_approval("budget", who)  # type: ignore[arg-type]
            else:
                self.requisition.approve(who)  # type: ignore[arg-type]
        except NotAnApprover:
            assert who not in APPROVERS[self.left[0]]
            return
        except Refusal:
            assert self.state != "awaiting_approval"
            return
        assert who in APPROVERS[self.left.pop(0)]
        if refuses:
            self.state, self.left, self.again = "draft", [], ""
        elif not self.left:
            self.state = self.again or "approved"

    @rule(budget=budgets)
    def change(self, budget: str) -> None:
        with suppress(Refusal):
            self.requisition.change_details(examples.chain(), budget_amount=budget)
        raised = Decimal(budget) > Decimal(self.budget)
        self.budget = self.budget if self.state == "closed" else budget
        if raised and self.state not in ("draft", "closed"):
            self.ask()

    @rule()
    def add_opening(self) -> None:
        with suppress(Refusal):
            self.requisition.add_opening(uuid4(), examples.chain())
        if self.state != "closed":
            self.seats += 1
        if self.state not in ("draft", "closed"):
            self.ask()

    @rule()
    def open(self) -> None:
        with suppress(Refusal):
            self.requisition.open()
        self.state = "open" if self.state == "approved" else self.state

    @rule()
    def hold(self) -> None:
        with suppress(Refusal):
            self.requisition.put_on_hold("budget")
        self.state = "on_hold" if self.state == "open" else self.state

    @invariant()
    def it_stands_where_the_model_says(self) -> None:
        assert self.requisition.state == State(self.state)
        assert len(self.requisition.openings) == self.seats
        if self.state == "awaiting_approval":
            approval = self.requisition.approval
            assert approval is not None
            assert approval.step is not None
            assert approval.step.id == self.left[0]
            assert len(approval.steps) - approval.given == len(self.left)

    @invariant()
    def replay_knows_the_same(self) -> None:
        again = Requisition.replay(None, self.requisition.pending_events)  # type: ignore[arg-type]
        assert again is not None
        assert (again.state, again.approval) == (
            self.requisition.state,
            self.requisition.approval,
        )


class OfferApproval(RuleBasedStateMachine):
    """One offer, and what the model knows of its draft."""

    def __init__(self) -> None:
        super().__init__()
        self.requisition = examples.open_requisition()
        self.candidate = examples.interviewed(self.requisition)
        self.offer_id, self.application = uuid4(), the_application(self.candidate)
        self.pay, self.state, self.left = "", "none", list[str]()
        self.version = self.extended = 0

    @property
    def draft(self) -> Draft | None:
        offer = self.candidate.offers.get(self.offer_id)
        return offer.draft if offer else None

    @rule(pay=budgets)
    def draft_it(self, pay: str) -> None:
        self.candidate.draft_offer(
            self.application.id, self.offer_id, first_year_pay=pay, currency="EUR"
        )
        self.pay, self.state, self.left = pay, "drafted", []
        self.version += 1

    @precondition(lambda self: self.version)
    @rule()
    def request(self) -> None:
        with suppress(Refusal):
            self.candidate.request_offer_approval(
                self.offer_id, examples.chain().steps_at(self.pay, "EUR")
            )
        if self.state == "drafted":
            self.state, self.left = "awaiting_approval", needed(self.pay)

    @precondition(lambda self: self.version)
    @rule(who=people, version=st.sampled_from([None, 1, 2]), refuses=st.booleans())
    def decide(self, who: object, version: int | None, refuses: bool) -> None:
        verb: Any = self.candidate.refuse_offer if refuses else self.candidate.approve_offer
        reason = ["budget"] if refuses else []
        before = self.candidate.version
        with suppress(Refusal):
            verb(self.offer_id, *reason, who, version)
        may = (
            self.state == "awaiting_approval"
            and version in (None, self.version)
            and who in APPROVERS[self.left[0]]
        )
        assert (self.candidate.version > before) == may
        if may:
            self.left.pop(0)
            if refuses:
                self.state, self.left = "drafted", []
            elif not self.left:
                self.state = "approved"

    @precondition(lambda self: self.version)
    @rule()
    def extend(self) -> None:
        with suppress(Refusal):
            self.candidate.extend_draft(
                self.offer_id, STANDARD_PLAN, examples.chain(), first_year_pay=self.pay
            )
        if self.state == "approved":
            self.state, self.extended = "none", self.version

    @invariant()
    def it_stands_where_the_model_says(self) -> None:
        offer = self.candidate.offers.get(self.offer_id)
        assert (offer.version if offer else 0) == self.version
        extended = offer is not None and offer.state == OfferState.EXTENDED
        assert extended == bool(self.extended)
        assert (self.draft.state if self.draft else "none") == self.state


quick = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
TestRequisitionApproval = RequisitionApproval.TestCase
TestRequisitionApproval.settings = quick
TestOfferApproval = OfferApproval.TestCase
TestOfferApproval.settings = quick
