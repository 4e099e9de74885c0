"""Keeping in touch: pools, touchpoints and their outcomes, and coming back."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.application import StandingEvent
from domain.consent import CONTACT
from domain.errors import NotFound, Refusal
from domain.event import Code, CommunicationText, Count
from domain.merging import CandidateEvent
from domain.owner import Owners
from domain.plan import StageKind
from domain.pool import TalentPool
from domain.pool_rule import RULE_MATCHED, RULE_NO_LONGER_MATCHES
from domain.requisition import Requisition


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
    enrolment_id: UUID | None = None
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
    assessed_by: Code | None = None
    """The rules that told the sentiment, by version; omitted: a person."""
    text: CommunicationText = None


class TouchpointBounced(TouchpointEvent, name="touchpoint.bounced"):
    sentence = "Message bounced ({bounce})"
    bounce: Code = "hard"


class AttendedEvent(CandidateEvent, name="candidate.attended_event"):
    sentence = "Attended {event_code}"
    event_code: Code
    touchpoint_id: UUID | None = None


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


class InActiveApplication(Refusal):
    """The candidate is in an active application ({application_id}); write about that instead."""


class PreviousStillOpen(Refusal):
    """The previous application {application_id} is still open; there is no one to bring back."""

    status = 409


class TooManyContacts(Refusal):
    """The candidate was contacted {contacts} times in {days} days; next on {next_on}."""


class OutreachRules(BaseModel):
    """What an organisation asks of relational outreach beyond what the law does."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"at_most": 4, "within_days": 30, "owner_agrees": True}]},
    )

    at_most: Annotated[
        int | None, Field(ge=1, le=1000, description="Contacts of one person within the days.")
    ] = None
    within_days: Annotated[int, Field(ge=1, le=365)] = 30
    owner_agrees: Annotated[
        bool,
        Field(description="Whether only who looks after a person, or whom they let, writes."),
    ] = False
    at_any_time: Annotated[
        bool,
        Field(
            description="Whether sequences and campaigns write at any hour; otherwise Monday to"
            " Friday, nine to five, where the person is."
        ),
    ] = False


NO_RULES = OutreachRules()


@dataclass
class Touchpoint:
    """One contact: when, and the channel it went by."""

    channel: str
    at: datetime


class Outreach(Owners):
    """The decisions about keeping in touch with a candidate."""

    pools: set[UUID] = field(default_factory=set)
    touchpoints: dict[UUID, Touchpoint] = field(default_factory=dict)

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
        self.guard_member(pool_id)
        self.happened(RemovedFromPool, pool_id=pool_id, reason_code=reason_code)

    def kept_by_hand(self, pool_id: UUID) -> bool:
        """Whether a person put them into a pool, or took them out, last; a rule leaves that be."""
        changes = [
            event
            for history in self.histories
            for event in history.history
            if isinstance(event, AddedToPool | RemovedFromPool) and event.pool_id == pool_id
        ]
        latest = max(changes, key=lambda event: event.timestamp, default=None)
        return latest is not None and latest.reason_code not in (
            RULE_MATCHED,
            RULE_NO_LONGER_MATCHES,
        )

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
        sender_id: UUID | None = None,
        rules: OutreachRules = NO_RULES,
        subject: str | None = None,
        body: str | None = None,
    ) -> None:
        """Records a relational contact, one we may have.

        A contact logged by hand happened already, and so no rule of our own keeps it away.
        """
        self.guard_survivor()
        rules = NO_RULES if logged_by_hand else rules
        self.guard_contact(channel, sender_id=sender_id, rules=rules)
        self.guard_member(pool_id)
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

    def guard_contact(
        self, channel: str, *, sender_id: UUID | None = None, rules: OutreachRules = NO_RULES
    ) -> None:
        """Refuses relational contact that we may not have, or not yet.

        Raises HasOptedOut, NoValidConsent, AddressBounced, OwnedByAnother, InActiveApplication,
        TooManyContacts, in this order: what lasts comes before what passes.
        """
        self.guard_ground(channel)
        self.guard_reachable(channel)
        if rules.owner_agrees:
            self.guard_owner(sender_id)
        for application in self.person.open_applications():
            self.guard(False, InActiveApplication(application_id=application.id))
        self._guard_frequency(rules)

    def _guard_frequency(self, rules: OutreachRules) -> None:
        if rules.at_most is None:
            return
        window = timedelta(days=rules.within_days)
        since = self.occurring - window
        contacts = sorted(
            touchpoint.at
            for touchpoint in self.person.touchpoints.values()
            if since < touchpoint.at <= self.occurring
        )
        next_on = contacts[-rules.at_most] + window if len(contacts) >= rules.at_most else None
        self.guard(
            next_on is None,
            TooManyContacts(contacts=len(contacts), days=rules.within_days, next_on=next_on),
        )

    def guard_member(self, pool_id: UUID | None) -> None:
        """Refuses outreach by a pool that the person is not in. Raises NotInPool."""
        member = pool_id is None or pool_id in self.person.pools
        self.guard(member, NotInPool(pool_id=pool_id))

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
        self.guard_consent(CONTACT)
        self.guard_member(pool_id)
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
        self.note_consent(event)
        self.note_owner(event)
        self.note_survey(event)
        match event:
            case AddedToPool():
                self.pools.add(event.pool_id)
            case RemovedFromPool():
                self.pools.discard(event.pool_id)
            case Nurtured():
                self.touchpoints[event.touchpoint_id] = Touchpoint(event.channel, event.timestamp)
            case TouchpointBounced() if event.bounce == "hard":
                self.bounced.add(self.touchpoints[event.touchpoint_id].channel)
            case Reengaged():
                self.begin_application(event, event.requisition_id)
