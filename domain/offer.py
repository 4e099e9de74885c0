"""Offers: drafted and approved in versions, extended, then accepted, declined or taken back."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.application import Application, ApplicationEvent, StandingEvent
from domain.approval import NO_CHAIN, Approval, ApprovalChain, ApprovalStep
from domain.errors import NotFound, Refusal
from domain.event import Code, CompensationText, Count, Currency, Event, Moment, SealedAmount
from domain.plan import InterviewPlan, StageKind
from domain.self_scheduling import SelfScheduling


class OfferVersion(ApplicationEvent):
    """Something that happened to one version of an offer."""

    offer_id: UUID
    offer_version: Count


class OfferDrafted(OfferVersion, name="offer.drafted"):
    """A version nobody has been offered yet. What changes is drafted anew, as the next."""

    sentence = "Offer drafted, version {offer_version}"
    opening_id: UUID | None = None
    terms: CompensationText = None
    first_year_pay: SealedAmount = None
    currency: Currency | None = None
    start_date: date | None = None
    expires_at: Moment | None = None


class OfferApprovalRequested(OfferVersion, name="offer.approval_requested"):
    """Who is asked depends on the pay, which is not said here."""

    sentence = "Approval of the offer requested, version {offer_version}"
    steps: tuple[ApprovalStep, ...] = ()


class OfferApprovalGiven(OfferVersion, name="offer.approval_given"):
    sentence = "Offer version {offer_version}: step {step} approved"
    step: Code
    approver_id: UUID


class OfferApproved(OfferVersion, name="offer.approved"):
    sentence = "Offer approved, version {offer_version}"


class OfferApprovalRefused(OfferVersion, name="offer.approval_refused"):
    sentence = "Approval of offer version {offer_version} refused: {reason_code}"
    step: Code | None = None
    reason_code: Code


class OfferExtended(StandingEvent, name="offer.extended"):
    sentence = "Offer extended, version {offer_version}"
    offer_id: UUID
    offer_version: Count = 1
    opening_id: UUID | None = None
    terms: CompensationText = None
    first_year_pay: SealedAmount = None
    currency: Currency | None = None
    start_date: date | None = None
    expires_at: Moment | None = None


class OfferAnswer(ApplicationEvent):
    """What became of an offer."""

    offer_id: UUID


class OfferAccepted(OfferAnswer, name="offer.accepted"):
    sentence = "Offer accepted"


class OfferDeclined(OfferAnswer, name="offer.declined"):
    sentence = "Offer declined: {reason_code}"
    reason_code: Code


class OfferExpired(OfferAnswer, name="offer.expired"):
    sentence = "Offer expired"


class OfferRescinded(OfferAnswer, name="offer.rescinded"):
    sentence = "Offer rescinded: {reason_code}"
    reason_code: Code


class OfferState(StrEnum):
    """How an offer, or a version of it, stands."""

    DRAFTED = "drafted"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    EXTENDED = "extended"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    RESCINDED = "rescinded"


NOT_PENDING = frozenset(
    {OfferState.DRAFTED, OfferState.DECLINED, OfferState.EXPIRED, OfferState.RESCINDED}
)


class OfferNotPending(Refusal):
    """The offer is {state}; {action} is not possible any more."""

    status = 409


class PayNeedsCurrency(Refusal):
    """first_year_pay and currency belong together; {missing} is missing."""


class AnotherOfferPending(Refusal):
    """Offer {offer_id} of this application is {state}; rescind it before extending another."""

    status = 409


class BeforeDraft(Refusal):
    """The version was drafted on {since}; nothing can have become of it before."""


class NothingDrafted(Refusal):
    """Offer {offer_id} has no draft that was not extended; draft a version first."""

    status = 409


class DraftNotInState(Refusal):
    """Version {version} of the offer is {state}; {action} needs it to be {needed}."""

    status = 409


class NotThisVersion(Refusal):
    """The draft is version {latest} by now, not {version}; look at it before deciding."""

    status = 409


class OfferNeedsApproval(Refusal):
    """An offer of this kind needs approval ({steps}) before it is extended."""

    status = 409


class DraftedAnew(Refusal):
    """A draft is not corrected; what changes is drafted anew, as the offer's next version."""

    status = 409


@dataclass
class Draft:
    """The version of an offer that has not been extended yet."""

    version: int
    since: datetime
    told_at: int
    """The version, in the stream, of the event that says its terms."""
    fields: dict[str, Any]
    """What is not sealed of it."""
    state: OfferState = OfferState.DRAFTED
    approval: Approval | None = None


@dataclass
class Offer:
    """An offer in its latest version."""

    application_id: UUID
    version: int = 0
    state: OfferState = OfferState.DRAFTED
    """Of the version extended last; drafted if none was."""
    draft: Draft | None = None


class Offers(SelfScheduling):
    """The decisions about a candidate's offers."""

    offers: dict[UUID, Offer] = field(default_factory=dict)

    def offer(self, id: UUID) -> Offer:
        """One of the candidate's offers. Raises NotFound."""
        try:
            return self.offers[id]
        except KeyError:
            raise NotFound(what="offer", id=id) from None

    def draft_offer(
        self,
        application_id: UUID,
        offer_id: UUID,
        *,
        first_year_pay: str | None = None,
        currency: str | None = None,
        **terms: Any,
    ) -> None:
        """Prepares an offer, or the next version of one; approvals of an earlier one are void."""
        application = self._undecided(application_id)
        version = self._next_version(application, offer_id)
        accepted = offer_id in self.offers and self.offers[offer_id].state == OfferState.ACCEPTED
        self.guard(
            not accepted, OfferNotPending(state=OfferState.ACCEPTED, action="drafting it anew")
        )
        _guard_pay(first_year_pay, currency)
        self.happened(
            OfferDrafted,
            application_id=application_id,
            offer_id=offer_id,
            offer_version=version,
            first_year_pay=first_year_pay,
            currency=currency,
            **terms,
        )

    def _next_version(self, application: Application, offer_id: UUID) -> int:
        previous = self.offers.get(offer_id)
        if previous and previous.application_id != application.id:
            raise NotFound(what="offer", id=offer_id)
        return previous.version + 1 if previous else 1

    def draft_of(self, offer_id: UUID) -> Draft:
        """The version that was not extended yet. Raises NotFound, NothingDrafted."""
        draft = self.offer(offer_id).draft
        if draft is None:
            raise NothingDrafted(offer_id=offer_id)
        return draft

    def request_offer_approval(self, offer_id: UUID, steps: tuple[ApprovalStep, ...] = ()) -> None:
        """Asks for approval of the draft; whoever asks knows the pay, and so the steps."""
        draft = self._draft(offer_id, "asking for approval", OfferState.DRAFTED)
        self._about(OfferApprovalRequested, offer_id, draft, steps=steps)

    def approve_offer(
        self, offer_id: UUID, approver_id: UUID | None = None, version: int | None = None
    ) -> None:
        """Gives the approval of the step that waits; the last one approves the version."""
        draft, approval = self._asked(offer_id, "approval", approver_id, version)
        if approval.step is not None:
            step = approval.step.id
            self._about(OfferApprovalGiven, offer_id, draft, step=step, approver_id=approver_id)
        if approval.step is None:
            self._about(OfferApproved, offer_id, draft)

    def refuse_offer(
        self,
        offer_id: UUID,
        reason_code: str,
        approver_id: UUID | None = None,
        version: int | None = None,
    ) -> None:
        """Leaves the version a draft, to be asked about again or drafted anew."""
        draft, approval = self._asked(offer_id, "refusing approval", approver_id, version)
        step = approval.step.id if approval.step else None
        self._about(OfferApprovalRefused, offer_id, draft, step=step, reason_code=reason_code)

    def _asked(
        self, offer_id: UUID, action: str, approver_id: UUID | None, version: int | None
    ) -> tuple[Draft, Approval]:
        draft = self._draft(offer_id, action, OfferState.AWAITING_APPROVAL)
        self.guard(
            version in (None, draft.version), NotThisVersion(version=version, latest=draft.version)
        )
        approval = draft.approval or Approval((), self.occurring)
        refusal = approval.refusal(approver_id, self.occurring)
        if refusal is not None:
            raise refusal
        return draft, approval

    def _draft(self, offer_id: UUID, action: str, *needed: OfferState) -> Draft:
        draft = self.draft_of(offer_id)
        self._undecided(self.offer(offer_id).application_id)
        self.guard(self.occurring >= draft.since, BeforeDraft(since=draft.since.isoformat()))
        self.guard(
            draft.state in needed,
            DraftNotInState(
                version=draft.version,
                state=draft.state,
                action=action,
                needed=" or ".join(needed),
            ),
        )
        return draft

    def _about(
        self, event_class: type[OfferVersion], offer_id: UUID, draft: Draft, **said: Any
    ) -> None:
        self.happened(
            event_class,
            application_id=self.offer(offer_id).application_id,
            offer_id=offer_id,
            offer_version=draft.version,
            **said,
        )

    def extend_draft(
        self,
        offer_id: UUID,
        plan: InterviewPlan,
        chain: ApprovalChain = NO_CHAIN,
        *,
        terms: str | None = None,
        first_year_pay: str | None = None,
    ) -> None:
        """Makes the offer as it was drafted, and approved if the chain asks for that."""
        ready = OfferState.DRAFTED, OfferState.APPROVED
        draft = self._draft(offer_id, "extending it", *ready)
        if draft.state != OfferState.APPROVED:
            self._guard_unapproved(chain, first_year_pay, draft.fields.get("currency"))
        application = self.application(self.offer(offer_id).application_id)
        self._guard_no_other(application, offer_id)
        self._extend(
            application,
            offer_id,
            draft.version,
            plan,
            terms=terms,
            first_year_pay=first_year_pay,
            **draft.fields,
        )

    def extend_offer(
        self,
        application_id: UUID,
        offer_id: UUID,
        plan: InterviewPlan,
        chain: ApprovalChain = NO_CHAIN,
        *,
        first_year_pay: str | None = None,
        currency: str | None = None,
        **terms: Any,
    ) -> None:
        """Makes an offer without a draft, or a new version of one that was not accepted."""
        application = self._undecided(application_id)
        self._guard_no_other(application, offer_id)
        version = self._next_version(application, offer_id)
        _guard_pay(first_year_pay, currency)
        self._guard_unapproved(chain, first_year_pay, currency)
        self._extend(
            application,
            offer_id,
            version,
            plan,
            first_year_pay=first_year_pay,
            currency=currency,
            **terms,
        )

    def _guard_unapproved(
        self, chain: ApprovalChain, first_year_pay: str | None, currency: str | None
    ) -> None:
        needed = ", ".join(step.id for step in chain.steps_at(first_year_pay, currency))
        self.guard(not needed, OfferNeedsApproval(steps=needed))

    def _extend(
        self,
        application: Application,
        offer_id: UUID,
        version: int,
        plan: InterviewPlan,
        **said: Any,
    ) -> None:
        self.happened(
            OfferExtended,
            application_id=application.id,
            offer_id=offer_id,
            offer_version=version,
            **said,
            **self.forward(application, StageKind.OFFER, plan),
        )

    def _guard_no_other(self, application: Application, offer_id: UUID) -> None:
        for other_id, other in self.offers.items():
            if other.application_id != application.id:
                continue
            settled = other.state in NOT_PENDING
            same = other_id == offer_id and other.state != OfferState.ACCEPTED
            self.guard(settled or same, AnotherOfferPending(offer_id=other_id, state=other.state))

    def accept_offer(self, offer_id: UUID) -> None:
        offer = self._pending(offer_id, "accepting it")
        self.happened(OfferAccepted, application_id=offer.application_id, offer_id=offer_id)

    def decline_offer(self, offer_id: UUID, reason_code: str) -> None:
        offer = self._pending(offer_id, "declining it")
        self.happened(
            OfferDeclined,
            application_id=offer.application_id,
            offer_id=offer_id,
            reason_code=reason_code,
        )

    def expire_offer(self, offer_id: UUID) -> None:
        """Records that the candidate let the offer's time run out."""
        offer = self._pending(offer_id, "letting it expire")
        self.happened(OfferExpired, application_id=offer.application_id, offer_id=offer_id)

    def rescind_offer(self, offer_id: UUID, reason_code: str) -> None:
        """Takes an offer back, even one already accepted, as long as nobody was hired on it."""
        offer = self._pending(offer_id, "rescinding it", OfferState.ACCEPTED)
        self.happened(
            OfferRescinded,
            application_id=offer.application_id,
            offer_id=offer_id,
            reason_code=reason_code,
        )

    def _pending(self, offer_id: UUID, action: str, *also: OfferState) -> Offer:
        offer = self.offer(offer_id)
        self.guard(
            offer.state in (OfferState.EXTENDED, *also),
            OfferNotPending(state=offer.state, action=action),
        )
        self._undecided(offer.application_id)
        return offer

    def guard_correction(self, entry: Event, instead: Event) -> None:
        super().guard_correction(entry, instead)
        if isinstance(instead, OfferDrafted) and instead.timestamp == entry.timestamp:
            raise DraftedAnew

    def note_offer(self, event: OfferVersion | OfferExtended | OfferAnswer) -> None:
        """Notes what happened to an offer."""
        match event:
            case OfferDrafted():
                offer = self.offers.setdefault(event.offer_id, Offer(event.application_id))
                offer.version = event.offer_version
                offer.draft = Draft(
                    event.offer_version,
                    event.timestamp,
                    event.originator_version,
                    {name: getattr(event, name) for name in _UNSEALED},
                )
            case OfferVersion():
                self._note_approval(event, self.draft_of(event.offer_id))
            case OfferExtended():
                self.offers[event.offer_id] = Offer(
                    event.application_id, event.offer_version, OfferState.EXTENDED
                )
                self.note_application(event)
            case OfferAnswer():
                self.offers[event.offer_id].state = _state_after[type(event)]

    def _note_approval(self, event: OfferVersion, draft: Draft) -> None:
        match event:
            case OfferApprovalRequested():
                draft.state = OfferState.AWAITING_APPROVAL
                draft.approval = Approval(event.steps, event.timestamp)
            case OfferApprovalGiven() if draft.approval is not None:
                draft.approval.given += 1
            case OfferApproved():
                draft.state = OfferState.APPROVED
            case OfferApprovalRefused():
                draft.state, draft.approval = OfferState.DRAFTED, None


def _guard_pay(first_year_pay: str | None, currency: str | None) -> None:
    if (first_year_pay is None) != (currency is None):
        raise PayNeedsCurrency(missing="currency" if first_year_pay else "first_year_pay")


_UNSEALED = ("opening_id", "currency", "start_date", "expires_at")

_state_after = {
    OfferAccepted: OfferState.ACCEPTED,
    OfferDeclined: OfferState.DECLINED,
    OfferExpired: OfferState.EXPIRED,
    OfferRescinded: OfferState.RESCINDED,
}
