"""Requisitions: approved permission to hire for a job, with openings to fill."""

from bisect import insort
from dataclasses import field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from domain.aggregate import Aggregate
from domain.correction import EntryCorrected
from domain.errors import NotFound, Refusal
from domain.event import Code, Count, Event, Words
from domain.legal_hold import (
    HoldEvents,
    HoldPlaced,
    HoldReleased,
    HoldReleaseProposed,
    LegalHolds,
)
from domain.plan import STANDARD_PLAN, InterviewPlan

CAREERS_PAGE = "careers_page"

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
    reverses: Count | None = None
    """The version, in this stream, of the filling taken back; entries of old do not say."""
    entered_in_error: bool = False


class DetailsChanged(RequisitionEvent, name="requisition.details_changed"):
    """Only what is given is replaced."""

    sentence = "Details changed"
    title: Words | None = None
    department: Words | None = None
    location: Words | None = None
    level: Words | None = None
    hiring_manager_id: UUID | None = None
    recruiter_ids: tuple[UUID, ...] | None = None


class Posted(RequisitionEvent, name="requisition.posted"):
    sentence = "Posted on {channel}"
    channel: Code = CAREERS_PAGE


class Unposted(RequisitionEvent, name="requisition.unposted"):
    sentence = "Taken off {channel}"
    channel: Code = CAREERS_PAGE


class Closed(RequisitionEvent, name="requisition.closed"):
    sentence = "Closed: {reason_code}"
    reason_code: Code


class Reopened(RequisitionEvent, name="requisition.reopened"):
    sentence = "Reopened: {reason_code}"
    reason_code: Code


class RequisitionEntryCorrected(
    EntryCorrected, RequisitionEvent, name="requisition.entry_corrected"
):
    sentence = "Entry {corrects} corrected: {field}"


class RequisitionHoldPlaced(HoldPlaced, RequisitionEvent, name="requisition.legal_hold_placed"):
    @property
    def subject_id(self) -> UUID:
        """The note is about a dispute and not of any one person: its key is the requisition's."""
        return self.originator_id


class RequisitionHoldReleaseProposed(
    HoldReleaseProposed, RequisitionEvent, name="requisition.legal_hold_release_proposed"
):
    pass


class RequisitionHoldReleased(
    HoldReleased, RequisitionEvent, name="requisition.legal_hold_released"
):
    pass


DETAILS = ("title", "department", "location", "level", "hiring_manager_id", "recruiter_ids")


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
    """Requisition {id} is {state}; only an open one is posted, takes applications and hires."""

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


class NothingToChange(Refusal):
    """The change names no detail that is not so already."""


class AlreadyPosted(Refusal):
    """The requisition is already posted on {channel}."""

    status = 409


class NotPosted(Refusal):
    """The requisition is not posted on {channel}."""

    status = 409


class StateWouldDiffer(Refusal):
    """Then the requisition would be {otherwise}, not {state}; only a decision changes that."""

    status = 409


class Requisition(LegalHolds):
    """Permission to hire for a job."""

    stream_type = "requisition"
    event_class = RequisitionEvent
    correction_class = RequisitionEntryCorrected
    hold_events = HoldEvents(
        RequisitionHoldPlaced, RequisitionHoldReleaseProposed, RequisitionHoldReleased
    )

    state: State = State.DRAFT
    state_since: datetime = datetime.min.replace(tzinfo=UTC)
    """A late entry from before this fills the history but does not move the state."""
    plan: InterviewPlan = STANDARD_PLAN
    openings: dict[UUID, OpeningState] = field(default_factory=dict)
    filled_at: dict[UUID, int] = field(default_factory=dict)
    """The version of the event that last filled an opening."""
    details: list[tuple[datetime, int, dict[str, Any]]] = field(default_factory=list)
    posted_on: set[str] = field(default_factory=set)

    @property
    def hiring_manager_id(self) -> UUID | None:
        """Whom it is hired for, as said last."""
        named = (said.get("hiring_manager_id") for *_, said in reversed(self.details))
        return next((id for id in named if id is not None), None)

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
        self._guard_state("adding an opening", *_not_closed)
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

    def reopen_opening(self, opening_id: UUID, entered_in_error: bool = False) -> None:
        """Frees an opening whose hire was reversed: from now on, or as if it had never been."""
        self._guard_opening(opening_id, OpeningState.FILLED)
        self.happened(
            OpeningReopened,
            opening_id=opening_id,
            reverses=self.filled_at.get(opening_id),
            entered_in_error=entered_in_error,
        )

    def change_details(self, **given: Any) -> None:
        """Replaces what is given, and is not so already at that time."""
        self._guard_state("changing its details", *_not_closed)
        known = self.details_at(self.occurring)
        changed = {
            name: value
            for name, value in given.items()
            if value is not None and value != known.get(name)
        }
        self.guard(bool(changed), NothingToChange())
        self.happened(DetailsChanged, **changed)

    def details_at(self, moment: datetime) -> dict[str, Any]:
        """What the requisition was about at a moment."""
        known: dict[str, Any] = {}
        for since, _, details in self.details:
            if since <= moment:
                known |= details
        return known

    def post(self, channel: str = CAREERS_PAGE) -> None:
        """Makes it public."""
        self.guard_open(self)
        self.guard(channel not in self.posted_on, AlreadyPosted(channel=channel))
        self.happened(Posted, channel=channel)

    def unpost(self, channel: str = CAREERS_PAGE) -> None:
        self.guard(channel in self.posted_on, NotPosted(channel=channel))
        self.happened(Unposted, channel=channel)

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

    def guard_correction(self, entry: Event, instead: Event) -> None:
        super().guard_correction(entry, instead)
        otherwise = self.as_if(instead).state
        # Otherwise a correction would open or close a requisition without a decision.
        self.guard(otherwise == self.state, StateWouldDiffer(state=self.state, otherwise=otherwise))

    def note(self, event: Event) -> None:
        match event:
            case DetailsChanged():
                self._note_details(event)
            case Posted():
                self.posted_on.add(event.channel)
            case Unposted():
                self.posted_on.discard(event.channel)
            case Drafted():
                self._note_details(event)
                self.plan = event.plan
                self.openings = dict.fromkeys(event.openings, OpeningState.FREE)
            case OpeningAdded() | OpeningReopened():
                self.openings[event.opening_id] = OpeningState.FREE
            case OpeningFilled():
                self.openings[event.opening_id] = OpeningState.FILLED
                self.filled_at[event.opening_id] = event.originator_version
            case OpeningClosed():
                self.openings[event.opening_id] = OpeningState.CLOSED
            case HoldPlaced() | HoldReleaseProposed() | HoldReleased():
                self.note_hold(event)
            case _ if type(event) in _state_after and event.timestamp >= self.state_since:
                self.state = _state_after[type(event)]
                self.state_since = event.timestamp

    def _note_details(self, event: Drafted | DetailsChanged) -> None:
        said = {name: getattr(event, name) for name in DETAILS if getattr(event, name) is not None}
        insort(self.details, (event.timestamp, event.originator_version, said))


_not_closed = tuple(state for state in State if state != State.CLOSED)

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
