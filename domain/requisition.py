"""Requisitions: approved permission to hire for a job, with openings to fill."""

from bisect import insort
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from domain.aggregate import Aggregate
from domain.application_form import NO_QUESTIONS, ApplicationForm
from domain.approval import NO_CHAIN, Approval, ApprovalChain, ApprovalStep
from domain.correction import EntryCorrected
from domain.errors import NotFound, Refusal
from domain.event import Amount, Code, Count, Currency, Event, PublicText, Words
from domain.kit import NO_KIT, Kit, KitReference
from domain.legal_hold import (
    HoldEvents,
    HoldPlaced,
    HoldReleased,
    HoldReleaseProposed,
    LegalHolds,
)
from domain.plan import STANDARD_PLAN, InterviewPlan
from domain.search_criteria import SearchCriteria

CAREERS_PAGE = "careers_page"
OPENINGS_AT_MOST = 1000

Openings = Annotated[tuple[UUID, ...], Field(max_length=OPENINGS_AT_MOST)]
Qualifications = Annotated[tuple[Words, ...], Field(max_length=50)]


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
    coordinator_ids: tuple[UUID, ...] = ()
    interviewer_ids: tuple[UUID, ...] = ()
    budget_amount: Amount | None = None
    """What the organisation plans to pay for the job in a year; nobody's own pay."""
    currency: Currency | None = None
    basic_qualifications: Qualifications = ()
    description: PublicText | None = None
    openings: Openings = ()
    plan: InterviewPlan = STANDARD_PLAN
    plan_template: Code | None = None
    """The template the plan was copied from."""


class PlanChanged(RequisitionEvent, name="requisition.plan_changed"):
    sentence = "Interview plan changed"
    plan: InterviewPlan
    plan_template: Code | None = None


class ApplicationFormChanged(RequisitionEvent, name="requisition.application_form_changed"):
    sentence = "Application form changed"
    form: ApplicationForm


class CandidatesSearched(RequisitionEvent, name="requisition.candidates_searched"):
    sentence = "{found} people found who might fit"
    correctable = False
    criteria: SearchCriteria
    found: Count


class State(StrEnum):
    """Where a requisition is in its life."""

    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    OPEN = "open"
    ON_HOLD = "on_hold"
    CLOSED = "closed"


class ApprovalRequested(RequisitionEvent, name="requisition.approval_requested"):
    sentence = "Approval requested"
    steps: tuple[ApprovalStep, ...] = ()
    """Who is asked, in order; nobody in particular where the organisation has no chain."""
    resumes_as: State | None = None
    """What the requisition, changed after its approval, is again once approved."""


class ApprovalGiven(RequisitionEvent, name="requisition.approval_given"):
    sentence = "Step {step} approved"
    step: Code
    approver_id: UUID


class Approved(RequisitionEvent, name="requisition.approved"):
    sentence = "Approved"


class ApprovalRefused(RequisitionEvent, name="requisition.approval_refused"):
    sentence = "Approval refused: {reason_code}"
    reason_code: Code
    step: Code | None = None


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
    """The version, in this stream, of the filling or closing taken back; old entries do not say."""
    reason_code: Code | None = None
    entered_in_error: bool = False


class DetailsChanged(RequisitionEvent, name="requisition.details_changed"):
    """Only what is given is replaced."""

    sentence = "Details changed"
    title: Words | None = None
    department: Words | None = None
    location: Words | None = None
    level: Words | None = None
    jurisdiction: Code | None = None
    hiring_manager_id: UUID | None = None
    recruiter_ids: tuple[UUID, ...] | None = None
    coordinator_ids: tuple[UUID, ...] | None = None
    interviewer_ids: tuple[UUID, ...] | None = None
    budget_amount: Amount | None = None
    currency: Currency | None = None
    basic_qualifications: Qualifications | None = None
    description: PublicText | None = None


class Posted(RequisitionEvent, name="requisition.posted"):
    """What is posted is frozen here: applicants are held to what they read."""

    sentence = "Posted on {channel}"
    channel: Code = CAREERS_PAGE
    text: PublicText | None = None
    basic_qualifications: Qualifications = ()
    form: ApplicationForm = NO_QUESTIONS


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


DETAILS = (
    "title",
    "department",
    "location",
    "level",
    "jurisdiction",
    "hiring_manager_id",
    "recruiter_ids",
    "coordinator_ids",
    "interviewer_ids",
    "budget_amount",
    "currency",
    "basic_qualifications",
    "description",
)
FROZEN_WHILE_POSTED = ("description", "basic_qualifications", "form")
APPROVED_OF = ("level", "budget_amount", "currency")


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


class NeverApproved(Refusal):
    """The requisition was closed before it was approved; it cannot be opened again."""

    status = 409


class PostedAsItIs(Refusal):
    """The requisition is posted on {channels}; take it off before {frozen} changes."""

    status = 409


class BudgetNeedsCurrency(Refusal):
    """budget_amount and currency belong together; {missing} is missing."""


class ChangeAsksAgain(Refusal):
    """The change needs approval again, so it cannot have been made before {since}."""


class ApprovedAsItIs(Refusal):
    """A correction cannot change what was approved ({changed}); a change of details asks again."""

    status = 409


class StagesInUse(Refusal):
    """Open applications stand or are expected in {stages}; the plan has to keep these stages."""

    status = 409


class TooManyOpenings(Refusal):
    """A requisition has at most {most} openings."""


class StateWouldDiffer(Refusal):
    """Then the requisition would be {otherwise}, not {state}; only a decision changes that."""

    status = 409


@dataclass(frozen=True)
class Posting:
    """What is public on a channel, frozen when it was posted."""

    version: int
    """Of the event, in the requisition's stream: it names what applicants read and were asked."""
    since: datetime
    text: str | None
    basic_qualifications: tuple[str, ...]
    form: ApplicationForm


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
    approval: Approval | None = None
    """The approval asked for last, unless it was refused."""
    resumes_as: State | None = None
    hold_reason: str = ""
    approved: bool = False
    plan: InterviewPlan = STANDARD_PLAN
    plan_since: datetime = datetime.min.replace(tzinfo=UTC)
    plan_entry: int = 0
    """The version of the entry that says the plan."""
    openings: dict[UUID, OpeningState] = field(default_factory=dict)
    taken_at: dict[UUID, int] = field(default_factory=dict)
    """The version of the event that last filled or closed an opening."""
    details: list[tuple[datetime, int, dict[str, Any]]] = field(default_factory=list)
    postings: dict[str, Posting] = field(default_factory=dict)
    form: ApplicationForm = NO_QUESTIONS
    form_since: datetime = datetime.min.replace(tzinfo=UTC)

    @property
    def posted_on(self) -> set[str]:
        """The channels it is public on."""
        return set(self.postings)

    @property
    def number(self) -> str:
        """The number people quote."""
        return next(event.number for event in self.history if isinstance(event, Drafted))

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
        plan_template: str | None = None,
        **details: Any,
    ) -> None:
        """Starts a requisition; nobody may hire on it before it is approved and opened."""
        self._guard_budget(details)
        self.happened(
            Drafted,
            number=number,
            title=title,
            openings=openings,
            plan=plan,
            plan_template=plan_template,
            **details,
        )

    def request_approval(self, chain: ApprovalChain = NO_CHAIN) -> None:
        """Asks those whom the chain names at the requisition's budget."""
        self._guard_state("asking for approval", State.DRAFT)
        self._ask(chain)

    def _ask(self, chain: ApprovalChain, resumes_as: State | None = None) -> None:
        known = self.details_at(self.occurring)
        steps = chain.steps_at(known.get("budget_amount"), known.get("currency"))
        self.happened(ApprovalRequested, steps=steps, resumes_as=resumes_as)

    def approve(self, approver_id: UUID | None = None) -> None:
        """Gives the approval of the step that waits; the last one approves the requisition.

        Approved again after a change, it is at once again what it was before.
        """
        approval = self._guard_approver("approval", approver_id)
        if approval.step is not None:
            self.happened(ApprovalGiven, step=approval.step.id, approver_id=approver_id)
            if approval.step is not None:
                return
        self._approved()

    def _approved(self) -> None:
        resumes_as = self.resumes_as
        self.happened(Approved)
        if resumes_as is not None:
            self.happened(Opened)
        if resumes_as == State.ON_HOLD:
            self.happened(PutOnHold, reason_code=self.hold_reason)

    def refuse_approval(self, reason_code: str, approver_id: UUID | None = None) -> None:
        """Sends it back to its draft, whichever step says no."""
        approval = self._guard_approver("refusing approval", approver_id)
        step = approval.step.id if approval.step else None
        self.happened(ApprovalRefused, reason_code=reason_code, step=step)

    def _guard_approver(self, action: str, approver_id: UUID | None) -> Approval:
        self._guard_state(action, State.AWAITING_APPROVAL)
        approval = self.approval or Approval((), self.occurring)
        refusal = approval.refusal(approver_id, self.occurring)
        if refusal is not None:
            raise refusal
        return approval

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
        self._guard_state("closing", *_not_closed)
        self.happened(Closed, reason_code=reason_code)

    def reopen(self, reason_code: str) -> None:
        self._guard_state("reopening", State.CLOSED)
        self.guard(self.approved, NeverApproved())
        self.happened(Reopened, reason_code=reason_code)

    def add_opening(self, opening_id: UUID, chain: ApprovalChain = NO_CHAIN) -> None:
        """Adds a seat to fill; what was approved step by step is asked about again."""
        self._guard_state("adding an opening", *_not_closed)
        self.guard(len(self.openings) < OPENINGS_AT_MOST, TooManyOpenings(most=OPENINGS_AT_MOST))
        self._guard_not_late(self._approved_in_steps)
        self.happened(OpeningAdded, opening_id=opening_id)
        if self._approved_in_steps:
            self._ask_again(chain)

    def close_opening(self, opening_id: UUID, reason_code: str) -> None:
        """Gives up a seat that nobody has."""
        self._guard_opening(opening_id, OpeningState.FREE)
        self.happened(OpeningClosed, opening_id=opening_id, reason_code=reason_code)

    def resume_opening(self, opening_id: UUID, reason_code: str) -> None:
        """Takes back that a seat was given up."""
        self._guard_state("reopening an opening", *_not_closed)
        self._guard_opening(opening_id, OpeningState.CLOSED)
        self.happened(
            OpeningReopened,
            opening_id=opening_id,
            reverses=self.taken_at.get(opening_id),
            reason_code=reason_code,
        )

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
            reverses=self.taken_at.get(opening_id),
            entered_in_error=entered_in_error,
        )

    def change_details(self, chain: ApprovalChain = NO_CHAIN, **given: Any) -> None:
        """Replaces what is given, and is not so already at that time.

        More than was approved step by step is asked about again.
        """
        self._guard_state("changing its details", *_not_closed)
        known = self.details_at(self.occurring)
        changed = {
            name: value
            for name, value in given.items()
            if value is not None and value != known.get(name)
        }
        self.guard(bool(changed), NothingToChange())
        self._guard_budget(known | changed)
        self._guard_not_posted(changed)
        asks_again = self._approved_in_steps and _is_more(known, known | changed)
        self._guard_not_late(asks_again)
        self.happened(DetailsChanged, **changed)
        if asks_again:
            self._ask_again(chain)

    @property
    def _approved_in_steps(self) -> bool:
        return self.approval is not None and bool(self.approval.steps)

    def _ask_again(self, chain: ApprovalChain) -> None:
        ran = self.state in (State.OPEN, State.ON_HOLD)
        asked = self.state == State.AWAITING_APPROVAL
        self._ask(chain, self.state if ran else self.resumes_as if asked else None)

    def _guard_not_late(self, asks_again: bool) -> None:
        since = self.state_since
        late = asks_again and self.occurring < since
        self.guard(not late, ChangeAsksAgain(since=since.isoformat()))

    def _guard_budget(self, details: dict[str, Any]) -> None:
        missing = [n for n in ("budget_amount", "currency") if details.get(n) is None]
        if len(missing) == 1:
            raise BudgetNeedsCurrency(missing=missing[0])

    def _guard_not_posted(self, changed: Collection[str]) -> None:
        frozen = [name for name in FROZEN_WHILE_POSTED if name in changed]
        self.guard(
            not (frozen and self.posted_on),
            PostedAsItIs(channels=", ".join(sorted(self.posted_on)), frozen=" or ".join(frozen)),
        )

    def details_at(self, moment: datetime) -> dict[str, Any]:
        """What the requisition was about at a moment."""
        known: dict[str, Any] = {}
        for since, _, details in self.details:
            if since <= moment:
                known |= details
        return known

    def search_candidates(self, criteria: SearchCriteria, found: int) -> None:
        """Keeps that people were sought who might fit. Raises RequisitionNotOpen."""
        self.guard_open(self)
        self.happened(CandidatesSearched, criteria=criteria, found=found)

    def change_plan(
        self, plan: InterviewPlan, in_use: Collection[str], plan_template: str | None = None
    ) -> None:
        """Replaces the interview plan; stages in use have to remain what they are."""
        self._guard_state("changing its plan", *_not_closed)
        self.guard(plan != self.plan, NothingToChange())
        kept = {stage.id: stage.kind for stage in plan.stages}
        lost = [
            stage.id
            for stage in self.plan.stages
            if stage.id in in_use and kept.get(stage.id) != stage.kind
        ]
        self.guard(not lost, StagesInUse(stages=", ".join(lost)))
        self.happened(PlanChanged, plan=plan, plan_template=plan_template)

    def kit_for(self, stage: str) -> KitReference | None:
        """Which kit interviews of a stage have from now on; None if it has none."""
        stages = (one for one in self.plan.stages if one.id == stage and one.kit is not None)
        return next(
            (
                KitReference(requisition_id=self.id, version=self.plan_entry, stage=one.id)
                for one in stages
            ),
            None,
        )

    def kit(self, reference: KitReference) -> Kit:
        """A kit as it stood; an empty one if there is none any more."""
        entry = self.history[reference.version - 1]
        stages = entry.plan.stages if isinstance(entry, Drafted | PlanChanged) else ()
        return next((one.kit for one in stages if one.id == reference.stage and one.kit), NO_KIT)

    def change_form(self, form: ApplicationForm) -> None:
        """Replaces what applicants are asked; what is posted stays as it was posted."""
        self._guard_state("changing its application form", *_not_closed)
        self.guard(form != self.form, NothingToChange())
        self._guard_not_posted(("form",))
        self.happened(ApplicationFormChanged, form=form)

    def post(self, channel: str = CAREERS_PAGE) -> None:
        """Makes it public, with the text, the qualifications and the form it has now."""
        self.guard_open(self)
        self.guard(channel not in self.posted_on, AlreadyPosted(channel=channel))
        known = self.details_at(self.occurring)
        self.happened(
            Posted,
            channel=channel,
            text=known.get("description"),
            basic_qualifications=known.get("basic_qualifications", ()),
            form=self.form,
        )

    def unpost(self, channel: str = CAREERS_PAGE) -> None:
        self.guard(channel in self.posted_on, NotPosted(channel=channel))
        self.happened(Unposted, channel=channel)

    def posting(self, channel: str = CAREERS_PAGE) -> Posting:
        """What the public may read and apply for. Raises NotPosted, RequisitionNotOpen."""
        if channel not in self.postings:
            raise NotPosted(channel=channel)
        self.guard_open(self)
        return self.postings[channel]

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
        otherwise = self.as_if(instead)
        # Otherwise a correction would open or close a requisition without a decision.
        self.guard(
            otherwise.state == self.state,
            StateWouldDiffer(state=self.state, otherwise=otherwise.state),
        )
        known = self.details_at(self._now)
        said = otherwise.details_at(self._now)
        changed = [name for name in DETAILS if known.get(name) != said.get(name)]
        self._guard_budget(said)
        self._guard_not_posted(changed)
        approved = [name for name in changed if name in APPROVED_OF]
        self.guard(
            not (approved and self._approved_in_steps),
            ApprovedAsItIs(changed=", ".join(approved)),
        )

    def note(self, event: Event) -> None:
        match event:
            case DetailsChanged():
                self._note_details(event)
            case Posted():
                self.postings[event.channel] = Posting(
                    event.originator_version,
                    event.timestamp,
                    event.text,
                    event.basic_qualifications,
                    event.form,
                )
            case Unposted():
                self.postings.pop(event.channel, None)
            case ApplicationFormChanged() if event.timestamp >= self.form_since:
                self.form, self.form_since = event.form, event.timestamp
            case Drafted():
                self._note_details(event)
                self._note_plan(event)
                self.openings = dict.fromkeys(event.openings, OpeningState.FREE)
            case PlanChanged():
                self._note_plan(event)
            case OpeningAdded() | OpeningReopened():
                self.openings[event.opening_id] = OpeningState.FREE
            case OpeningFilled() | OpeningClosed():
                filled = isinstance(event, OpeningFilled)
                state = OpeningState.FILLED if filled else OpeningState.CLOSED
                self.openings[event.opening_id] = state
                self.taken_at[event.opening_id] = event.originator_version
            case HoldPlaced() | HoldReleaseProposed() | HoldReleased():
                self.note_hold(event)
            case _:
                self._note_approval(event)
        if type(event) in _state_after and event.timestamp >= self.state_since:
            self.state = _state_after[type(event)]
            self.state_since = event.timestamp

    def _note_approval(self, event: Event) -> None:
        match event:
            case ApprovalRequested():
                self.approval = Approval(event.steps, event.timestamp)
                self.resumes_as = event.resumes_as
                self.approved = False
            case ApprovalGiven() if self.approval is not None:
                self.approval.given += 1
            case ApprovalRefused():
                self.approval = None
            case Approved():
                self.approved, self.resumes_as = True, None
            case PutOnHold():
                self.hold_reason = event.reason_code

    def _note_details(self, event: Drafted | DetailsChanged) -> None:
        said = {name: getattr(event, name) for name in DETAILS if getattr(event, name) is not None}
        insort(self.details, (event.timestamp, event.originator_version, said))

    def _note_plan(self, event: Drafted | PlanChanged) -> None:
        if event.timestamp >= self.plan_since:
            self.plan, self.plan_since = event.plan, event.timestamp
            self.plan_entry = event.originator_version


def _is_more(approved: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether details ask for another level, or more money; other money cannot be compared."""
    if approved.get("level") != now.get("level"):
        return True
    before, after = approved.get("budget_amount"), now.get("budget_amount")
    if after is None or before is None or approved.get("currency") != now.get("currency"):
        return bool(before != after or approved.get("currency") != now.get("currency"))
    return Decimal(after) > Decimal(before)


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
