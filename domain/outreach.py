"""Keeping in touch: pools, touchpoints and their outcomes, consent, and coming back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self
from uuid import UUID

from domain.application import StandingEvent
from domain.errors import NotFound, Refusal
from domain.event import Code, CommunicationText, Count, Moment
from domain.feedback import Feedback
from domain.merging import CandidateEvent
from domain.plan import StageKind
from domain.pool import TalentPool
from domain.requisition import Requisition

CONTACT = "contact"
EVERY_CHANNEL = "all"


class AddedToPool(CandidateEvent, name="pool.member_added"):
    sentence = "Added to a talent pool: {reason_code}"
    pool_id: UUID
    reason_code: Code


class RemovedFromPool(CandidateEvent, name="pool.member_removed"):
    sentence = "Removed from a talent pool: {reason_code}"
    pool_id: UUID
    reason_code: Code


class Nurtured(CandidateEvent, name="candidate.nurtured"):
    sentence = "Contacted by {channel}"
    touchpoint_id: UUID
    pool_id: UUID | None = None
    sequence_id: UUID | None = None
    campaign_id: UUID | None = None
    step: Count | None = None
    channel: Code
    logged_by_hand: bool = False
    subject: CommunicationText = None
    body: CommunicationText = None


class TouchpointEvent(CandidateEvent):
    """What became of one touchpoint."""

    touchpoint_id: UUID


class TouchpointDelivered(TouchpointEvent, name="touchpoint.delivered"):
    sentence = "Message delivered"


class TouchpointOpened(TouchpointEvent, name="touchpoint.opened"):
    sentence = "Message opened"


class TouchpointClicked(TouchpointEvent, name="touchpoint.clicked"):
    sentence = "Link clicked"
    by_scanner: bool = False


class TouchpointReplied(TouchpointEvent, name="touchpoint.replied"):
    sentence = "Replied"
    sentiment: Code | None = None
    text: CommunicationText = None


class TouchpointBounced(TouchpointEvent, name="touchpoint.bounced"):
    sentence = "Message bounced ({bounce})"
    bounce: Code = "hard"


class AttendedEvent(CandidateEvent, name="candidate.attended_event"):
    sentence = "Attended {event_code}"
    event_code: Code
    touchpoint_id: UUID | None = None


class ConsentGranted(CandidateEvent, name="consent.granted"):
    sentence = "Consent granted for {purpose}"
    purpose: Code
    text_version: Code
    expires_at: Moment | None = None


class ConsentWithdrawn(CandidateEvent, name="consent.withdrawn"):
    sentence = "Consent withdrawn for {purpose}"
    purpose: Code


class OptedOut(CandidateEvent, name="candidate.opted_out"):
    sentence = "Opted out of {channel}"
    channel: Code


class Reengaged(StandingEvent, name="application.reengaged"):
    sentence = "Re-engaged into a requisition"
    requisition_id: UUID
    pool_id: UUID | None = None
    previous_application_id: UUID | None = None
    source: Code = "reengaged"
    origin: Code = "reengaged"


class AlreadyInPool(Refusal):
    """The candidate is already in pool {pool_id}."""

    status = 409


class NotInPool(Refusal):
    """The candidate is not in pool {pool_id}."""

    status = 409


class HasOptedOut(Refusal):
    """The candidate has opted out of {channel}."""


class NoValidConsent(Refusal):
    """The candidate has given no consent for {purpose} that is valid on {on}."""


class AddressBounced(Refusal):
    """Earlier messages by {channel} came back; there is no address to reach the candidate at."""


class InActiveApplication(Refusal):
    """The candidate is in an active application ({application_id}); write about that instead."""


class NoConsentToWithdraw(Refusal):
    """The candidate has given no consent for {purpose}."""

    status = 409


class PreviousStillOpen(Refusal):
    """The previous application {application_id} is still open; there is no one to bring back."""

    status = 409


@dataclass
class Touchpoint:
    """One contact and the channel it went by."""

    channel: str


class Outreach(Feedback):
    """The decisions about keeping in touch with a candidate."""

    pools: set[UUID] = field(default_factory=set)
    touchpoints: dict[UUID, Touchpoint] = field(default_factory=dict)
    consents: dict[str, datetime | None] = field(default_factory=dict)
    opted_out: set[str] = field(default_factory=set)
    bounced: set[str] = field(default_factory=set)

    def with_touchpoint(self, id: UUID | None) -> Self:
        """The history of the person that a touchpoint stands in; this one if none does."""
        return next((one for one in (self, *self.others) if id in one.touchpoints), self)

    def add_to_pool(self, pool: TalentPool, reason_code: str) -> None:
        """Makes the candidate a member of a pool."""
        self.guard_survivor()
        pool.guard_active(self)
        self.guard(pool.id not in self.person.pools, AlreadyInPool(pool_id=pool.id))
        self.happened(AddedToPool, pool_id=pool.id, reason_code=reason_code)

    def remove_from_pool(self, pool_id: UUID, reason_code: str) -> None:
        """Ends the candidate's membership of a pool."""
        self._guard_member(pool_id)
        self.happened(RemovedFromPool, pool_id=pool_id, reason_code=reason_code)

    def nurture(
        self,
        touchpoint_id: UUID,
        channel: str,
        *,
        pool_id: UUID | None = None,
        sequence_id: UUID | None = None,
        campaign_id: UUID | None = None,
        step: int | None = None,
        logged_by_hand: bool = False,
        subject: str | None = None,
        body: str | None = None,
    ) -> None:
        """Records a relational contact, one we may have."""
        self.guard_survivor()
        self._guard_contact(channel)
        self._guard_member(pool_id)
        self.happened(
            Nurtured,
            touchpoint_id=touchpoint_id,
            channel=channel,
            pool_id=pool_id,
            sequence_id=sequence_id,
            campaign_id=campaign_id,
            step=step,
            logged_by_hand=logged_by_hand,
            subject=subject,
            body=body,
        )

    def _guard_contact(self, channel: str) -> None:
        person = self.person
        opted_out = person.opted_out & {channel, EVERY_CHANNEL}
        self.guard(not opted_out, HasOptedOut(channel=channel))
        self._guard_consent(CONTACT)
        self.guard(channel not in person.bounced, AddressBounced(channel=channel))
        for application in person.open_applications():
            self.guard(False, InActiveApplication(application_id=application.id))

    def _guard_member(self, pool_id: UUID | None) -> None:
        member = pool_id is None or pool_id in self.person.pools
        self.guard(member, NotInPool(pool_id=pool_id))

    def _guard_consent(self, purpose: str) -> None:
        consents = self.person.consents
        valid = purpose in consents
        if valid:
            expires_at = consents[purpose]
            valid = expires_at is None or expires_at > self.occurring
        self.guard(valid, NoValidConsent(purpose=purpose, on=self.occurring.date()))

    def touchpoint_outcome(
        self, event_class: type[TouchpointEvent], touchpoint_id: UUID, **about: object
    ) -> None:
        """Records a delivery, opening, click, reply or bounce of a touchpoint."""
        if touchpoint_id not in self.touchpoints:
            raise NotFound(what="touchpoint", id=touchpoint_id)
        self.happened(event_class, touchpoint_id=touchpoint_id, **about)

    def attend(self, event_code: str, touchpoint_id: UUID | None = None) -> None:
        """Records that the candidate came to an event of ours."""
        if touchpoint_id is not None and touchpoint_id not in self.touchpoints:
            raise NotFound(what="touchpoint", id=touchpoint_id)
        self.happened(AttendedEvent, event_code=event_code, touchpoint_id=touchpoint_id)

    def grant_consent(
        self, purpose: str, text_version: str, expires_at: datetime | None = None
    ) -> None:
        """Records a consent to the text shown; a new one replaces the last."""
        self.happened(
            ConsentGranted, purpose=purpose, text_version=text_version, expires_at=expires_at
        )

    def withdraw_consent(self, purpose: str) -> None:
        self.guard(purpose in self.person.consents, NoConsentToWithdraw(purpose=purpose))
        self.happened(ConsentWithdrawn, purpose=purpose)

    def opt_out(self, channel: str = EVERY_CHANNEL) -> None:
        """Records that the candidate wants to hear no more by this channel."""
        self.happened(OptedOut, channel=channel)

    def reengage(
        self,
        application_id: UUID,
        requisition: Requisition,
        *,
        pool_id: UUID | None = None,
        previous_application_id: UUID | None = None,
    ) -> None:
        """Brings the candidate back: the start of a new application."""
        self.guard_survivor()
        self._guard_consent(CONTACT)
        self._guard_member(pool_id)
        if previous_application_id is not None:
            previous = self.person.application(previous_application_id)
            self.guard(
                not previous.is_open, PreviousStillOpen(application_id=previous_application_id)
            )
        stage = self.may_start(requisition).first(StageKind.APPLIED)
        self.happened(
            Reengaged,
            application_id=application_id,
            requisition_id=requisition.id,
            pool_id=pool_id,
            previous_application_id=previous_application_id,
            stage=stage.id,
            stage_kind=stage.kind,
        )

    def note_outreach(self, event: CandidateEvent) -> None:
        """Notes what happened between us and the candidate."""
        match event:
            case AddedToPool():
                self.pools.add(event.pool_id)
            case RemovedFromPool():
                self.pools.discard(event.pool_id)
            case Nurtured():
                self.touchpoints[event.touchpoint_id] = Touchpoint(event.channel)
            case TouchpointBounced() if event.bounce == "hard":
                self.bounced.add(self.touchpoints[event.touchpoint_id].channel)
            case ConsentGranted():
                self.consents[event.purpose] = event.expires_at
            case ConsentWithdrawn():
                self.consents.pop(event.purpose, None)
            case OptedOut():
                self.opted_out.add(event.channel)
            case Reengaged():
                self.begin_application(event, event.requisition_id)
