"""Who goes through which sequence or campaign, step by step, and what ends it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from domain.business_hours import WritingHours
from domain.campaign import Campaign, CampaignKind, Step, first_step, following
from domain.consent import CONTACT, EMAIL, EVERY_CHANNEL, ConsentWithdrawn, OptedOut
from domain.errors import NotFound, Refusal
from domain.event import Code, Count, Event, Moment
from domain.merging import CandidateEvent
from domain.outreach import (
    NO_RULES,
    Nurtured,
    Outreach,
    OutreachRules,
    TooManyContacts,
    TouchpointBounced,
    TouchpointReplied,
)

BY_STARTING = ("application.applied", "application.reengaged", "application.hired")
"""What begins, or ends, a process, and so every sequence."""


class EnrolmentEvent(CandidateEvent):
    """Something that happened to a person's way through a sequence or campaign."""

    correctable = False

    enrolment_id: UUID
    campaign_id: UUID


class Enrolled(EnrolmentEvent, name="enrolment.begun"):
    sentence = "Enrolled in a {kind}"
    kind: CampaignKind
    steps_version: Count
    """The version of the campaign's history that has the steps."""
    pool_id: UUID | None = None
    sender_id: UUID | None = None


class StepPlanned(EnrolmentEvent, name="enrolment.step_planned"):
    sentence = "Step {step} planned for {due_at}"
    step: Count
    touchpoint_id: UUID
    """What it will be once it is sent: answers may come before we have noted that it was."""
    due_at: Moment


class StepHeldBack(EnrolmentEvent, name="enrolment.step_held_back"):
    sentence = "Step {step} held back: {rule}"
    step: Count
    rule: Code


class StepResendDecided(EnrolmentEvent, name="enrolment.step_resend_decided"):
    sentence = "Whether step {step} went out was not known; it is to be sent again"
    step: Count


class EnrolmentEnded(EnrolmentEvent, name="enrolment.ended"):
    sentence = "Sequence ended: {reason_code}"
    reason_code: Code


class EnrolledAlready(Refusal):
    """The candidate is in this {kind} already."""

    status = 409


class EnrolmentOver(Refusal):
    """The enrolment is over: {reason_code}."""

    status = 409


@dataclass
class Enrolment:
    """A person's way through one sequence or campaign."""

    said: Enrolled
    step: int = 0
    """The step that is planned, or was last."""
    due_at: datetime | None = None
    ended: str | None = None


class Enrolments(Outreach):
    """The decisions about going through a sequence or campaign."""

    enrolments: dict[UUID, Enrolment] = field(default_factory=dict)
    steps_planned: dict[UUID, tuple[UUID, int]] = field(default_factory=dict)
    """By the touchpoint it becomes: the enrolment and the step it is of."""
    time_zone: str | None = None

    def enrolment(self, id: UUID) -> Enrolment:
        """One of the candidate's. Raises NotFound."""
        if id not in self.enrolments:
            raise NotFound(what="enrolment", id=id)
        return self.enrolments[id]

    def open_enrolment(self, id: UUID) -> Enrolment:
        """One that goes on. Raises NotFound, EnrolmentOver."""
        enrolment = self.enrolment(id)
        self.guard(enrolment.ended is None, EnrolmentOver(reason_code=enrolment.ended))
        return enrolment

    def enrol(
        self,
        enrolment_id: UUID,
        campaign: Campaign,
        *,
        sender_id: UUID | None,
        hours: WritingHours,
        rules: OutreachRules = NO_RULES,
    ) -> None:
        """Begins the way through a sequence or campaign, and plans its first step.

        Raises CampaignNotIn, EnrolledAlready, NotInPool, and what guard_contact does but for the
        cap, which passes.
        """
        self.guard_survivor()
        campaign.guard_enrolling(self)
        said = campaign.said
        twice = any(one.said.campaign_id == campaign.id for one in self._open_of_the_person())
        self.guard(not twice, EnrolledAlready(kind=said.kind))
        self.guard_lasting(EMAIL, sender_id, rules)
        self.guard_member(said.pool_id)
        self.happened(
            Enrolled,
            enrolment_id=enrolment_id,
            campaign_id=campaign.id,
            kind=said.kind,
            steps_version=campaign.steps_version,
            pool_id=said.pool_id,
            sender_id=sender_id,
        )
        self._plan(enrolment_id, campaign.steps, first_step(campaign.steps), hours)

    def note_step(
        self,
        touchpoint_id: UUID,
        campaign: Campaign,
        *,
        hours: WritingHours,
        subject: str | None = None,
        body: str | None = None,
    ) -> None:
        """Records that a step went out, and plans the next, if there is one.

        Once is enough: an answer that came first has told it already.
        """
        if touchpoint_id in self.touchpoints:
            return
        enrolment_id, step = self.planned(touchpoint_id)
        enrolment = self.enrolments[enrolment_id]
        said = enrolment.said
        self.happened(
            Nurtured,
            touchpoint_id=touchpoint_id,
            channel=EMAIL,
            pool_id=said.pool_id,
            sequence_id=said.campaign_id if said.kind is CampaignKind.SEQUENCE else None,
            campaign_id=said.campaign_id if said.kind is CampaignKind.CAMPAIGN else None,
            enrolment_id=enrolment_id,
            step=step,
            subject=subject,
            body=body,
        )
        if enrolment.ended is None and enrolment.step == step:
            self._go_on(enrolment_id, campaign, step, hours)

    def planned(self, touchpoint_id: UUID) -> tuple[UUID, int]:
        """The enrolment and the step that a touchpoint is, or will be. Raises NotFound."""
        if touchpoint_id not in self.steps_planned:
            raise NotFound(what="touchpoint", id=touchpoint_id)
        return self.steps_planned[touchpoint_id]

    def hold_back(self, enrolment_id: UUID, step: int, rule: str) -> None:
        """Records that a rule kept a step back, which ends the way: such rules last."""
        enrolment = self.open_enrolment(enrolment_id)
        about = {"enrolment_id": enrolment_id, "campaign_id": enrolment.said.campaign_id}
        self.happened(StepHeldBack, step=step, rule=rule, **about)
        self.end_enrolment(enrolment_id, "held_back")

    def resend_step(self, enrolment_id: UUID, step: int) -> None:
        """Records the decision to send a step of which nobody knows whether it went out."""
        said = self.enrolment(enrolment_id).said
        about = {"enrolment_id": enrolment_id, "campaign_id": said.campaign_id}
        self.happened(StepResendDecided, step=step, **about)

    def touchpoint_of(self, enrolment_id: UUID, step: int) -> UUID:
        """What a step is, or will be, among the touchpoints. Raises NotFound."""
        for touchpoint_id, planned in self.steps_planned.items():
            if planned == (enrolment_id, step):
                return touchpoint_id
        raise NotFound(what="step", id=step)

    def end_enrolment(self, enrolment_id: UUID, reason_code: str) -> None:
        """Ends the way: nothing more goes out. Raises EnrolmentOver."""
        enrolment = self.open_enrolment(enrolment_id)
        self.happened(
            EnrolmentEnded,
            enrolment_id=enrolment_id,
            campaign_id=enrolment.said.campaign_id,
            reason_code=reason_code,
        )

    def end_enrolments(self, reason_code: str) -> None:
        """Ends every way that goes on."""
        for id, enrolment in self.enrolments.items():
            if enrolment.ended is None:
                self.end_enrolment(id, reason_code)

    def receive_reply(
        self, touchpoint_id: UUID, campaign: Campaign, *, hours: WritingHours, **about: Any
    ) -> None:
        """Records a reply, and goes on as the steps say: with what a reply leads to, or no more."""
        self.note_step(touchpoint_id, campaign, hours=hours)
        self.touchpoint_outcome(TouchpointReplied, touchpoint_id, **about)
        enrolment_id, step = self.planned(touchpoint_id)
        enrolment = self.enrolments[enrolment_id]
        if enrolment.ended is not None:
            return
        if campaign.versions[enrolment.said.steps_version][enrolment.step - 1].after_reply:
            if self.touchpoint_of(enrolment_id, enrolment.step) not in self.touchpoints:
                return  # What a reply leads to is on its way.
            step = enrolment.step
        self._go_on(enrolment_id, campaign, step, hours, replied=True)

    def guard_lasting(self, channel: str, sender_id: UUID | None, rules: OutreachRules) -> None:
        """Refuses contact as guard_contact does, but for what passes by itself."""
        try:
            self.guard_contact(channel, sender_id=sender_id, rules=rules)
        except TooManyContacts:
            return

    def happened(self, event_class: type[Event], **fields: Any) -> None:
        """Records one event; what ends every sequence ends it in the same append."""
        super().happened(event_class, **fields)
        if reason := _ending(event_class, fields):
            self.end_enrolments(reason)

    def _go_on(
        self,
        enrolment_id: UUID,
        campaign: Campaign,
        step: int,
        hours: WritingHours,
        *,
        replied: bool = False,
    ) -> None:
        steps = campaign.versions[self.enrolments[enrolment_id].said.steps_version]
        # Whoever has replied once stays with the steps for those who have.
        replied = replied or (step > 0 and steps[step - 1].after_reply)
        after = following(steps, step, replied=replied)
        if after is None:
            self.end_enrolment(enrolment_id, "replied" if replied else "finished")
        else:
            self._plan(enrolment_id, steps, after, hours)

    def _plan(
        self, enrolment_id: UUID, steps: tuple[Step, ...], step: int, hours: WritingHours
    ) -> None:
        wait = timedelta(days=steps[step - 1].days, hours=steps[step - 1].hours)
        self.happened(
            StepPlanned,
            enrolment_id=enrolment_id,
            campaign_id=self.enrolments[enrolment_id].said.campaign_id,
            step=step,
            touchpoint_id=uuid5(enrolment_id, str(step)),
            due_at=hours.after(self.occurring + wait, self.person.time_zone),
        )

    def _open_of_the_person(self) -> list[Enrolment]:
        of_all = (one for history in self.histories for one in history.enrolments.values())
        return [one for one in of_all if one.ended is None]

    def note_enrolment(self, event: CandidateEvent) -> None:
        """Notes how far along a person is."""
        match event:
            case Enrolled():
                self.enrolments[event.enrolment_id] = Enrolment(event)
            case StepPlanned():
                enrolment = self.enrolments[event.enrolment_id]
                enrolment.step, enrolment.due_at = event.step, event.due_at
                self.steps_planned[event.touchpoint_id] = (event.enrolment_id, event.step)
            case EnrolmentEnded():
                enrolment = self.enrolments[event.enrolment_id]
                enrolment.ended, enrolment.due_at = event.reason_code, None


def _ending(event_class: type[Event], fields: dict[str, Any]) -> str | None:
    """Why what happened ends every sequence; None if it does not."""
    name = getattr(event_class, "name", "")
    if name in BY_STARTING:
        return name.removeprefix("application.")
    if event_class is OptedOut and fields["channel"] in (EMAIL, EVERY_CHANNEL):
        return "opted_out"
    if event_class is ConsentWithdrawn and fields["purpose"] == CONTACT:
        return "consent_withdrawn"
    if event_class is TouchpointBounced and fields.get("bounce", "hard") == "hard":
        return "bounced"
    return None
