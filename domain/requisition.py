"""Requisitions: approved permission to hire for a job, with openings to fill."""

from dataclasses import field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from domain.aggregate import Aggregate
from domain.errors import NotFound, Refusal
from domain.event import Code, Event, Words
from domain.plan import STANDARD_PLAN, InterviewPlan

Openings = Annotated[tuple[UUID, ...], Field(max_length=1000)]


class RequisitionEvent(Event):
    """Something that happened to a requisition."""


class Drafted(RequisitionEvent, name="requisition.drafted"):
    sentence = "Requisition {number} drafted: {title}"
    number: Words
    title: Words
    department: Words | None = None
    location: Words | None = None
    level: Words | None = None
    jurisdiction: Code | None = None
    hiring_manager_id: UUID | None = None
    recruiter_ids: tuple[UUID, ...] = ()
    openings: Openings = ()
    plan: InterviewPlan = STANDARD_PLAN


class ApprovalRequested(RequisitionEvent, name="requisition.approval_requested"):
    sentence = "Approval requested"


class Approved(RequisitionEvent, name="requisition.approved"):
    sentence = "Approved"


class ApprovalRefused(RequisitionEvent, name="requisition.approval_refused"):
    sentence = "Approval refused: {reason_code}"
    reason_code: Code


class Opened(RequisitionEvent, name="requisition.opened"):
    sentence = "Opened"


class PutOnHold(RequisitionEvent, name="requisition.put_on_hold"):
    sentence = "Put on hold: {reason_code}"
    reason_code: Code


class Resumed(RequisitionEvent, name="requisition.resumed"):
    sentence = "Resumed"


class OpeningAdded(RequisitionEvent, name="requisition.opening_added"):
    sentence = "Opening added"
    opening_id: UUID


class OpeningClosed(RequisitionEvent, name="requisition.opening_closed"):
    sentence = "Opening closed: {reason_code}"
    opening_id: UUID
    reason_code: Code


class OpeningFilled(RequisitionEvent, name="requisition.opening_filled"):
    sentence = "Opening filled"
    opening_id: UUID
    application_id: UUID


class OpeningReopened(RequisitionEvent, name="requisition.opening_reopened"):
    sentence = "Opening reopened"
    opening_id: UUID


class Closed(RequisitionEvent, name="requisition.closed"):
    sentence = "Closed: {reason_code}"
    reason_code: Code


class Reopened(RequisitionEvent, name="requisition.reopened"):
    sentence = "Reopened: {reason_code}"
    reason_code: Code


class State(StrEnum):
    """Where a requisition is in its life."""

    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    OPEN = "open"
    ON_HOLD = "on_hold"
    CLOSED = "closed"


class OpeningState(StrEnum):
    """Whether an opening (one seat) can still be filled."""

    FREE = "free"
    FILLED = "filled"
    CLOSED = "closed"


class RequisitionNotOpen(Refusal):
    """Requisition {id} is {state}; only an open one takes applications and hires."""

    status = 409


class NotInState(Refusal):
    """The requisition is {state}; {action} needs it to be {needed}."""

    status = 409


class NoFreeOpening(Refusal):
    """The requisition has no free opening left."""

    status = 409


class OpeningNotFree(Refusal):
    """Opening {opening_id} is {state}, not free."""

    status = 409


class Requisition(Aggregate):
    """Permission to hire for a job."""

    stream_type = "requisition"
    event_class = RequisitionEvent

    state: State = State.DRAFT
    state_since: datetime = datetime.min.replace(tzinfo=UTC)
    """A late entry from before this fills the history but does not move the state."""
    plan: InterviewPlan = STANDARD_PLAN
    openings: dict[UUID, OpeningState] = field(default_factory=dict)

    def draft(
        self,
        number: str,
        title: str,
        *,
        openings: tuple[UUID, ...] = (),
        plan: InterviewPlan = STANDARD_PLAN,
        department: str | None = None,
        location: str | None = None,
        level: str | None = None,
        jurisdiction: str | None = None,
        hiring_manager_id: UUID | None = None,
        recruiter_ids: tuple[UUID, ...] = (),
    ) -> None:
        """Starts a requisition; nobody may hire on it before it is approved and opened."""
        self.happened(
            Drafted,
            number=number,
            title=title,
            openings=openings,
            plan=plan,
            department=department,
            location=location,
            level=level,
            jurisdiction=jurisdiction,
            hiring_manager_id=hiring_manager_id,
            recruiter_ids=recruiter_ids,
        )

    def request_approval(self) -> None:
        self._guard_state("asking for approval", State.DRAFT)
        self.happened(ApprovalRequested)

    def approve(self) -> None:
        self._guard_state("approval", State.AWAITING_APPROVAL)
        self.happened(Approved)

    def refuse_approval(self, reason_code: str) -> None:
        self._guard_state("refusing approval", State.AWAITING_APPROVAL)
        self.happened(ApprovalRefused, reason_code=reason_code)

    def open(self) -> None:
        self._guard_state("opening", State.APPROVED)
        self.happened(Opened)

    def put_on_hold(self, reason_code: str) -> None:
        self._guard_state("putting on hold", State.OPEN)
        self.happened(PutOnHold, reason_code=reason_code)

    def resume(self) -> None:
        self._guard_state("resuming", State.ON_HOLD)
        self.happened(Resumed)

    def close(self, reason_code: str) -> None:
        """Ends the requisition. Who calls this has dispositioned its applications."""
        self._guard_state("closing", State.APPROVED, State.OPEN, State.ON_HOLD)
        self.happened(Closed, reason_code=reason_code)

    def reopen(self, reason_code: str) -> None:
        self._guard_state("reopening", State.CLOSED)
        self.happened(Reopened, reason_code=reason_code)

    def add_opening(self, opening_id: UUID) -> None:
        self._guard_state("adding an opening", *(state for state in State if state != State.CLOSED))
        self.happened(OpeningAdded, opening_id=opening_id)

    def close_opening(self, opening_id: UUID, reason_code: str) -> None:
        """Gives up a seat that nobody has."""
        self._guard_opening(opening_id, OpeningState.FREE)
        self.happened(OpeningClosed, opening_id=opening_id, reason_code=reason_code)

    def fill(self, opening_id: UUID, application_id: UUID) -> None:
        """Gives a free opening to an application."""
        self.guard_open(self)
        self._guard_opening(opening_id, OpeningState.FREE)
        self.happened(OpeningFilled, opening_id=opening_id, application_id=application_id)

    def reopen_opening(self, opening_id: UUID) -> None:
        """Frees an opening whose hire was reversed."""
        self._guard_opening(opening_id, OpeningState.FILLED)
        self.happened(OpeningReopened, opening_id=opening_id)

    def free_opening(self) -> UUID:
        """An opening nobody has. Raises NoFreeOpening."""
        for opening_id, state in self.openings.items():
            if state == OpeningState.FREE:
                return opening_id
        raise NoFreeOpening

    def guard_open(self, decider: Aggregate) -> None:
        """Refuses, on behalf of whoever decides, when this requisition is not open."""
        decider.guard(self.state == State.OPEN, RequisitionNotOpen(id=self.id, state=self.state))

    def _guard_state(self, action: str, *needed: State) -> None:
        self.guard(
            self.state in needed,
            NotInState(state=self.state, action=action, needed=" or ".join(needed)),
        )

    def _guard_opening(self, opening_id: UUID, needed: OpeningState) -> None:
        if opening_id not in self.openings:
            raise NotFound(what="opening", id=opening_id)
        state = self.openings[opening_id]
        self.guard(state == needed, OpeningNotFree(opening_id=opening_id, state=state))

    def note(self, event: Event) -> None:
        match event:
            case Drafted():
                self.plan = event.plan
                self.openings = dict.fromkeys(event.openings, OpeningState.FREE)
            case OpeningAdded() | OpeningReopened():
                self.openings[event.opening_id] = OpeningState.FREE
            case OpeningFilled():
                self.openings[event.opening_id] = OpeningState.FILLED
            case OpeningClosed():
                self.openings[event.opening_id] = OpeningState.CLOSED
            case _ if event.timestamp >= self.state_since:
                self.state = _state_after.get(type(event), self.state)
                self.state_since = event.timestamp


_state_after = {
    ApprovalRequested: State.AWAITING_APPROVAL,
    ApprovalRefused: State.DRAFT,
    Approved: State.APPROVED,
    Opened: State.OPEN,
    PutOnHold: State.ON_HOLD,
    Resumed: State.OPEN,
    Closed: State.CLOSED,
    Reopened: State.OPEN,
}
